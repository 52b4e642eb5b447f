"""Parts of records that repeat, such as who called: each distinct text is read once.

A batch of events refers to such a part by number, and its columns are dictionaries.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest.fields import Field, Form
from ingest.tolerant import Row, columns_of, plan_of

Numbers: TypeAlias = npt.NDArray[np.int32]

ARROW_TYPES = {
    Form.TEXT: pa.string(),
    Form.JSON: pa.string(),
    Form.FLAG: pa.bool_(),
    Form.WORD: pa.bool_(),
    Form.TIME: pa.timestamp("us", tz="UTC"),
}


class Memo:
    """The distinct texts of one field, with the columns that each gives.

    What the columns can't carry of a text is its piece of `extra`: a JSON member, as text.
    """

    def __init__(
        self,
        name: str,
        fields: tuple[Field, ...],
        derived: Mapping[str, Callable[[Row], str | None]],
    ) -> None:
        self._name = name
        self._plan = plan_of(fields)
        self._derived = derived
        self._types = {field.column: ARROW_TYPES[field.form] for field in fields}
        self._types |= dict.fromkeys(derived, pa.string())
        self.forget()

    def __len__(self) -> int:
        return len(self._pieces)

    def forget(self) -> None:
        """Start again; numbers given out before mean nothing now."""
        self._numbers: dict[bytes, int] = {}
        self._values: dict[str, list[object]] = {column: [] for column in self._types}
        self._pieces: list[str | None] = []

    def numbers_of(self, texts: Iterable[msgspec.Raw | msgspec.UnsetType]) -> Numbers:
        """Return the number of each text, reading those that are new."""
        keys = [b"" if text is msgspec.UNSET else bytes(text) for text in texts]
        numbers = list(map(self._numbers.get, keys))
        for place, number in enumerate(numbers):
            if number is None:
                numbers[place] = self._read(keys[place])
        return np.array(numbers, np.int32)

    def columns_of(self, numbers: Numbers) -> dict[str, pa.Array]:
        """Return the columns of the numbered texts: dictionaries, or plain where that is smaller."""
        return {
            column: spread(pa.array(self._values[column], kind), numbers)
            for column, kind in self._types.items()
        }

    def pieces(self) -> list[str | None]:
        """Return the piece of `extra` of each text, by number."""
        return self._pieces

    def _read(self, text: bytes) -> int:
        if (known := self._numbers.get(text)) is not None:
            return known
        number = self._numbers[text] = len(self._pieces)
        row, piece = self._row_and_piece(text)
        for column, values in self._values.items():
            values.append(row.get(column))
        self._pieces.append(piece)
        return number

    def _row_and_piece(self, text: bytes) -> tuple[Row, str | None]:
        if not text:
            return {}, None
        try:
            row, rest = columns_of(self._plan, msgspec.json.decode(text, type=dict))
        except (ValueError, RecursionError):
            return {}, f'"{self._name}":{text.decode()}'
        if not row and not rest:
            return {}, f'"{self._name}":{{}}'
        piece = f'"{self._name}":{msgspec.json.encode(rest).decode()}' if rest else None
        return row | {column: value_of(row) for column, value_of in self._derived.items()}, piece


def spread(values: pa.Array, numbers: Numbers) -> pa.Array:
    """Return the values of these numbers, text as a dictionary without nulls and repetitions."""
    if not pa.types.is_string(values.type):
        return values.take(pa.array(numbers))
    distinct = values.dictionary_encode()
    return pa.DictionaryArray.from_arrays(distinct.indices.take(pa.array(numbers)), distinct.dictionary)

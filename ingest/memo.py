"""Parts of records that repeat, such as who called: each distinct text is read once.

A batch of events refers to such a part by number, and its columns are dictionaries.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest.column_building import Mask, binary_column, is_utf8
from ingest.event_columns import ARROW_TYPES
from ingest.fields import Field
from ingest.redaction import redacted
from ingest.tolerant import Row, columns_of, plan_of

Numbers: TypeAlias = npt.NDArray[np.int32]


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
        return len(self._piece_numbers)

    def forget(self) -> None:
        """Start again; numbers given out before mean nothing now."""
        self._numbers: dict[bytes, int] = {}
        self._values: dict[str, list[object]] = {column: [] for column in self._types}
        self._pieces: dict[str | None, int] = {None: 0}
        self._piece_numbers: list[int] = []
        self._is_garbled: list[bool] = []

    def numbers_of(self, texts: Sequence[msgspec.Raw | msgspec.UnsetType]) -> Numbers:
        """Return the number of each text, reading those that are new."""
        distinct = binary_column(texts).dictionary_encode()
        numbers = [self._number_of(text) for text in distinct.dictionary.to_pylist()]
        by_place: Numbers = np.array(numbers, np.int32)
        places: Numbers = distinct.indices.to_numpy()
        return by_place[places]

    def columns_of(self, numbers: Numbers) -> dict[str, pa.Array]:
        """Return the columns of the numbered texts, text as dictionaries."""
        return {
            column: spread(pa.array(self._values[column], kind), numbers)
            for column, kind in self._types.items()
        }

    def pieces_of(self, numbers: Numbers) -> tuple[Numbers, list[str | None]]:
        """Return the piece of `extra` of each numbered text, by its place in the list."""
        by_number: Numbers = np.array(self._piece_numbers, np.int32)
        return by_number[numbers], list(self._pieces)

    def garbled(self, numbers: Numbers) -> Mask:
        """Say which of the numbered texts are not UTF-8."""
        by_number: Mask = np.array(self._is_garbled, np.bool_)
        return by_number[numbers]

    def _number_of(self, text: bytes) -> int:
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = len(self._piece_numbers)
            is_garbled = not is_utf8(text)
            row, piece = ({}, None) if is_garbled else self._row_and_piece(redacted(text))
            for column, values in self._values.items():
                values.append(row.get(column))
            self._piece_numbers.append(self._pieces.setdefault(piece, len(self._pieces)))
            self._is_garbled.append(is_garbled)
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
    return pa.DictionaryArray.from_arrays(
        distinct.indices.take(pa.array(numbers)), distinct.dictionary
    )

"""Parts of records that repeat, such as who called: each distinct text is read once.

A batch of events refers to such a part by number, and its columns are dictionaries.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec
import numpy as np
import pyarrow as pa

from ingest.codes import Numbers, spread
from ingest.column_building import Mask, binary_column, is_utf8
from ingest.event_columns import ARROW_TYPES
from ingest.fields import Field
from ingest.redaction import redacted
from ingest.tolerant import Row, columns_of, plan_of

MOST_REMEMBERED = 20_000  # texts that a process remembers of one field; about 40 MB
LONGEST = 2**20  # bytes of a text that is read; as values it takes up to forty times as much
LONGEST_REMEMBERED = 4_000  # bytes; an identity has about 800


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says: its columns, and as a JSON member for `extra` what they can't carry."""

    row: Row
    piece: str | None = None
    is_garbled: bool = False


class PartReader:
    """Reads the texts of one field of a record, and remembers what the last ones said."""

    def __init__(
        self,
        name: str,
        fields: tuple[Field, ...],
        derived: Mapping[str, Callable[[Row], str | None]],
    ) -> None:
        self._name = name
        self._plan = plan_of(fields)
        self._derived = derived
        self.types = {field.column: ARROW_TYPES[field.form] for field in fields}
        self.types |= dict.fromkeys(derived, pa.string())
        self._remembered = lru_cache(MOST_REMEMBERED)(self._read)

    def read(self, text: bytes) -> Said:
        """Return what the text says."""
        return self._read(text) if len(text) > LONGEST_REMEMBERED else self._remembered(text)

    def _read(self, text: bytes) -> Said:
        if not text:
            return Said({})
        if len(text) > LONGEST or not is_utf8(text):
            return Said({}, is_garbled=True)
        return self._said(redacted(text))

    def _said(self, text: bytes) -> Said:
        try:
            row, rest = columns_of(self._plan, msgspec.json.decode(text, type=dict))
        except (ValueError, RecursionError):
            return Said({}, f'"{self._name}":{text.decode()}')
        if not row and not rest:
            return Said({}, f'"{self._name}":{{}}')
        piece = f'"{self._name}":{msgspec.json.encode(rest).decode()}' if rest else None
        derived = {column: value_of(row) for column, value_of in self._derived.items()}
        return Said(row | derived, piece)


class Memo:
    """The distinct texts of one field in one batch of events."""

    def __init__(self, reader: PartReader) -> None:
        self._reader = reader
        self._numbers: dict[bytes, int] = {}
        self._said: list[Said] = []
        self._chunks: list[Numbers] = []

    def add(self, texts: Sequence[msgspec.Raw]) -> Mask | None:
        """Add texts to the columns; return which of them can't be read, if any can't."""
        distinct = binary_column(texts).dictionary_encode()
        by_place = [self._number_of(text) for text in distinct.dictionary.to_pylist()]
        numbers = np.array(by_place, np.int32)[distinct.indices.to_numpy()]
        self._chunks.append(numbers)
        is_garbled = [self._said[number].is_garbled for number in by_place]
        return np.array(is_garbled, np.bool_)[distinct.indices] if any(is_garbled) else None

    def columns(self) -> dict[str, pa.Array]:
        """Return the columns of all texts, text as dictionaries."""
        numbers = np.concatenate(self._chunks)
        return {
            column: spread(pa.array([said.row.get(column) for said in self._said], kind), numbers)
            for column, kind in self._reader.types.items()
        }

    def pieces(self) -> tuple[Numbers, list[str | None]]:
        """Return the piece of `extra` of each text, by its place in the list."""
        pieces: dict[str | None, int] = {None: 0}
        places = [pieces.setdefault(said.piece, len(pieces)) for said in self._said]
        return np.array(places, np.int32)[np.concatenate(self._chunks)], list(pieces)

    def _number_of(self, text: bytes) -> int:
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = len(self._said)
            self._said.append(self._reader.read(text))
        return number

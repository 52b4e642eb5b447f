"""Parts of records that repeat, such as who called: each distinct text is read once.

A batch of events refers to such a part by number, and its columns are dictionaries.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import msgspec
import numpy as np
import pyarrow as pa

from ingest.event_columns import ARROW_TYPES
from ingest.fields import Field
from ingest.record_scanner import RecordScanner
from ingest.redaction import redacted
from ingest.scanned_columns import Numbers, numbers_of, spread
from ingest.tolerant import Row, columns_of, plan_of

MOST_REMEMBERED = 20_000  # texts that a process remembers of one field; about 40 MB
LONGEST_REMEMBERED = 4_000  # bytes; an identity has about 800


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says: its columns, and as a JSON member for `extra` what they can't carry."""

    row: Row
    piece: str | None = None


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

    def _read(self, unredacted: bytes) -> Said:
        text = redacted(unredacted)
        try:
            row, rest = columns_of(self._plan, msgspec.json.decode(text, type=dict))
        except (ValueError, RecursionError):
            return Said({}, f'"{self._name}":{text.decode()}')
        if not row and not rest:
            return Said({}, f'"{self._name}":{{}}')
        piece = f'"{self._name}":{msgspec.json.encode(rest).decode()}' if rest else None
        derived = {column: value_of(row) for column, value_of in self._derived.items()}
        return Said(row | derived, piece)


class ReadOnce:
    """What the values of one field in one batch of events say."""

    def __init__(self, reader: PartReader, scanner: RecordScanner, column: int) -> None:
        self._types = reader.types
        self._numbers = numbers_of(scanner, column)
        self._said = [reader.read(text) for text in scanner.codes_of(column)]

    def columns(self) -> dict[str, pa.Array]:
        """Return the columns of all values, text as dictionaries."""
        return {
            column: spread(
                pa.array([said.row.get(column) for said in self._said], kind), self._numbers
            )
            for column, kind in self._types.items()
        }

    def pieces(self) -> tuple[Numbers, list[str | None]]:
        """Return the piece of `extra` of each value, by its place in the list."""
        pieces: dict[str | None, int] = {None: 0}
        places = [pieces.setdefault(said.piece, len(pieces)) for said in self._said]
        # What is absent has the number -1 and no piece.
        return np.array([*places, 0], np.int32)[self._numbers], list(pieces)

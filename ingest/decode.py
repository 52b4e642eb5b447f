"""Raw records become rows of `events`, many at a time and column by column.

Records of the documented form go straight from text into columns. A record that doesn't fit is read
tolerantly, alone, and joins the others as a row.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa

from ingest.event_columns import batch_of_rows
from ingest.origin import Rejection
from ingest.redaction import redacted
from ingest.tolerant import Fault, Row, event_of
from ingest.unscanned_events import UnscannedEvents

if TYPE_CHECKING:
    from ingest.scanned_events import ScannedEvents

JOINED_BYTES = 2**20  # of records that are scanned at a time


class EventDecoder:
    """Collects raw records and turns them into batches of `events`."""

    def __init__(self) -> None:
        self._scanned = _scanned_events()
        self._rows: list[Row] = []
        self._rejected: list[tuple[str, Rejection]] = []

    def __len__(self) -> int:
        """Return how many records wait."""
        return len(self._scanned) + len(self._rows)

    def first_record(self, window: bytes) -> bytes | None:
        """Return the first record of a JSON list, if there is one."""
        return self._scanned.first_record(window)

    def add_list(self, source_object_id: str, first_index: int, window: bytes) -> int | None:
        """Take a JSON list of records, of which the first has this place in its object.

        Returns how many there are. Returns None, and takes nothing, if it isn't a list in JSON,
        or if over a thousand of its elements aren't of the documented form.
        """
        if not _is_utf8(window):
            return None
        found = self._scanned.add(source_object_id, first_index, window)
        if found is None:
            return None
        count, unusual = found
        for place, raw in unusual:
            self._add_unusual(source_object_id, place, raw)
        return count

    def add(self, source_object_id: str, first_index: int, raws: Sequence[msgspec.Raw]) -> None:
        """Take records of one object; `first_index` is the place of the first of them in it."""
        for start, joined in _joined(raws):
            place = first_index + start
            if self.add_list(source_object_id, place, b"[%s]" % b",".join(joined)) is None:
                for number, raw in enumerate(joined, place):
                    if self.add_list(source_object_id, number, b"[%s]" % raw) is None:
                        self._add_unusual(source_object_id, number, bytes(raw))

    def _add_unusual(self, source_object_id: str, place: int, raw: bytes) -> None:
        """Take one record, or what should have been one, of whatever form."""
        event = event_of(raw)
        if isinstance(event, Fault):
            text = redacted(raw).decode("utf-8", "replace")
            rejection = Rejection(place, event.field, event.reason, text)
            self._rejected.append((source_object_id, rejection))
        else:
            event |= {"source_object_id": source_object_id, "record_index": place}
            self._rows.append(event)

    def rejected(self) -> list[tuple[str, Rejection]]:
        """Return the rejections since the last call, each with its object's id."""
        rejected, self._rejected = self._rejected, []
        return rejected

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield all records taken so far as rows of `events`; none is kept here."""
        if len(self._scanned):
            yield self._scanned.batch()
        rows, self._rows = self._rows, []
        if rows:
            yield batch_of_rows(rows)


def is_compiled() -> bool:
    """Say whether the compiled scanner is there, without which records are read one by one."""
    return not isinstance(_scanned_events(), UnscannedEvents)


def _scanned_events() -> "ScannedEvents | UnscannedEvents":
    try:
        from ingest.scanned_events import ScannedEvents
    except ImportError:  # there was no C compiler when roletrail was installed
        return UnscannedEvents()
    return ScannedEvents()


def _joined(raws: Sequence[msgspec.Raw]) -> Iterator[tuple[int, Sequence[msgspec.Raw]]]:
    """Yield the records in groups that are scanned at a time, each with the place of its first."""
    start = size = 0
    for place, raw in enumerate(raws):
        if size and size + len(raw) > JOINED_BYTES:
            yield start, raws[start:place]
            start, size = place, 0
        size += len(raw)
    if raws:
        yield start, raws[start:]


def _is_utf8(text: bytes) -> bool:
    if text.isascii():
        return True
    offsets = pa.py_buffer(np.array([0, len(text)], np.int64))
    column = pa.LargeStringArray.from_buffers(1, offsets, pa.py_buffer(text))
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True

"""Raw records become rows of `events`, many at a time and column by column.

Records of the documented form are decoded into structs and their columns built at once. A record
that doesn't fit is read tolerantly, alone, and joins the others as a row.
"""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import pyarrow as pa

from ingest.event_chunks import EventChunks
from ingest.event_columns import batch_of_rows
from ingest.origin import Rejection
from ingest.pending import PendingRecords
from ingest.records import RECORD, RECORDS, Record
from ingest.redaction import redacted
from ingest.tolerant import Fault, Row, event_of

CHUNK_RECORDS = 500  # with larger ones the processor's cache is too small


class EventDecoder:
    """Collects raw records and turns them into batches of `events`."""

    def __init__(self) -> None:
        self._pending = PendingRecords()
        self._chunks = EventChunks()
        self._rows: list[Row] = []
        self._rejected: list[tuple[str, Rejection]] = []

    def __len__(self) -> int:
        """Return how many records wait."""
        return len(self._pending.records) + self._chunks.rows + len(self._rows)

    def add_list(self, source_object_id: str, first_index: int, text: bytes) -> list[Record] | None:
        """Take a JSON list of records, or nothing if not each of them has the documented form.

        Returns the records. Splitting the list first and then decoding takes half as long again.
        """
        try:
            records = RECORDS.decode(text)
        except (ValueError, RecursionError):
            return None
        self._add(source_object_id, first_index, records, text)
        return records

    def add(self, source_object_id: str, first_index: int, raws: Sequence[msgspec.Raw]) -> None:
        """Take records of one object; `first_index` is the place of the first of them in it."""
        try:
            records = list(map(RECORD.decode, raws))
        except (ValueError, RecursionError):
            for place, raw in enumerate(raws, first_index):
                self._add_one(source_object_id, place, raw)
        else:
            self._add(source_object_id, first_index, records, raws)

    def _add_one(self, source_object_id: str, place: int, raw: msgspec.Raw) -> None:
        try:
            record = RECORD.decode(raw)
        except (ValueError, RecursionError):
            self._add_unusual(source_object_id, place, bytes(raw))
        else:
            self._add(source_object_id, place, [record], [raw])

    def _add(
        self,
        source_object_id: str,
        first_index: int,
        records: list[Record],
        raws: Sequence[msgspec.Raw] | bytes,
    ) -> None:
        self._pending.add(source_object_id, first_index, records, raws)
        if len(self._pending.records) >= CHUNK_RECORDS:
            self._build_columns()

    def _build_columns(self) -> None:
        pending, self._pending = self._pending, PendingRecords()
        if pending.records:
            for number in np.flatnonzero(self._chunks.add(pending)):
                self._add_unusual(*pending.origin_of(int(number)))

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
        self._build_columns()
        chunks, self._chunks = self._chunks, EventChunks()
        if chunks.rows:
            yield chunks.batch()
        rows, self._rows = self._rows, []
        if rows:
            yield batch_of_rows(rows)

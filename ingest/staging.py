"""From what was read to what the lake holds: batches without duplicates, committed whole.

An object's events, its other rows and its ledger row are in one batch, so it is known if and only
if all of it is there. A batch of many events is written in several files, so that its size is no
matter of memory.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from ingest.event_columns import EVENT_SCHEMA
from ingest.ledger import ledger_row
from ingest.reading import Reading
from ingest.resource_events import resource_history_of
from ingest.storage_keys import sightings_of
from lake import Lake
from lake.commits import StagedBatch, commit_batch
from lake.connection import duckdb_path
from lake.data_files import arrow_schema, write_data_files
from lake.duplicates import files_around, without_duplicates
from lake.events_table import EVENTS
from lake.tables import (
    REJECTED_RECORDS,
    RESOURCE_HISTORY,
    SOURCE_OBJECTS,
    STREAMING_SESSION_EVIDENCE,
)

if TYPE_CHECKING:
    from pyiceberg.table import Table as IcebergTable

Row = dict[str, object]

BATCH_EVENTS = 120_000
BATCH_BYTES = 128 * 2**20  # events take twice as much again while they are sorted and written
BATCH_OBJECTS = 20_000
MOST_EVENTS = 160_000  # in memory: a batch and what a portion may add to it
BATCH_EVIDENCE = 100_000  # rows of evidence and of history, about 2 kB each
EVIDENCE, HISTORY, REJECTED, LEDGER = (
    STREAMING_SESSION_EVIDENCE.name,
    RESOURCE_HISTORY.name,
    REJECTED_RECORDS.name,
    SOURCE_OBJECTS.name,
)


@dataclass(frozen=True, slots=True)
class _Written:
    """Data files of events, and what the events say of resources and of streaming sessions."""

    files: list[str]
    history: list[Row]
    evidence: list[Row]


class Batch:
    """One batch on its way into the lake; a new one is made after each commit.

    `ledger_snapshot_id` is a snapshot of the ledger from before its objects were looked up in it.
    `before_writing` commits what another batch has begun to write, since the events of that aren't
    known otherwise.
    """

    def __init__(
        self,
        lake: Lake,
        ledger_snapshot_id: int | None = None,
        before_writing: Callable[[], None] = lambda: None,
    ) -> None:
        self._lake = lake
        self._ledger_snapshot_id = ledger_snapshot_id
        self._before_writing = before_writing
        self._batch_id = uuid.uuid4().hex
        self._base_snapshot_id: int | None = None
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = self._waiting_bytes = 0
        self._files: list[str] = []
        self._writer = ThreadPoolExecutor(1)
        self._writing: Future[_Written] | None = None
        self._events = 0
        self._readings: list[Reading] = []
        self._rows: defaultdict[str, list[Row]] = defaultdict(list)
        self._duplicates: Counter[str] = Counter()
        self._conflicts: Counter[str] = Counter()
        self._event_times: dict[str, tuple[datetime, datetime]] = {}

    @property
    def is_full(self) -> bool:
        """Whether it is time to commit."""
        return (
            self._events + self._waiting_rows >= BATCH_EVENTS
            or self._waiting_bytes >= BATCH_BYTES
            or len(self._readings) >= BATCH_OBJECTS
            or len(self._rows[EVIDENCE]) + len(self._rows[HISTORY]) >= BATCH_EVIDENCE
        )

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to commit."""
        return not self._readings

    def add(self, readings: Iterable[Reading], batches: Iterable[pa.RecordBatch]) -> None:
        """Take objects that were read whole, and their events."""
        for batch in batches:
            self._waiting.append(batch)
            self._waiting_rows += batch.num_rows
            self._waiting_bytes += batch.nbytes
            # More than is_full asks for, so that only an object of very many events comes so far.
            if self._waiting_rows >= MOST_EVENTS or self._waiting_bytes >= BATCH_BYTES:
                self.start_writing()
        for reading in readings:
            self._readings.append(reading)
            self._rows[EVIDENCE] += reading.evidence
            self._rows[HISTORY] += reading.history
            reading.evidence, reading.history = [], []

    def count_known(self, source_object_id: str, records: int) -> None:
        """Count records of an object that the lake knew, so that the batch has nothing of them."""
        self._duplicates[source_object_id] += records

    def rows_written(self) -> dict[str, int]:
        """Return how many rows of evidence and of history are in the batch."""
        return {
            "evidence_rows": len(self._rows[EVIDENCE]),
            "history_rows": len(self._rows[HISTORY]),
        }

    def commit(self) -> pa.Table:
        """Write what waits, commit everything, and return the ledger rows as committed."""
        self.start_writing()
        self._await_written()
        self._writer.shutdown()
        now = datetime.now(UTC)
        self._rows[REJECTED] = [
            row
            for reading in self._readings
            for row in _rejected_rows(reading, self._batch_id, now)
        ]
        self._rows[LEDGER] = [self._ledger_row(reading, now) for reading in self._readings]
        files = {name: self._write(name, rows) for name, rows in self._rows.items() if rows}
        if self._files:
            files[EVENTS.name] = tuple(self._files)
        staged = StagedBatch(
            self._batch_id, files, self._base_snapshot_id, self._ledger_snapshot_id
        )
        return commit_batch(self._lake, staged)

    def start_writing(self) -> None:
        """Begin to write the waiting events that are no duplicates, in a thread of its own."""
        self._before_writing()
        events_table = self._lake.table(EVENTS.name)
        is_first = not self._files and self._writing is None
        if is_first and (snapshot := events_table.current_snapshot()) is not None:
            self._base_snapshot_id = snapshot.snapshot_id
        if not self._waiting:
            return
        self._await_written()
        events = pa.Table.from_batches(self._waiting, EVENT_SCHEMA).unify_dictionaries()
        self._waiting, self._waiting_rows, self._waiting_bytes = [], 0, 0
        self._note_times(events)
        known = files_around(events_table, events) + [duckdb_path(path) for path in self._files]
        result = without_duplicates(events, known, events_table)
        self._count_copies(result.copies)
        self._events += result.kept.num_rows
        self._writing = self._writer.submit(_written, events_table, result.kept)

    def _await_written(self) -> None:
        if self._writing is not None:
            written, self._writing = self._writing.result(), None
            self._files += written.files
            self._rows[HISTORY] += written.history
            self._rows[EVIDENCE] += written.evidence

    def _note_times(self, events: pa.Table) -> None:
        """Note the oldest and newest event of each object; one can come in several portions."""
        times = events.group_by("source_object_id").aggregate(
            [("event_time", "min"), ("event_time", "max")]
        )
        for object_id, oldest, newest in zip(
            times.column("source_object_id").to_pylist(),
            times.column("event_time_min").to_pylist(),
            times.column("event_time_max").to_pylist(),
            strict=True,
        ):
            if oldest is None:
                continue
            before = self._event_times.get(object_id, (oldest, newest))
            self._event_times[object_id] = min(oldest, before[0]), max(newest, before[1])

    def _count_copies(self, copies: pa.Table) -> None:
        for copy in (
            copies.group_by("source_object_id")
            .aggregate([("is_conflict", "count"), ("is_conflict", "sum")])
            .to_pylist()
        ):
            self._duplicates[copy["source_object_id"]] += copy["is_conflict_count"]
            self._conflicts[copy["source_object_id"]] += copy["is_conflict_sum"]

    def _ledger_row(self, reading: Reading, now: datetime) -> Row:
        object_id = reading.source_object_id
        row = ledger_row(reading, self._duplicates[object_id], self._conflicts[object_id])
        oldest, newest = self._event_times.get(object_id, (None, None))
        return row | {
            "batch_id": self._batch_id,
            "ingested_at": now,
            "oldest_event_at": oldest,
            "newest_event_at": newest,
        }

    def _write(self, name: str, rows: list[Row]) -> tuple[str, ...]:
        table = self._lake.table(name)
        return tuple(write_data_files(table, pa.Table.from_pylist(rows, arrow_schema(table))))


def _written(events_table: "IcebergTable", events: pa.Table) -> _Written:
    return _Written(
        write_data_files(events_table, events), resource_history_of(events), sightings_of(events)
    )


def without_unreadable(batch: pa.RecordBatch, object_ids: Sequence[str]) -> pa.RecordBatch:
    """Return a batch of events without those of objects that couldn't be read to the end."""
    if not object_ids:
        return batch
    is_of_them = pc.is_in(batch.column("source_object_id"), value_set=pa.array(object_ids))
    return batch.filter(pc.invert(is_of_them))


def _rejected_rows(reading: Reading, batch_id: str, now: datetime) -> list[Row]:
    return [
        {
            "source_object_id": reading.source_object_id,
            "uri": reading.source.uri,
            "record_index": rejection.record_index,
            "field": rejection.field,
            "reason": rejection.reason,
            "raw": rejection.raw,
            "batch_id": batch_id,
            "rejected_at": now,
        }
        for rejection in reading.rejections
    ]

"""From what was read to what the lake holds: batches without duplicates, committed whole.

An object's events, its other rows and its ledger row are in one batch, so it is known if and only
if all of it is there. Its events are in files already; those with duplicates among them are written
anew, so that the size of a batch is no matter of memory.
"""

import tempfile
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.event_files import EventTarget, WrittenEvents
from ingest.ledger import ledger_row
from ingest.reading import Reading
from ingest.resource_events import resource_history_of
from ingest.storage_keys import sightings_of
from lake import Lake
from lake.commits import StagedBatch, commit_batch
from lake.connection import duckdb_path
from lake.data_files import arrow_schema, file_form, take_over, write_data_files
from lake.duplicates import are_new, files_around, without_duplicates
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

BATCH_EVENTS = 500_000
BATCH_OBJECTS = 20_000
BATCH_EVIDENCE = 100_000  # rows of evidence and of history, about 2 kB each
LOOKED_UP = ["event_id", "event_time"]  # of an event, to see whether it is known
EVIDENCE, HISTORY, REJECTED, LEDGER = (
    STREAMING_SESSION_EVIDENCE.name,
    RESOURCE_HISTORY.name,
    REJECTED_RECORDS.name,
    SOURCE_OBJECTS.name,
)


@contextmanager
def event_target(lake: Lake) -> Iterator[EventTarget]:
    """Provide where the events of a run are written before they become the lake's.

    They stay in the order in which they come, since a file holds little of a day. Maintenance sorts
    them when it merges files.
    """
    form = replace(file_form(lake.table(EVENTS.name)), sort_by=())
    with tempfile.TemporaryDirectory(prefix="roletrail-") as folder:
        yield EventTarget(Path(folder), form)


class Batch:
    """One batch on its way into the lake; a new one is made after each commit.

    `ledger_snapshot_id` is a snapshot of the ledger from before its objects were looked up in it.
    """

    def __init__(self, lake: Lake, ledger_snapshot_id: int | None = None) -> None:
        self._lake = lake
        self._ledger_snapshot_id = ledger_snapshot_id
        self._batch_id = uuid.uuid4().hex
        self._waiting: list[WrittenEvents] = []
        self._looked_up: list[pa.Table] = []
        self._files: list[str] = []
        self._events = self._evidence = 0
        self._readings: list[Reading] = []
        self._unreadable: list[str] = []
        self._rows: defaultdict[str, list[Row]] = defaultdict(list)
        self._duplicates: Counter[str] = Counter()
        self._conflicts: Counter[str] = Counter()
        self._event_times: dict[str, tuple[datetime, datetime]] = {}

    @property
    def is_full(self) -> bool:
        """Whether it is time to commit."""
        return (
            self._events >= BATCH_EVENTS
            or len(self._readings) >= BATCH_OBJECTS
            or self._evidence >= BATCH_EVIDENCE
        )

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to commit."""
        return not self._readings

    def add(self, readings: Iterable[Reading], written: Iterable[WrittenEvents]) -> None:
        """Take objects that were read, and their events, but for those that couldn't be read."""
        for events in written:
            self._waiting.append(events)
            self._looked_up += [pq.read_table(path, columns=LOOKED_UP) for path in _paths([events])]
            self._events += events.rows
            self._evidence += len(events.evidence) + len(events.history)
        for reading in readings:
            if reading.unreadable is not None:
                self._unreadable.append(reading.source_object_id)
                continue
            self._readings.append(reading)
            self._evidence += len(reading.evidence) + len(reading.history)
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
        """Take the files of events that are new, commit everything, return the ledger's rows."""
        events_table = self._lake.table(EVENTS.name)
        snapshot = events_table.current_snapshot()
        base_snapshot_id = None if snapshot is None else snapshot.snapshot_id
        self._settle(events_table)
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
        staged = StagedBatch(self._batch_id, files, base_snapshot_id, self._ledger_snapshot_id)
        return commit_batch(self._lake, staged)

    def _settle(self, events_table: "IcebergTable") -> None:
        """Take over the files of all events, or write those of them anew that are no duplicates."""
        waiting, self._waiting = self._waiting, []
        for events in waiting:
            self._note_times(events)
        known, are_all_new = self._look_up(events_table)
        if are_all_new and not self._unreadable:
            for events in waiting:
                self._take_over(events_table, events)
        else:
            for events in waiting:
                self._write_anew(events_table, events, known)

    def _look_up(self, events_table: "IcebergTable") -> tuple[list[str], bool]:
        """Return the files that may hold copies of the events, and whether there is none at all.

        What the events are looked up by is forgotten: it can be 50 bytes of each of millions.
        """
        looked_up, self._looked_up = self._looked_up, []
        if not looked_up:
            return [], True
        events = pa.concat_tables(looked_up)
        known = files_around(events_table, events)
        return known, are_new(events, known, events_table)

    def _take_over(self, events_table: "IcebergTable", events: WrittenEvents) -> None:
        self._files += [take_over(events_table, events.folder, name) for name in events.names]
        self._rows[HISTORY] += events.history
        self._rows[EVIDENCE] += events.evidence

    def _write_anew(
        self, events_table: "IcebergTable", events: WrittenEvents, known: list[str]
    ) -> None:
        """Write those of the events that are neither known, nor in the batch already."""
        paths = _paths([events])
        found = self._readable(pa.concat_tables([pq.read_table(path) for path in paths]))
        own = [duckdb_path(file) for file in self._files]
        result = without_duplicates(found, known + own, events_table)
        self._count_copies(result.copies)
        self._files += write_data_files(events_table, result.kept)
        self._rows[HISTORY] += resource_history_of(result.kept)
        self._rows[EVIDENCE] += sightings_of(result.kept)
        for path in paths:
            path.unlink()

    def _readable(self, events: pa.Table) -> pa.Table:
        """Return the events without those of objects that couldn't be read to the end."""
        unreadable = pa.array(self._unreadable, pa.string())
        is_of_them = pc.is_in(events.column("source_object_id"), value_set=unreadable)
        return events.filter(pc.invert(is_of_them))

    def _note_times(self, events: WrittenEvents) -> None:
        """Note the oldest and newest event of each object; one can come in several files."""
        for object_id, (oldest, newest) in events.times.items():
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


def _paths(written: Iterable[WrittenEvents]) -> list[Path]:
    return [events.folder / name for events in written for name in events.names]


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

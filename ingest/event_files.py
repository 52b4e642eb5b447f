"""Events on their way from a worker to the lake: data files, and what else they say.

A file is written in the form of the lake's own, so that the main process only has to move it there,
if it holds no event that is known.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

import pyarrow as pa

from ingest.event_columns import EVENT_SCHEMA
from ingest.resource_events import resource_history_of
from ingest.storage_keys import sightings_of
from lake.parquet_files import FileForm, write_files

Row = dict[str, object]

FILE_EVENTS = 100_000
FILE_BYTES = 64 * 2**20  # of events in memory


@dataclass(frozen=True, slots=True)
class EventTarget:
    """Where events are written, and in which form: a folder, which is gone after the run."""

    folder: Path
    form: FileForm


@dataclass(frozen=True, slots=True)
class WrittenEvents:
    """Events in files of a folder, by their names there, one for each day.

    `times` are the oldest and the newest event of each object. `history` and `evidence` are what
    the events say of resources and of streaming sessions.
    """

    folder: Path
    names: list[str]
    rows: int
    times: dict[str, tuple[datetime, datetime]]
    history: list[Row]
    evidence: list[Row]


class EventFiles:
    """Collects batches of events, and writes them to files of a bounded size."""

    def __init__(self, target: EventTarget) -> None:
        self._target = target
        self._waiting: list[pa.RecordBatch] = []
        self._rows = self._bytes = 0
        self._written: list[WrittenEvents] = []

    def add(self, batch: pa.RecordBatch) -> None:
        """Take a batch of events."""
        self._waiting.append(batch)
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._rows >= FILE_EVENTS or self._bytes >= FILE_BYTES:
            self._write()

    def written(self) -> list[WrittenEvents]:
        """Write what waits, and return all that was written."""
        self._write()
        return self._written

    def _write(self) -> None:
        if not self._rows:
            return
        events = pa.Table.from_batches(self._waiting, EVENT_SCHEMA).unify_dictionaries()
        self._waiting, self._rows, self._bytes = [], 0, 0
        self._written.append(
            WrittenEvents(
                folder=self._target.folder,
                names=write_files(self._target.form, events, self._create),
                rows=events.num_rows,
                times=dict(_times(events)),
                history=resource_history_of(events),
                evidence=sightings_of(events),
            )
        )

    def _create(self, name: str) -> AbstractContextManager[IO[bytes]]:
        path = self._target.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("wb")


def _times(events: pa.Table) -> Iterator[tuple[str, tuple[datetime, datetime]]]:
    """Yield the oldest and the newest event of each object."""
    times = events.group_by("source_object_id").aggregate(
        [("event_time", "min"), ("event_time", "max")]
    )
    columns = ("source_object_id", "event_time_min", "event_time_max")
    for object_id, oldest, newest in zip(
        *(times.column(column).to_pylist() for column in columns), strict=True
    ):
        yield object_id, (oldest, newest)

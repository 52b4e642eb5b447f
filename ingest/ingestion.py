"""A run of ingest: list the sources, read what is new, commit it in batches, account for all."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TypeAlias

from ingest.event_files import EventTarget, WrittenEvents
from ingest.ledger import new_objects
from ingest.listing import LOOK_BACK_DAYS, Listing
from ingest.object_keys import facts_of
from ingest.reading import Reading
from ingest.s3_reading import BucketOptions
from ingest.selection import Selection
from ingest.sources import SourceObject
from ingest.staging import Batch, event_target
from ingest.summary import IngestSummary, Progress, Tally
from ingest.workers import default_processes, read_all
from lake import Lake
from lake.commits import finish_interrupted
from lake.known_objects import ledger_snapshot_id

PortionRead: TypeAlias = tuple[list[Reading], list[WrittenEvents]]
"""Objects as they were read, and their events."""

LATEST = date.max  # objects whose key names no day are read last


def ingest(  # noqa: PLR0913 - one parameter for each option that a user has
    lake: Lake,
    sources: Iterable[str | Path],
    *,
    since: date | None = None,
    until: date | None = None,
    account_ids: Sequence[str] = (),
    regions: Sequence[str] = (),
    kinds: Sequence[str] = (),
    look_back_days: int = LOOK_BACK_DAYS,
    role_arn: str | None = None,
    endpoint_url: str | None = None,
    is_requester_pays: bool = False,
    processes: int | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> IngestSummary:
    """Take in what is new in the sources, and return what became of every object and record.

    A source is a folder, a file, or `s3://bucket/prefix`. `since`, `until` (UTC days of delivery,
    the last one excluded), `account_ids` and `regions` leave objects out whose keys say that they
    are of another day, account or region; an object whose key doesn't say is read. Of `kinds`, as
    in `selection.KINDS`, the key has to say it. `role_arn` is assumed for buckets. `on_progress` is
    called from this thread.

    A bucket's trail that the same call took in before is listed from `look_back_days` before its
    newest day on. An object that can't be fetched is counted as rejected and otherwise left alone,
    so that the next run tries it again. Raises IngestError if a source can't be listed, and
    LakeError.
    """
    started = time.monotonic()
    finish_interrupted(lake)
    selection = Selection.of(since, until, account_ids, regions, kinds)
    options = BucketOptions(role_arn, endpoint_url, is_requester_pays=is_requester_pays)
    listing = Listing(lake, map(str, sources), selection, look_back_days, options)

    def read(new: Sequence[SourceObject], target: EventTarget) -> Iterator[PortionRead]:
        chosen = default_processes() if processes is None else processes
        for readings, events in read_all(new, listing.access_of, target, chosen):
            listing.count_unreadable(readings)
            yield readings, events

    summary = take_in(lake, listing.objects, read, started=started, on_progress=on_progress)
    listing.remember()
    return summary


def take_in(
    lake: Lake,
    listed: Sequence[SourceObject],
    read: Callable[[Sequence[SourceObject], EventTarget], Iterable[PortionRead]],
    *,
    started: float,
    on_progress: Callable[[Progress], None] | None = None,
) -> IngestSummary:
    """Take in those of the listed objects that the ledger doesn't know; each is listed once.

    `read` is given the new ones, day by day, and where their events are to be written, and gives
    them back as they were read. `started` is the monotonic time that the run counts from. Raises
    LakeError.
    """
    with event_target(lake) as target:
        run = _Run(lake, started, on_progress)
        new = sorted(new_objects(lake, listed), key=_by_day)
        run.expect(len(listed), new)
        for readings, events in read(new, target):
            run.take(readings, events)
        return run.finish()


class _Run:
    """The batches of a run, one after the other, and the tally of them all."""

    def __init__(
        self, lake: Lake, started: float, on_progress: Callable[[Progress], None] | None
    ) -> None:
        self._lake = lake
        self._on_progress = on_progress
        self._started = started
        self._tally = Tally()
        self._ledger_snapshot_id = ledger_snapshot_id(lake)
        self._batch = self._new_batch()

    def expect(self, seen: int, new: Sequence[SourceObject]) -> None:
        """Say what there is to do."""
        self._tally.objects_seen = seen
        self._tally.objects_new = len(new)
        self._report()

    def take(self, readings: list[Reading], events: list[WrittenEvents]) -> None:
        """Take a portion; when a batch is full, commit it."""
        self._batch.add(readings, events)
        for reading in readings:
            self._tally.count(reading)
        self._report()
        if self._batch.is_full:
            self._commit()

    def finish(self) -> IngestSummary:
        """Commit what is left, and return the summary."""
        if not self._batch.is_empty:
            self._commit()
        return self._tally.summary(time.monotonic() - self._started)

    def _new_batch(self) -> Batch:
        return Batch(self._lake, self._ledger_snapshot_id)

    def _commit(self) -> None:
        batch, self._batch = self._batch, self._new_batch()
        ledger = batch.commit()
        self._tally.count_committed(ledger, **batch.rows_written())

    def _report(self) -> None:
        if self._on_progress is not None:
            self._on_progress(self._tally.progress())


def _by_day(source: SourceObject) -> tuple[date, str]:
    """Sort by day first: a batch then holds few days, each of which is a file of its own."""
    return facts_of(source.uri).day or LATEST, source.uri

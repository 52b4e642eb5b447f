"""A run of ingest: list the sources, read what is new, commit it in batches, account for all."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ingest.ledger import new_objects
from ingest.memory import freed_arrow_memory_kept
from ingest.object_keys import facts_of
from ingest.reading import Reading
from ingest.sources import SCHEME, SourceObject, files_in
from ingest.staging import Batch, without_unreadable
from ingest.summary import IngestSummary, Progress, Tally
from ingest.workers import default_processes, read_all
from lake import Lake
from lake.commits import finish_interrupted

if TYPE_CHECKING:
    import pyarrow as pa

    from ingest.s3_listing import Bucket

PortionRead: TypeAlias = "tuple[list[Reading], Iterator[pa.RecordBatch]]"
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
    role_arn: str | None = None,
    processes: int | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> IngestSummary:
    """Take in what is new in the sources, and return what became of every object and record.

    A source is a folder, a file, or `s3://bucket/prefix`. `since`, `until` (UTC days of delivery,
    the last one excluded), `account_ids` and `regions` leave objects out whose keys say that they
    are of another day, account or region; an object whose key doesn't say is read. `role_arn` is
    assumed for buckets. `on_progress` is called from this thread.

    An object that can't be fetched is counted as rejected and otherwise left alone, so that the
    next run tries it again. Raises IngestError if a source can't be listed, and LakeError.
    """
    started = time.monotonic()
    finish_interrupted(lake)
    listed, buckets = _listed(sources, role_arn)
    wanted = [
        source
        for source in listed
        if _is_wanted(source, since, until, frozenset(account_ids), frozenset(regions))
    ]

    def read(new: Sequence[SourceObject]) -> Iterator[PortionRead]:
        chosen = default_processes() if processes is None else processes
        return read_all(new, lambda bucket: buckets[bucket].access(), chosen)

    return take_in(lake, wanted, read, started=started, on_progress=on_progress)


def take_in(
    lake: Lake,
    listed: Sequence[SourceObject],
    read: Callable[[Sequence[SourceObject]], Iterable[PortionRead]],
    *,
    started: float,
    on_progress: Callable[[Progress], None] | None = None,
) -> IngestSummary:
    """Take in those of the listed objects that the ledger doesn't know; each is listed once.

    `read` is given the new ones, day by day, and gives them back as they were read. `started` is
    the monotonic time that the run counts from. Raises LakeError.
    """
    run = _Run(lake, started, on_progress)
    new = sorted(new_objects(lake, listed), key=_by_day)
    run.expect(len(listed), new)
    with freed_arrow_memory_kept():
        for readings, batches in read(new):
            run.take(readings, batches)
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
        self._batch = Batch(lake)

    def expect(self, seen: int, new: Sequence[SourceObject]) -> None:
        """Say what there is to do."""
        self._tally.objects_seen = seen
        self._tally.objects_new = len(new)
        self._report()

    def take(self, readings: list[Reading], batches: Iterator["pa.RecordBatch"]) -> None:
        """Take a portion, and commit when it is time."""
        unreadable = [
            reading.source_object_id for reading in readings if reading.unreadable is not None
        ]
        self._batch.add(
            [reading for reading in readings if reading.unreadable is None],
            (without_unreadable(batch, unreadable) for batch in batches),
        )
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

    def _commit(self) -> None:
        ledger = self._batch.commit()
        self._tally.count_committed(ledger.to_pylist(), **self._batch.rows_written())
        self._batch = Batch(self._lake)

    def _report(self) -> None:
        if self._on_progress is not None:
            self._on_progress(self._tally.progress())


def _listed(
    sources: Iterable[str | Path], role_arn: str | None
) -> tuple[list[SourceObject], dict[str, "Bucket"]]:
    """Return the objects of all sources, each once, and the buckets that some of them are in."""
    found: dict[tuple[str, str], SourceObject] = {}
    buckets: dict[str, Bucket] = {}
    for source in map(str, sources):
        if source.startswith(SCHEME):
            name, _, prefix = source.removeprefix(SCHEME).partition("/")
            if name not in buckets:
                buckets[name] = _bucket(name, role_arn)
            objects = buckets[name].objects(prefix)
        else:
            objects = files_in(source)
        found |= {(listed.uri, listed.version): listed for listed in objects}
    return list(found.values()), buckets


def _bucket(name: str, role_arn: str | None) -> "Bucket":
    from ingest.s3_listing import Bucket

    return Bucket(name, role_arn)


def _is_wanted(
    source: SourceObject,
    since: date | None,
    until: date | None,
    account_ids: frozenset[str],
    regions: frozenset[str],
) -> bool:
    if not (since or until or account_ids or regions):
        return True
    facts = facts_of(source.uri)
    is_in_time = facts.day is None or (since or date.min) <= facts.day < (until or date.max)
    is_in_accounts = not account_ids or facts.account_id in account_ids | {None}
    return is_in_time and is_in_accounts and (not regions or facts.region in regions | {None})


def _by_day(source: SourceObject) -> tuple[date, str]:
    """Sort by day first: a batch then holds few days, each of which is a file of its own."""
    return facts_of(source.uri).day or LATEST, source.uri

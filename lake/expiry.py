"""Forgetting old snapshots, so that metadata stays small and files can be collected.

What is old is when a snapshot ceased to be what readers see, not when it was made: a reader has the
whole time from then on. Kept for as long as they are needed are the snapshots of batches that are
not in all their tables yet, and those that an attribution has published together.

One that was replaced by an append can go sooner, since the next one has all its files. Each commit
copies what a table knows of all its snapshots, so that few of them make it quick.
"""

from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.snapshots import Operation, Snapshot
from sqlalchemy.exc import OperationalError

from lake.batches import BATCH_ID, FOLLOWERS, batches_of
from lake.catalog import Lake
from lake.derived_tables import ATTRIBUTIONS, DERIVED_TABLES, FINDINGS
from lake.errors import LakeError
from lake.events_table import EVENTS
from lake.notices_table import NOTICES
from lake.publication import publications_since
from lake.tables import SOURCE_OBJECTS

ATTEMPTS = 50


def expire_snapshots(
    lake: Lake,
    before: datetime,
    *,
    appended_before: datetime | None = None,
    dry_run: bool = False,
) -> dict[str, int]:
    """Forget snapshots that were replaced before this time; return how many, table by table.

    Those that were replaced by an append before `appended_before` go as well. Writers who began
    before that take longer to find out what has come since, and lose nothing. Raises LakeError if
    other writers kept coming first.
    """
    age = _Age(before, appended_before or before)
    # First `events`, then what follows it: as long as it names a batch, the others must be able to
    # say whether they have it.
    finished = set(batches_of(lake.table(SOURCE_OBJECTS.name)))
    unfinished = set(batches_of(lake.table(EVENTS.name))) - finished
    expired = {EVENTS.name: _expire(lake, EVENTS.name, age, _Kept(unfinished), dry_run=dry_run)}
    named = _Kept(set(batches_of(lake.table(EVENTS.name))))
    existing = lake.table_names()
    for name in existing.intersection(FOLLOWERS):
        expired[name] = _expire(lake, name, age, named, dry_run=dry_run)
    derived = [table for table in DERIVED_TABLES if table.name in existing]
    publications = publications_since(lake, before) if ATTRIBUTIONS.name in existing else []
    for table in derived:
        snapshot_ids = {
            publication.snapshots[table.name]
            for publication in publications
            if table.name in publication.snapshots
        }
        kept = _Kept(snapshot_ids=snapshot_ids)
        expired[table.name] = _expire(lake, table.name, age, kept, dry_run=dry_run)
    for name in existing.intersection({FINDINGS.name, NOTICES.name}):
        expired[name] = _expire(lake, name, age, _Kept(), dry_run=dry_run)
    return expired


@dataclass(frozen=True, slots=True)
class _Age:
    """Before when a snapshot must have come for the one that it replaced to be old."""

    replaced_before: datetime
    appended_before: datetime

    def has(self, successor: Snapshot) -> bool:
        """Return whether what this snapshot has replaced is old."""
        summary = successor.summary
        is_append = summary is not None and summary.operation is Operation.APPEND
        limit = self.appended_before if is_append else self.replaced_before
        return successor.timestamp_ms < limit.timestamp() * 1000


class _Kept:
    """The snapshots that are still needed, by their id or by the batch that they name."""

    def __init__(self, batch_ids: Collection[str] = (), snapshot_ids: Collection[int] = ()) -> None:
        self._batch_ids = frozenset(batch_ids)
        self._snapshot_ids = frozenset(snapshot_ids)

    def has(self, snapshot: Snapshot) -> bool:
        """Return whether the snapshot is needed."""
        batch_id = None if snapshot.summary is None else snapshot.summary[BATCH_ID]
        return batch_id in self._batch_ids or snapshot.snapshot_id in self._snapshot_ids


def _expire(lake: Lake, name: str, age: _Age, kept: _Kept, *, dry_run: bool) -> int:
    for _ in range(ATTEMPTS):
        iceberg_table = lake.table(name)
        old = [
            snapshot.snapshot_id for snapshot in _old(iceberg_table, age) if not kept.has(snapshot)
        ]
        if dry_run or not old:
            return len(old)
        try:
            iceberg_table.maintenance.expire_snapshots().by_ids(old).commit()
        except (CommitFailedException, OperationalError):
            continue
        except ValueError:
            # PyIceberg's word for another run that has expired one of them a moment ago.
            continue
        return len(old)
    message = f"{lake.location}: {name} was changed {ATTEMPTS} times meanwhile. Run it again"
    raise LakeError(message)


def _old(iceberg_table: IcebergTable, age: _Age) -> list[Snapshot]:
    """Return the snapshots whose successor is old enough; none that has a name."""
    named = {reference.snapshot_id for reference in iceberg_table.metadata.refs.values()}
    snapshots = sorted(iceberg_table.snapshots(), key=_number)
    numbers = [_number(snapshot) for snapshot in snapshots]
    old = []
    for snapshot in snapshots:
        next_place = bisect_right(numbers, _number(snapshot))
        is_last = next_place == len(snapshots)
        if not is_last and snapshot.snapshot_id not in named and age.has(snapshots[next_place]):
            old.append(snapshot)
    return old


def _number(snapshot: Snapshot) -> int:
    return snapshot.sequence_number or 0

"""Keeping a lake quick and small: retention, compaction, expiry, garbage, in that order."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lake.catalog import Lake
from lake.commits import finish_interrupted
from lake.compaction import Compaction, compact
from lake.expiry import expire_snapshots
from lake.garbage import Garbage, collect_garbage
from lake.retention import Dropped, drop_days
from lake.tables import INGESTED_TABLES, TABLES
from lake.turns import take_turn

SNAPSHOTS_KEPT = timedelta(hours=24)
# Of appends, only whoever writes needs the snapshots before; nobody takes as long as that.
APPENDS_KEPT = timedelta(hours=1)
# A writer commits what it has written within minutes; a day is beyond any doubt.
GARBAGE_AGE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Maintenance:
    """What a run did, or would do; `snapshots_expired` by table."""

    compactions: tuple[Compaction, ...]
    dropped: Dropped
    snapshots_expired: dict[str, int]
    garbage: tuple[Garbage, ...]
    seconds: float


def maintain(
    lake: Lake,
    *,
    snapshots_kept: timedelta = SNAPSHOTS_KEPT,
    keep_days: int | None = None,
    dry_run: bool = False,
    on_step: Callable[[str], None] | None = None,
) -> Maintenance:
    """Compact the tables that ingest fills, expire snapshots and collect garbage in all tables.

    With `keep_days`, events older than that many whole UTC days are dropped. Others may read and
    write meanwhile. With `dry_run` nothing is changed, and what is told doesn't count what one
    step makes for the next. Raises LakeError if other writers kept coming first.
    """
    started = time.monotonic()
    now = datetime.now(UTC)
    say = on_step or _say_nothing
    tables = lake.table_names()
    if not dry_run:
        # Whoever maintains on a schedule counts from here.
        take_turn(lake)
        finish_interrupted(lake)
    dropped = Dropped(0, 0)
    if keep_days is not None:
        say("dropping old days")
        dropped = drop_days(lake, now.date() - timedelta(days=keep_days), dry_run=dry_run)
    compactions = []
    for table in (table for table in INGESTED_TABLES if table.name in tables):
        say(f"compacting {table.name}")
        compactions.append(compact(lake, table, dry_run=dry_run))
    say("expiring snapshots")
    expired = expire_snapshots(
        lake,
        now - snapshots_kept,
        appended_before=now - min(snapshots_kept, APPENDS_KEPT),
        dry_run=dry_run,
    )
    garbage = []
    for name in (name for name in TABLES if name in tables):
        say(f"collecting files of {name}")
        garbage.append(collect_garbage(lake, name, now - GARBAGE_AGE, dry_run=dry_run))
    return Maintenance(
        tuple(compactions), dropped, expired, tuple(garbage), time.monotonic() - started
    )


def _say_nothing(_step: str) -> None:
    """Take a step's name and do nothing with it."""

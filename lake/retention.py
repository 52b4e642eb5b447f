"""Dropping whole days of events once they are older than somebody wants to keep them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from lake.catalog import Lake
from lake.events_table import EVENTS
from lake.file_replacement import current_files, replace_files

EPOCH = datetime(1970, 1, 1, tzinfo=UTC).date()


@dataclass(frozen=True, slots=True)
class Dropped:
    """The days of `events` that were dropped, or would be, and how many events those had."""

    days: int
    events: int


def drop_days(lake: Lake, before: date, *, dry_run: bool = False) -> Dropped:
    """Drop the events of all UTC days before this one, but not their objects in the ledger.

    So nothing that was dropped is read again. The next attribution drops what it derived from
    these days. If another writer changes one of the files meanwhile, nothing is dropped; the next
    run does it.
    """
    files = [
        file
        for file in current_files(lake.table(EVENTS.name))
        if EPOCH + timedelta(days=int(file.partition[0])) < before
    ]
    if not files or not (dry_run or replace_files(lake, EVENTS.name, files, ())):
        return Dropped(0, 0)
    days = {int(file.partition[0]) for file in files}
    return Dropped(len(days), sum(file.record_count for file in files))

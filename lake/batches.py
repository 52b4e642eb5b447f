"""Which batches are in a table, as its snapshots say, and which are in `events` only.

A batch is committed to `events` first; the snapshot that does so names the files that follow in the
other tables.
"""

import json

from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.snapshots import ancestors_of

from lake.events_table import EVENTS
from lake.tables import INGESTED_TABLES

BATCH_ID = "roletrail.batch-id"
BATCH_FILES = "roletrail.batch-files"
FOLLOWERS = tuple(table.name for table in INGESTED_TABLES if table is not EVENTS)


def batches_of(table: IcebergTable) -> dict[str, str]:
    """Return the batches that the table's snapshots name, and the files of each as JSON."""
    summaries = (snapshot.summary for snapshot in table.snapshots())
    return {
        str(summary[BATCH_ID]): str(summary[BATCH_FILES] or "{}")
        for summary in summaries
        if summary is not None and summary[BATCH_ID] is not None
    }


def files_of_batch(files: str, name: str) -> list[str]:
    """Return the data files of one table among those that a snapshot names as its batch's."""
    return list(json.loads(files).get(name, ()))


def files_under_way(events: IcebergTable, follower: IcebergTable) -> list[str]:
    """Return the files that belong to the follower by what `events` says, and aren't in it yet.

    `events` must have been loaded after the follower: a batch that it no longer names is then one
    that the follower has.
    """
    known = batches_of(follower)
    name = follower.name()[-1]
    return [
        file
        for batch_id, files in batches_of(events).items()
        if batch_id not in known
        for file in files_of_batch(files, name)
    ]


def files_since(table: IcebergTable, base_snapshot_id: int) -> list[str] | None:
    """Return the files that were added to the table since this snapshot, compacted since or not.

    Returns None if maintenance has forgotten that snapshot, so that nobody can tell.
    """
    if not has_history_since(table, base_snapshot_id):
        return None
    current = table.current_snapshot()
    if current is None or current.snapshot_id == base_snapshot_id:
        return []  # PyIceberg takes no scan from a snapshot to itself
    scan = table.incremental_append_scan(from_snapshot_id_exclusive=base_snapshot_id)
    return [task.file.file_path for task in scan.plan_files()]


def has_history_since(table: IcebergTable, base_snapshot_id: int | None) -> bool:
    """Return whether the table still names every snapshot since this one, or since its first.

    If it does, a batch that was committed since is among them; if not, maintenance has expired
    some, and only of batches that are in the ledger.
    """
    current = table.current_snapshot()
    if current is None:
        return base_snapshot_id is None
    history = list(ancestors_of(current, table.metadata))
    if base_snapshot_id is None:
        # Expiry takes the parent out of the oldest that it leaves, so a missing one says nothing.
        return history[-1].sequence_number == 1
    return any(snapshot.snapshot_id == base_snapshot_id for snapshot in history)

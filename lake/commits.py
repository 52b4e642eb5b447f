"""One batch, all its tables, exactly once.

Iceberg commits one table at a time. The commit to `events` is the one that counts: its snapshot
carries the batch id and names the files of the batch in all other tables. Those follow, the
ledger last. If a writer dies in between, the next one finishes the batch from that snapshot.
Commits are optimistic: when another writer was first, the batch is checked for duplicates against
what that writer added, and tried again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pyarrow as pa
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table import Transaction
from sqlalchemy.exc import OperationalError

from lake.batches import (
    BATCH_FILES,
    BATCH_ID,
    FOLLOWERS,
    batches_of,
    files_since,
    has_history_since,
)
from lake.catalog import Lake
from lake.connection import connect, duckdb_path, planned_files
from lake.data_files import arrow_schema, read_data_files, write_data_files
from lake.duplicates import have_common_events, without_duplicates
from lake.errors import LakeError
from lake.events_table import EVENTS
from lake.known_objects import without_known_objects
from lake.tables import SOURCE_OBJECTS

ATTEMPTS = 50


@dataclass(frozen=True, slots=True)
class StagedBatch:
    """Data files that were written but not committed: table name -> locations.

    `base_snapshot_id` is the snapshot of `events` that duplicates were looked up in, and
    `ledger_snapshot_id` the one of the ledger that objects were looked up in, or one before it;
    None stands for the whole table.
    """

    batch_id: str
    files: Mapping[str, tuple[str, ...]]
    base_snapshot_id: int | None
    ledger_snapshot_id: int | None = None


def commit_batch(lake: Lake, staged: StagedBatch) -> pa.Table:
    """Commit the batch to all its tables and return its ledger rows as they were committed.

    Counts in the ledger can differ from what was staged if another writer brought the same events
    meanwhile; an object that another writer brought is not in it at all. Committing a batch twice
    has the effect of doing it once. Raises LakeError if other writers kept coming first.
    """
    for _ in range(ATTEMPTS):
        events = lake.table(EVENTS.name)
        if (files := _committed_files(events, staged.batch_id)) is not None:
            return _follow(lake, staged.batch_id, files)
        if not has_history_since(events, staged.base_snapshot_id):
            ledger = _ledger_of(lake, staged.batch_id)
            if ledger.num_rows:
                return ledger
        staged = _without_newcomers(lake, events, staged)
        under_way = [json.loads(files) for files in _unfinished(lake).values()]
        new = replace(
            staged,
            files=without_known_objects(
                lake, staged.files, under_way, since=staged.ledger_snapshot_id
            ),
        )
        try:
            with events.transaction() as transaction:
                append_files(transaction, new.files.get(EVENTS.name, ()), _properties(new))
        except (CommitFailedException, OperationalError):
            continue
    message = f"{lake.location}: other writers came first {ATTEMPTS} times. Run it again"
    raise LakeError(message)


def finish_interrupted(lake: Lake) -> int:
    """Finish batches whose writer died between the tables; return how many there were."""
    unfinished = _unfinished(lake)
    for batch_id, files in unfinished.items():
        _follow(lake, batch_id, json.loads(files))
    return len(unfinished)


def _unfinished(lake: Lake) -> dict[str, str]:
    """Return the batches that are in `events` and not in the ledger, and the files of each."""
    acknowledged = set(batches_of(lake.table(SOURCE_OBJECTS.name)))
    return {
        batch_id: files
        for batch_id, files in batches_of(lake.table(EVENTS.name)).items()
        if batch_id not in acknowledged
    }


def _follow(lake: Lake, batch_id: str, files: Mapping[str, list[str]]) -> pa.Table:
    for name in FOLLOWERS:
        if name in files:
            _append_once(lake, name, batch_id, files[name])
    return read_data_files(lake.table(SOURCE_OBJECTS.name), files.get(SOURCE_OBJECTS.name, []))


def _append_once(lake: Lake, name: str, batch_id: str, files: list[str]) -> None:
    for _ in range(ATTEMPTS):
        table = lake.table(name)
        # Expiry forgets a batch in `events` first, once it is in the ledger. A writer who was
        # stopped for so long finds it finished by others, though no table names it any more.
        is_known = batch_id in batches_of(table)
        if is_known or batch_id not in batches_of(lake.table(EVENTS.name)):
            return
        try:
            with table.transaction() as transaction:
                append_files(transaction, files, {BATCH_ID: batch_id})
        except (CommitFailedException, OperationalError):
            continue
        return
    message = f"{lake.location}: {name} was changed {ATTEMPTS} times meanwhile. Run it again"
    raise LakeError(message)


def append_files(
    transaction: Transaction, files: tuple[str, ...] | list[str], properties: dict[str, str]
) -> None:
    """Add data files to the table in this transaction, with properties on the new snapshot."""
    if files:
        transaction.add_files(
            list(files), snapshot_properties=properties, check_duplicate_files=False
        )
    else:
        # A batch without events still leaves its mark, so that its other tables can follow.
        transaction.update_snapshot(snapshot_properties=properties).fast_append().commit()


def _properties(staged: StagedBatch) -> dict[str, str]:
    followers = {name: list(files) for name, files in staged.files.items() if name in FOLLOWERS}
    return {BATCH_ID: staged.batch_id, BATCH_FILES: json.dumps(followers, sort_keys=True)}


def _committed_files(events: IcebergTable, batch_id: str) -> dict[str, list[str]] | None:
    files = batches_of(events).get(batch_id)
    return None if files is None else json.loads(files)


def _without_newcomers(lake: Lake, events: IcebergTable, staged: StagedBatch) -> StagedBatch:
    """Take out of the batch what others committed since its duplicates were looked up."""
    snapshot = events.current_snapshot()
    current_id = None if snapshot is None else snapshot.snapshot_id
    own_files = staged.files.get(EVENTS.name, ())
    if current_id == staged.base_snapshot_id or not own_files:
        return replace(staged, base_snapshot_id=current_id)
    newcomers = _files_since(events, staged.base_snapshot_id)
    own_paths = [duckdb_path(location) for location in own_files]
    staged = replace(staged, base_snapshot_id=current_id)
    if not have_common_events(own_paths, newcomers, events):
        return staged
    rows = read_data_files(events, list(own_files))
    result = without_duplicates(rows, newcomers, events)
    return replace(
        staged,
        files={
            **staged.files,
            EVENTS.name: tuple(write_data_files(events, result.kept)),
            SOURCE_OBJECTS.name: _recounted(lake, staged, result.copies),
        },
    )


def _files_since(events: IcebergTable, base_snapshot_id: int | None) -> list[str]:
    files = None if base_snapshot_id is None else files_since(events, base_snapshot_id)
    return planned_files(events) if files is None else [duckdb_path(file) for file in files]


def _ledger_of(lake: Lake, batch_id: str) -> pa.Table:
    schema = arrow_schema(lake.table(SOURCE_OBJECTS.name))
    query = "select * from source_objects where batch_id = $batch_id"
    with connect(lake, [SOURCE_OBJECTS.name]) as connection:
        rows = connection.execute(query, {"batch_id": batch_id}).to_arrow_table()
    return rows.select(schema.names).cast(schema)


def _recounted(lake: Lake, staged: StagedBatch, copies: pa.Table) -> tuple[str, ...]:
    """Rewrite the batch's ledger rows with the copies counted as duplicates."""
    ledger_table = lake.table(SOURCE_OBJECTS.name)
    ledger = read_data_files(ledger_table, list(staged.files[SOURCE_OBJECTS.name]))
    return tuple(write_data_files(ledger_table, count_copies(ledger, copies)))


def count_copies(ledger: pa.Table, copies: pa.Table) -> pa.Table:
    """Return ledger rows with the copies moved from events_written to duplicates.

    `copies` as in `Deduplicated`. Ledger order is kept.
    """
    rows = ledger.to_pylist()
    by_object = {row["source_object_id"]: row for row in rows}
    for copy in copies.to_pylist():
        row = by_object[copy["source_object_id"]]
        row["events_written"] -= 1
        row["duplicates"] += 1
        row["conflicts"] += int(copy["is_conflict"])
    return pa.Table.from_pylist(rows, schema=ledger.schema)

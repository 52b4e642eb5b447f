"""Objects that another writer took in meanwhile: nothing of them is committed again."""

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.table import Table as IcebergTable

from lake.batches import files_since
from lake.catalog import Lake
from lake.connection import connect
from lake.data_files import read_data_files, write_data_files
from lake.events_table import EVENTS
from lake.tables import SOURCE_OBJECTS

_KNOWN = """
select source_object_id
from staged
where source_object_id in (select source_object_id from source_objects)
"""


def without_known_objects(
    lake: Lake,
    files: Mapping[str, tuple[str, ...]],
    under_way: Iterable[Mapping[str, Sequence[str]]],
    *,
    since: int | None = None,
) -> Mapping[str, tuple[str, ...]]:
    """Return a batch's files without the rows of objects that are in the ledger by now.

    So will be those of the batches `under_way`, given by their files: they are in `events` already.
    With `since`, a snapshot of the ledger in which they were looked up before, only what was added
    after it is looked at, so that a commit takes no longer the more objects are known.

    The files of `events` stay as they are: what such an object brought is out, as duplicates. The
    ledger's own are listed even if none is left, so that the batch leaves its mark.
    """
    ledger_table = lake.table(SOURCE_OBJECTS.name)
    staged = read_data_files(ledger_table, list(files.get(SOURCE_OBJECTS.name, ())))
    if staged.num_rows == 0:
        return files
    coming = [file for batch in under_way for file in batch.get(SOURCE_OBJECTS.name, ())]
    added = None if since is None else files_since(ledger_table, since)
    ids = staged.column("source_object_id")
    known = ids.filter(pc.is_in(ids, value_set=_ids_in(ledger_table, [*(added or ()), *coming])))
    if added is None:
        known = pa.chunked_array([*known.chunks, *_in_ledger(lake, ids).chunks], pa.string())
    if len(known) == 0:
        return files
    return {
        name: locations if name == EVENTS.name else _rewritten(lake, name, locations, known)
        for name, locations in files.items()
    }


def _ids_in(table: IcebergTable, locations: Iterable[str]) -> pa.ChunkedArray:
    """Return the ids of the objects in these files of the ledger."""
    columns = [read_data_files(table, [one]).column("source_object_id") for one in locations]
    return pa.chunked_array([chunk for column in columns for chunk in column.chunks], pa.string())


def _in_ledger(lake: Lake, ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return those of the ids that the ledger has."""
    with connect(lake, [SOURCE_OBJECTS.name]) as connection:
        connection.register("staged", pa.table({"source_object_id": ids}))
        return connection.execute(_KNOWN).to_arrow_table().column("source_object_id")


def ledger_snapshot_id(lake: Lake) -> int | None:
    """Return the ledger's current snapshot; None if nothing was ever written to it."""
    snapshot = lake.table(SOURCE_OBJECTS.name).current_snapshot()
    return None if snapshot is None else snapshot.snapshot_id


def _rewritten(
    lake: Lake, name: str, locations: tuple[str, ...], known: pa.ChunkedArray
) -> tuple[str, ...]:
    table = lake.table(name)
    rows = read_data_files(table, list(locations))
    is_known = pc.is_in(rows.column("source_object_id"), value_set=known)
    return tuple(write_data_files(table, rows.filter(pc.invert(is_known))))

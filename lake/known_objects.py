"""Objects that another writer took in meanwhile: nothing of them is committed again."""

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from lake.catalog import Lake
from lake.connection import connect
from lake.data_files import read_data_files, write_data_files
from lake.events_table import EVENTS
from lake.tables import SOURCE_OBJECTS

_KNOWN = """
select source_object_id
from staged
where source_object_id in (select source_object_id from source_objects)
    or source_object_id in (select source_object_id from under_way)
"""


def without_known_objects(
    lake: Lake,
    files: Mapping[str, tuple[str, ...]],
    under_way: Iterable[Mapping[str, Sequence[str]]],
) -> Mapping[str, tuple[str, ...]]:
    """Return a batch's files without the rows of objects that are in the ledger by now.

    So will be those of the batches `under_way`, given by their files: they are in `events` already.
    The files of `events` stay as they are: what such an object brought is out, as duplicates. The
    ledger's own are listed even if none is left, so that the batch leaves its mark.
    """
    ledger_table = lake.table(SOURCE_OBJECTS.name)
    staged = read_data_files(ledger_table, list(files.get(SOURCE_OBJECTS.name, ())))
    if staged.num_rows == 0:
        return files
    coming = [file for batch in under_way for file in batch.get(SOURCE_OBJECTS.name, ())]
    with connect(lake, [SOURCE_OBJECTS.name]) as connection:
        connection.register("staged", staged.select(["source_object_id"]))
        connection.register("under_way", read_data_files(ledger_table, coming))
        known = connection.execute(_KNOWN).to_arrow_table().column("source_object_id")
    if len(known) == 0:
        return files
    return {
        name: locations if name == EVENTS.name else _rewritten(lake, name, locations, known)
        for name, locations in files.items()
    }


def _rewritten(
    lake: Lake, name: str, locations: tuple[str, ...], known: pa.ChunkedArray
) -> tuple[str, ...]:
    table = lake.table(name)
    rows = read_data_files(table, list(locations))
    is_known = pc.is_in(rows.column("source_object_id"), value_set=known)
    return tuple(write_data_files(table, rows.filter(pc.invert(is_known))))

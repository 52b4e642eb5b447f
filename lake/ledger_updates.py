"""Writing onto the ledger what was learnt of its objects after they were taken in.

The data files that hold such rows are replaced in one commit, beside which others can write. If
another writer has replaced one of them meanwhile, the rows are looked up again.
"""

from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from lake.catalog import Lake
from lake.connection import connect, duckdb_path, relation_sql
from lake.data_files import write_data_files
from lake.errors import LakeError
from lake.file_replacement import current_files, replace_files
from lake.tables import SOURCE_OBJECTS

if TYPE_CHECKING:
    from pyiceberg.manifest import DataFile

ATTEMPTS = 10
STATUS = "digest_status"
# One row per object. Without a version, whatever version the ledger has is meant.
VERDICTS = pa.schema(
    [
        pa.field("uri", pa.string(), nullable=False),
        pa.field("version", pa.string()),
        pa.field(STATUS, pa.string(), nullable=False),
    ]
)
# What was verified of a version stays so when the object is gone.
_CHANGED = """
select
    source_objects.source_object_id,
    min(verdicts.digest_status) as digest_status
from source_objects
inner join verdicts on source_objects.uri = verdicts.uri
where
    source_objects.digest_status is distinct from verdicts.digest_status
    and (
        source_objects.version = verdicts.version
        or (
            verdicts.version is null
            and source_objects.digest_status is distinct from 'verified'
        )
    )
group by source_objects.source_object_id
"""


def set_digest_status(lake: Lake, verdicts: pa.Table) -> int:
    """Write the results of digest verification onto the ledger; return how many rows changed.

    `verdicts` has the columns of VERDICTS. Rows that say so already aren't written again, and
    objects that the ledger doesn't know are passed over. Raises LakeError if other writers kept
    coming first.
    """
    for _ in range(ATTEMPTS):
        files = current_files(lake.table(SOURCE_OBJECTS.name))
        with closing(connect(lake, [SOURCE_OBJECTS.name])) as connection:
            connection.register("verdicts", verdicts)
            changed = dict(connection.execute(_CHANGED).fetchall())
        if not changed or _rewrite(lake, files, changed):
            return len(changed)
    message = f"{lake.location}: the ledger was changed {ATTEMPTS} times meanwhile. Run it again"
    raise LakeError(message)


def _rewrite(lake: Lake, files: list["DataFile"], changed: Mapping[str, str]) -> bool:
    """Rewrite those of the files that hold changed rows; return False if one is there no more."""
    table = lake.table(SOURCE_OBJECTS.name)
    wanted = pa.array(list(changed), pa.string())
    removed: list[DataFile] = []
    added: list[str] = []
    with closing(connect(lake, [SOURCE_OBJECTS.name])) as connection:
        for file in files:
            query = relation_sql(table.schema(), [duckdb_path(file.file_path)])
            rows = connection.execute(query).to_arrow_table()
            if pc.any(pc.is_in(rows.column("source_object_id"), wanted)).as_py():
                removed.append(file)
                added += write_data_files(table, _with_status(rows, changed))
    return replace_files(lake, SOURCE_OBJECTS.name, removed, added)


def _with_status(rows: pa.Table, changed: Mapping[str, str]) -> pa.Table:
    ids = rows.column("source_object_id").to_pylist()
    before = rows.column(STATUS).to_pylist()
    after = [changed.get(row_id, status) for row_id, status in zip(ids, before, strict=True)]
    return rows.set_column(
        rows.schema.get_field_index(STATUS), STATUS, pa.array(after, pa.string())
    )

"""Making few large files of many small ones, while others read and write.

Ingest leaves files of what a worker read at a time, a day each. The small files of a day are read,
sorted as one, freed of copies of an event that may have slipped in, and put in the place of exactly
the files that were read. Readers of earlier snapshots keep the old files until garbage collection
takes them.
"""

import tempfile
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

import duckdb
import pyarrow.parquet as pq
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table as IcebergTable

from lake.catalog import Lake
from lake.columns import Table
from lake.connection import duckdb_path, register_object_store, relation_sql
from lake.data_files import file_form
from lake.events_table import EVENTS
from lake.file_marks import merged_name
from lake.file_replacement import current_files, replace_files
from lake.parquet_files import ROW_GROUP_ROWS

TARGET_BYTES = 256 * 2**20
MEMORY_LIMIT = "600MB"


@dataclass(frozen=True, slots=True)
class Compaction:
    """What became of a table's files; `copies` were events that the table had twice.

    Where another writer was faster, its files count as they were.
    """

    table: str
    files_before: int
    files_after: int
    bytes_before: int
    bytes_after: int
    copies: int = 0


def compact(lake: Lake, table: Table, *, dry_run: bool = False) -> Compaction:
    """Merge the small files of each day, or of a table without days; return what became of them.

    With `dry_run` nothing is written, and the size is said to stay what it is.
    """
    iceberg_table = lake.table(table.name)
    files = current_files(iceberg_table)
    file_count, size = len(files), _bytes(files)
    copies = 0
    for group in small_files(files):
        if dry_run:
            file_count -= len(group) - 1
            continue
        merged = _merge(iceberg_table, table, group)
        if replace_files(lake, table.name, group, [merged.location]):
            file_count -= len(group) - 1
            size += merged.bytes - _bytes(group)
            copies += merged.copies
    return Compaction(table.name, len(files), file_count, _bytes(files), size, copies)


def small_files(files: Iterable[DataFile]) -> list[list[DataFile]]:
    """Return the groups of files to be merged into one: small ones of one partition.

    A file of half the size aimed at stays as it is, so that large ones aren't written over and
    over for each small one that comes.
    """
    small = [file for file in files if file.file_size_in_bytes < TARGET_BYTES // 2]
    small.sort(key=_partition)
    groups = (
        group
        for _, of_partition in groupby(small, key=_partition)
        for group in _up_to_target(of_partition)
    )
    return [group for group in groups if len(group) > 1]


def _up_to_target(files: Iterable[DataFile]) -> Iterator[list[DataFile]]:
    group: list[DataFile] = []
    for file in files:
        if group and _bytes(group) + file.file_size_in_bytes > TARGET_BYTES:
            yield group
            group = []
        group.append(file)
    yield group


def _partition(file: DataFile) -> tuple[int, ...]:
    return (file.spec_id, *(int(file.partition[place]) for place in range(len(file.partition))))


def _bytes(files: Iterable[DataFile]) -> int:
    return sum(file.file_size_in_bytes for file in files)


@dataclass(frozen=True, slots=True)
class _Merged:
    location: str
    bytes: int
    copies: int


def _merge(iceberg_table: IcebergTable, table: Table, files: list[DataFile]) -> _Merged:
    """Write the rows of these files as one file that belongs to nothing yet."""
    paths = [duckdb_path(file.file_path) for file in files]
    rows = sum(file.record_count for file in files)
    with (
        tempfile.TemporaryDirectory(prefix="roletrail-") as scratch,
        duckdb.connect() as connection,
    ):
        connection.execute("set timezone = 'UTC'")
        connection.execute("set memory_limit = $limit", {"limit": MEMORY_LIMIT})
        connection.execute("set temp_directory = $folder", {"folder": scratch})
        register_object_store(connection, iceberg_table, paths)
        relation = relation_sql(iceberg_table.schema(), paths)
        connection.execute(f"create view given as {relation}")
        copies = _count_copies(connection) if table is EVENTS else 0
        # A day that has lost copies must be read again by whoever has counted them.
        name = f"{uuid.uuid4().hex}.parquet" if copies else merged_name(paths)
        location = f"{files[0].file_path.rpartition('/')[0]}/{name}"
        _write_sorted(connection, iceberg_table, table, (location, rows), has_copies=copies > 0)
    return _Merged(location, len(iceberg_table.io.new_input(location)), copies)


def _count_copies(connection: duckdb.DuckDBPyConnection) -> int:
    found = connection.execute("""
        select coalesce(sum(copies - 1), 0)
        from (
            select count(*) as copies
            from given
            where event_id is not null
            group by recipient_account_id, event_id
        ) as events
    """).fetchone()
    return int(found[0]) if found else 0


def _write_sorted(
    connection: duckdb.DuckDBPyConnection,
    iceberg_table: IcebergTable,
    table: Table,
    target: tuple[str, int],
    *,
    has_copies: bool,
) -> None:
    """Write the rows of the view `given` to a location, whose row count is known beforehand."""
    location, rows = target
    order = f" order by {', '.join(table.sort_by)}" if table.sort_by else ""
    first_copies = _FIRST_COPIES if has_copies else ""
    reader = connection.execute(f"select * from given{first_copies}{order}").to_arrow_reader(  # noqa: S608 - constants of this package
        ROW_GROUP_ROWS
    )
    form = file_form(iceberg_table)
    schema = form.schema
    with (
        iceberg_table.io.new_output(location).create() as stream,
        pq.ParquetWriter(stream, schema, **form.parquet_options(rows)) as writer,
    ):
        for batch in reader:
            writer.write_batch(
                batch.select(schema.names).cast(schema), row_group_size=batch.num_rows
            )


# Copies of one event come from several objects; which one stays must not depend on chance.
_FIRST_COPIES = """
qualify event_id is null or row_number() over (
    partition by recipient_account_id, event_id
    order by source_object_id, record_index
) = 1
"""

"""Writing Parquet data files the way the queries want them, and reading staged ones back."""

import uuid
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyiceberg.table import Table as IcebergTable

from lake.tables import TABLES

ROW_GROUP_ROWS = 120_000


def write_data_files(iceberg_table: IcebergTable, rows: pa.Table) -> list[str]:
    """Write the rows as data files, one per UTC day of the partition column, sorted by time.

    Returns the files' locations; they belong to the table only once they are committed. `rows`
    must have the table's columns; rows whose partition column is null are in no file, so
    callers reject them before. Columns that are dictionaries are written as such, which is faster.
    """
    table = TABLES[iceberg_table.name()[-1]]
    rows = _in_schema(rows, arrow_schema(iceberg_table))
    if table.sort_by:
        rows = rows.sort_by([(name, "ascending") for name in table.sort_by])
    return [_write(iceberg_table, day, part) for day, part in _days(rows, table.day_partition)]


def arrow_schema(iceberg_table: IcebergTable) -> pa.Schema:
    """Return the Arrow schema of the table's files, with Iceberg's field ids in its metadata."""
    from pyiceberg.io.pyarrow import schema_to_pyarrow

    return schema_to_pyarrow(iceberg_table.schema())


def _in_schema(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the rows with the schema's columns and field ids; a dictionary of text stays one."""
    rows = rows.select(schema.names)
    kept = [
        field.with_type(given.type) if pa.types.is_dictionary(given.type) else field
        for field, given in zip(schema, rows.schema, strict=True)
    ]
    return rows.cast(pa.schema(kept, schema.metadata))


def read_data_files(iceberg_table: IcebergTable, locations: list[str]) -> pa.Table:
    """Return the rows of data files that were written but not yet committed."""
    parts = []
    for location in locations:
        with iceberg_table.io.new_input(location).open() as stream:
            parts.append(pq.read_table(stream))
    return pa.concat_tables(parts) if parts else arrow_schema(iceberg_table).empty_table()


def _days(rows: pa.Table, column: str | None) -> Iterator[tuple[str, pa.Table]]:
    if rows.num_rows == 0:
        return
    if column is None:
        yield "", rows
        return
    # The rows are sorted by the partition column, so each day is one slice.
    days = pc.floor_temporal(rows.column(column), unit="day")
    runs = pc.run_end_encode(days.combine_chunks())
    start = 0
    for end, day in zip(runs.run_ends.to_pylist(), runs.values.to_pylist(), strict=True):
        yield f"{column}_day={day:%Y-%m-%d}/", rows.slice(start, end - start)
        start = end


def _write(iceberg_table: IcebergTable, folder: str, rows: pa.Table) -> str:
    location = f"{iceberg_table.location()}/data/{folder}{uuid.uuid4().hex}.parquet"
    options = parquet_options(iceberg_table, rows.num_rows)
    with iceberg_table.io.new_output(location).create() as stream:
        pq.write_table(rows, stream, row_group_size=ROW_GROUP_ROWS, **options)
    return location


def parquet_options(iceberg_table: IcebergTable, rows: int) -> dict[str, Any]:
    """Return how PyArrow is to write a data file of this many rows."""
    table = TABLES[iceberg_table.name()[-1]]
    # A filter is sized for one row group; the default is for a million values.
    size = {"ndv": min(rows, ROW_GROUP_ROWS), "fpp": 0.01}
    bloom_filters = dict.fromkeys(table.bloom_filters, size) or None
    return {
        "compression": "zstd",
        "compression_level": 1,
        "store_schema": False,
        "write_batch_size": 32_768,  # values at a time; fewer take longer
        "bloom_filter_options": bloom_filters,
    }

"""Writing Parquet data files the way the queries want them, and reading staged ones back."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyiceberg.table import Table as IcebergTable

from lake.tables import TABLES

ROW_GROUP_ROWS = 120_000
TAKEN_ROWS = 40_000  # of what isn't merged yet, in a row group
WRITERS = 4  # files that are written at a time


def write_data_files(iceberg_table: IcebergTable, rows: pa.Table) -> list[str]:
    """Write the rows as data files, one per UTC day of the partition column, sorted by time.

    Returns the files' locations; they belong to the table only once they are committed. `rows`
    must have the table's columns; rows whose partition column is null are in no file, so
    callers reject them before. Columns that are dictionaries are written as such, which is faster.
    Days are written at the same time, in threads.
    """
    table = TABLES[iceberg_table.name()[-1]]
    if rows.num_rows == 0:
        return []
    rows = _in_schema(rows, arrow_schema(iceberg_table))
    order = np.arange(rows.num_rows)
    if table.sort_by:
        keys = [(name, "ascending") for name in table.sort_by]
        order = pc.sort_indices(rows.select(table.sort_by), sort_keys=keys).to_numpy()
    with ThreadPoolExecutor(WRITERS) as threads:
        written = [
            threads.submit(_write, iceberg_table, folder, rows, order[first:last])
            for folder, first, last in _days(rows, order, table.day_partition)
        ]
        return [file.result() for file in written]


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


def _days(
    rows: pa.Table, order: npt.NDArray[np.int64], column: str | None
) -> Iterator[tuple[str, int, int]]:
    """Yield the folder of each day, and where its rows begin and end in this order."""
    if column is None:
        yield "", 0, len(order)
        return
    # The rows are in the order of the partition column, so each day is one run.
    days = pc.floor_temporal(rows.column(column).take(order), unit="day")
    runs = pc.run_end_encode(days.combine_chunks())
    start = 0
    for end, day in zip(runs.run_ends.to_pylist(), runs.values.to_pylist(), strict=True):
        yield f"{column}_day={day:%Y-%m-%d}/", start, end
        start = end


def _write(
    iceberg_table: IcebergTable, folder: str, rows: pa.Table, order: npt.NDArray[np.int64]
) -> str:
    location = f"{iceberg_table.location()}/data/{folder}{uuid.uuid4().hex}.parquet"
    options = parquet_options(iceberg_table, len(order))
    with (
        iceberg_table.io.new_output(location).create() as stream,
        pq.ParquetWriter(stream, rows.schema, **options) as writer,
    ):
        # A part at a time: a sorted copy of all rows takes memory, and the system's time to clear it.
        for first in range(0, len(order), TAKEN_ROWS):
            writer.write_table(rows.take(order[first : first + TAKEN_ROWS]))
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

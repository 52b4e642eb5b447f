"""Rows as Parquet files, one per day and sorted, the way the queries want them.

It needs nothing of Iceberg, so that a process can write data files without loading it.
"""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import IO, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROW_GROUP_ROWS = 120_000
TAKEN_ROWS = 40_000  # of what isn't merged yet, in a row group
WRITERS = 4  # files that are written at a time

Create: TypeAlias = Callable[[str], AbstractContextManager[IO[bytes]]]
"""Opens a file of this name, and folders of the table's before it, for writing."""


@dataclass(frozen=True, slots=True)
class FileForm:
    """How the data files of a table are written; it can be sent to another process.

    `schema` has Iceberg's field ids in its metadata. `day_partition` is the time column that the
    files are divided by.
    """

    schema: pa.Schema
    sort_by: tuple[str, ...]
    day_partition: str | None
    bloom_filters: tuple[str, ...]

    def parquet_options(self, rows: int) -> dict[str, Any]:
        """Return how PyArrow is to write a data file of this many rows."""
        # A filter is sized for one row group; the default is for a million values.
        size = {"ndv": min(rows, ROW_GROUP_ROWS), "fpp": 0.01}
        return {
            "compression": "zstd",
            "compression_level": 1,
            "store_schema": False,
            "write_batch_size": 32_768,  # values at a time; fewer take longer
            "bloom_filter_options": dict.fromkeys(self.bloom_filters, size) or None,
        }


def write_sorted(form: FileForm, rows: pa.Table, create: Create) -> list[str]:
    """Write the rows as files, one per UTC day of the partition column, and return their names.

    `rows` must have the form's columns; rows whose partition column is null are in no file.
    Columns that are dictionaries are written as such, which is faster. Days are written at the same
    time, in threads.
    """
    if rows.num_rows == 0:
        return []
    rows = _in_schema(rows, form.schema)
    order = np.arange(rows.num_rows)
    if form.sort_by:
        keys = [(name, "ascending") for name in form.sort_by]
        order = pc.sort_indices(rows.select(form.sort_by), sort_keys=keys).to_numpy()
    with ThreadPoolExecutor(WRITERS) as threads:
        written = [
            threads.submit(_write, form, rows, order[first:last], folder, create)
            for folder, first, last in _days(rows, order, form.day_partition)
        ]
        return [file.result() for file in written]


def _in_schema(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the rows with the schema's columns and field ids; a dictionary of text stays one."""
    rows = rows.select(schema.names)
    kept = [
        field.with_type(given.type) if pa.types.is_dictionary(given.type) else field
        for field, given in zip(schema, rows.schema, strict=True)
    ]
    return rows.cast(pa.schema(kept, schema.metadata))


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
    form: FileForm,
    rows: pa.Table,
    order: npt.NDArray[np.int64],
    folder: str,
    create: Create,
) -> str:
    name = f"{folder}{uuid.uuid4().hex}.parquet"
    options = form.parquet_options(len(order))
    with create(name) as stream, pq.ParquetWriter(stream, rows.schema, **options) as writer:
        # A part at a time: a sorted copy of all takes memory, and the system's time to clear it.
        for first in range(0, len(order), TAKEN_ROWS):
            writer.write_table(rows.take(order[first : first + TAKEN_ROWS]))
    return name

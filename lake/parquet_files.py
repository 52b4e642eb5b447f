"""Rows as Parquet files, one per day, as a table or a run of ingest wants them.

It needs nothing of Iceberg, so that a process can write data files without loading it.
"""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import pairwise
from typing import IO, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROW_GROUP_ROWS = 120_000
COPIED_ROWS = 40_000  # in a row group, where rows have to be copied before they are written
MOST_RUNS = 100  # of rows that follow one another, that aren't copied before they are written
WRITERS = 4  # files that are written at a time
NO_DAY = np.iinfo(np.int32).min

Places: TypeAlias = npt.NDArray[np.int64]

Create: TypeAlias = Callable[[str], AbstractContextManager[IO[bytes]]]
"""Opens a file of this name, and folders of the table's before it, for writing."""


@dataclass(frozen=True, slots=True)
class FileForm:
    """How the data files of a table are written; it can be sent to another process.

    `schema` has Iceberg's field ids in its metadata. `day_partition` is the time column that the
    files are divided by. Where `near_unique` columns are named, those and lists are written without
    dictionaries, which would only cost time and space.
    """

    schema: pa.Schema
    sort_by: tuple[str, ...]
    day_partition: str | None
    bloom_filters: tuple[str, ...]
    near_unique: tuple[str, ...]

    def parquet_options(self, rows: int) -> dict[str, Any]:
        """Return how PyArrow is to write a data file of this many rows."""
        # A filter is sized for one row group; the default is for a million values.
        size = {"ndv": min(rows, ROW_GROUP_ROWS), "fpp": 0.01}
        repeating = [name for name in self.schema.names if name not in self.near_unique]
        return {
            "compression": "zstd",
            "compression_level": 1,
            "store_schema": False,
            "write_batch_size": 32_768,  # values at a time; fewer take longer
            "use_dictionary": repeating if self.near_unique else True,
            "bloom_filter_options": dict.fromkeys(self.bloom_filters, size) or None,
        }


def write_files(form: FileForm, rows: pa.Table, create: Create) -> list[str]:
    """Write the rows as files, one per UTC day of the partition column, and return their names.

    They are sorted if the form says by what, and else stay in the order in which they are given.
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
            threads.submit(_write, form, rows, places, folder, create)
            for folder, places in _days(rows, order, form.day_partition)
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


def _days(rows: pa.Table, order: Places, column: str | None) -> Iterator[tuple[str, Places]]:
    """Yield the folder of each day, and the places of its rows in this order."""
    if column is None:
        yield "", order
        return
    times = rows.column(column)
    days = pc.floor_temporal(times, unit="day").cast(pa.date32()).cast(pa.int32())
    of_rows = days.fill_null(NO_DAY).to_numpy()[order]
    if (of_rows[1:] < of_rows[:-1]).any():
        by_day = np.argsort(of_rows, kind="stable")
        order, of_rows = order[by_day], of_rows[by_day]
    bounds = [0, *(np.flatnonzero(of_rows[1:] != of_rows[:-1]) + 1), len(order)]
    for start, end in pairwise(bounds):
        if (day := of_rows[start]) != NO_DAY:
            yield f"{column}_day={np.datetime64(int(day), 'D')}/", order[start:end]


def _write(form: FileForm, rows: pa.Table, places: Places, folder: str, create: Create) -> str:
    name = f"{folder}{uuid.uuid4().hex}.parquet"
    options = form.parquet_options(len(places))
    with create(name) as stream, pq.ParquetWriter(stream, rows.schema, **options) as writer:
        for group in _row_groups(rows, places):
            writer.write_table(group, ROW_GROUP_ROWS)
    return name


def _row_groups(rows: pa.Table, places: Places) -> Iterator[pa.Table]:
    """Yield the rows at these places, without a copy of them if most follow one another."""
    runs = [0, *(np.flatnonzero(np.diff(places) != 1) + 1), len(places)]
    if len(runs) - 1 <= MOST_RUNS:
        yield pa.concat_tables(
            rows.slice(int(places[first]), end - first) for first, end in pairwise(runs)
        )
        return
    # A part at a time: a copy of all takes memory, and the system's time to clear it.
    for first in range(0, len(places), COPIED_ROWS):
        yield rows.take(places[first : first + COPIED_ROWS])

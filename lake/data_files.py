"""Data files of the tables: written, taken over from where others wrote them, and read back."""

import shutil
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, cast

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.table import Table as IcebergTable

from lake.parquet_files import FileForm, write_files
from lake.tables import TABLES

FILE_SCHEME = "file://"


def write_data_files(iceberg_table: IcebergTable, rows: pa.Table) -> list[str]:
    """Write the rows as data files, one per UTC day of the partition column, sorted by time.

    Returns the files' locations; they belong to the table only once they are committed. `rows`
    must have the table's columns; rows whose partition column is null are in no file, so
    callers reject them before.
    """

    def create(name: str) -> AbstractContextManager[IO[bytes]]:
        stream = iceberg_table.io.new_output(_location(iceberg_table, name)).create()
        return cast("AbstractContextManager[IO[bytes]]", stream)

    names = write_files(file_form(iceberg_table), rows, create)
    return [_location(iceberg_table, name) for name in names]


def take_over(iceberg_table: IcebergTable, folder: Path, name: str) -> str:
    """Move a file that was written in the table's form to where its data files are.

    `name` is as `write_files` returned it, below this folder. Returns the file's location; it
    belongs to the table only once that is committed.
    """
    file = folder / name
    location = _location(iceberg_table, name)
    if location.startswith(("/", FILE_SCHEME)):
        place = Path(location.removeprefix(FILE_SCHEME))
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file, place)
    else:
        with file.open("rb") as content, iceberg_table.io.new_output(location).create() as stream:
            shutil.copyfileobj(content, stream)
        file.unlink()
    return location


def file_form(iceberg_table: IcebergTable) -> FileForm:
    """Return how the table's data files are written."""
    table = TABLES[iceberg_table.name()[-1]]
    schema = arrow_schema(iceberg_table)
    return FileForm(
        schema, table.sort_by, table.day_partition, table.bloom_filters, table.near_unique
    )


def arrow_schema(iceberg_table: IcebergTable) -> pa.Schema:
    """Return the Arrow schema of the table's files, with Iceberg's field ids in its metadata."""
    from pyiceberg.io.pyarrow import schema_to_pyarrow

    return schema_to_pyarrow(iceberg_table.schema())


def read_data_files(iceberg_table: IcebergTable, locations: list[str]) -> pa.Table:
    """Return the rows of data files that were written but not yet committed."""
    parts = []
    for location in locations:
        with iceberg_table.io.new_input(location).open() as stream:
            parts.append(pq.read_table(stream))
    return pa.concat_tables(parts) if parts else arrow_schema(iceberg_table).empty_table()


def _location(iceberg_table: IcebergTable, name: str) -> str:
    return f"{iceberg_table.location()}/data/{name}"

"""Rows on standard output: a table, CSV, JSON or Parquet, whatever the query.

Rows stream through in batches; only a table holds its rows, and shows no more than
`ROWS_SHOWN`. JSON is one array with a row per line. Parquet keeps the types.
"""

import csv
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Protocol

import typer

from roletrail.cells import json_text, spreadsheet_cell, terminal_cell, visible
from roletrail.errors import FrontDoorError
from roletrail.options import Format
from roletrail.tables import Column, print_table

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 10_000
ROWS_SHOWN = 1_000


class Rows(Protocol):
    """What can be written: DuckDB's relation is one."""

    def to_arrow_reader(self, batch_size: int = ..., /) -> "pa.RecordBatchReader":
        """Return a reader of record batches."""


@dataclass(frozen=True, slots=True)
class ArrowRows:
    """A table of Arrow's that can be written like a query's result."""

    table: "pa.Table"

    def to_arrow_reader(self, batch_size: int = BATCH_ROWS, /) -> "pa.RecordBatchReader":
        """Return a reader of record batches."""
        return self.table.to_reader(batch_size)


@dataclass(frozen=True, slots=True)
class Shown:
    """A column that a table shows: its heading, and its cell made from a row by column names.

    The rest is as in `tables.Column`.
    """

    heading: str
    cell: Callable[[Mapping[str, object]], object]
    is_number: bool = False
    is_whole: bool = False
    narrowest: int = 0


def write_rows(rows: Rows, form: Format, shown: Sequence[Shown] = ()) -> int:
    """Write the rows to standard output and return how many there were.

    `shown` are the columns of a table, by default all; the other forms always have all. A table
    of no rows is nothing at all. Raises FrontDoorError if Parquet would go to a terminal, or a
    value can't be written.
    """
    reader = rows.to_arrow_reader(BATCH_ROWS)
    try:
        match form:
            case Format.TABLE:
                return _write_table(reader, shown or _all_columns(reader.schema))
            case Format.CSV:
                return _write_csv(reader)
            case Format.JSON:
                return _write_json(reader)
            case Format.PARQUET:
                return _write_parquet(reader)
    except OverflowError as error:
        message = "a time lies outside the years 1 to 9999. Cast it in the query: …::varchar"
        raise FrontDoorError(message) from error


def all_rows(rows: Rows) -> list[dict[str, object]]:
    """Return all rows, each a mapping by column name."""
    reader = rows.to_arrow_reader(BATCH_ROWS)
    names = column_names(reader.schema)
    return [dict(zip(names, row, strict=True)) for row in _rows(reader)]


def column_names(schema: "pa.Schema") -> list[str]:
    """Return the columns' names, with a number added to one that came before."""
    names: list[str] = []
    for name in schema.names:
        earlier = schema.names[: len(names)].count(name)
        names.append(f"{name}_{earlier + 1}" if earlier else name)
    return names


def _rows(reader: "pa.RecordBatchReader") -> Iterator[Sequence[object]]:
    for batch in reader:
        columns = [column.to_pylist(maps_as_pydicts="lossy") for column in batch.columns]
        yield from zip(*columns, strict=True)


def _write_table(reader: "pa.RecordBatchReader", shown: Sequence[Shown]) -> int:
    names = column_names(reader.schema)
    rows = list(islice(_rows(reader), ROWS_SHOWN + 1))
    by_name = [dict(zip(names, row, strict=True)) for row in rows[:ROWS_SHOWN]]
    shown_rows(by_name, shown)
    if len(rows) > ROWS_SHOWN:
        note = f"only the first {ROWS_SHOWN:,} rows are shown; --format csv writes them all"
        typer.echo(note, err=True)
    return len(rows)


def shown_rows(rows: Sequence[Mapping[str, object]], shown: Sequence[Shown]) -> int:
    """Write rows that are there already as a table, all of them; return how many there were."""
    cells = [[terminal_cell(column.cell(row)) for column in shown] for row in rows]
    columns = [
        Column(visible(column.heading), column.is_number, column.is_whole, column.narrowest)
        for column in shown
    ]
    if cells:
        print_table(columns, cells)
    return len(cells)


def _all_columns(schema: "pa.Schema") -> list[Shown]:
    import pyarrow.types as kinds

    number = (kinds.is_integer, kinds.is_floating, kinds.is_decimal)
    return [
        Shown(
            name,
            itemgetter(name),
            is_number=any(is_kind(column.type) for is_kind in number),
            is_whole=kinds.is_temporal(column.type),
        )
        for name, column in zip(column_names(schema), schema, strict=True)
    ]


def _write_csv(reader: "pa.RecordBatchReader") -> int:
    # What a terminal acts on goes into a file as it is, and is written out on a terminal.
    shown = visible if sys.stdout.isatty() else str
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([shown(spreadsheet_cell(name)) for name in column_names(reader.schema)])
    count = 0
    for row in _rows(reader):
        writer.writerow([shown(spreadsheet_cell(value)) for value in row])
        count += 1
    return count


def _write_json(reader: "pa.RecordBatchReader") -> int:
    names = column_names(reader.schema)
    sys.stdout.write("[")
    count = 0
    for count, row in enumerate(_rows(reader), start=1):
        separator = "\n" if count == 1 else ",\n"
        sys.stdout.write(separator + json_text(dict(zip(names, row, strict=True))))
    sys.stdout.write("\n]\n" if count else "]\n")
    return count


def _write_parquet(reader: "pa.RecordBatchReader") -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if sys.stdout.isatty():
        message = "Parquet is not for a terminal. Send it to a file: --format parquet > FILE"
        raise FrontDoorError(message)
    schema = pa.schema(
        (name, pa.string() if pa.types.is_interval(column.type) else column.type)
        for name, column in zip(column_names(reader.schema), reader.schema, strict=True)
    )
    count = 0
    try:
        with pq.ParquetWriter(sys.stdout.buffer, schema, compression="zstd") as writer:
            for batch in reader:
                writer.write_batch(_without_intervals(batch, schema))
                count += batch.num_rows
    except pa.ArrowNotImplementedError as error:
        message = "a column has a type that Parquet doesn't know. Cast it in the query: …::varchar"
        raise FrontDoorError(message) from error
    return count


def _without_intervals(batch: "pa.RecordBatch", schema: "pa.Schema") -> "pa.RecordBatch":
    """Return the batch in this schema, with intervals as text: Parquet has no type for them."""
    import pyarrow as pa

    def text(value: object) -> str | None:
        return None if value is None else terminal_cell(value)

    columns = [
        pa.array([text(value) for value in column.to_pylist()], pa.string())
        if pa.types.is_interval(column.type)
        else column
        for column in batch.columns
    ]
    return pa.record_batch(columns, schema=schema)

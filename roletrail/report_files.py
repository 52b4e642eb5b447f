"""A report's tables as files: CSV, Parquet and JSON; see report_workbook.py for XLSX.

Each form takes the tables one after the other, batch by batch, and holds no more than a batch.
The same rows give the same bytes.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

from roletrail.cells import json_text, spreadsheet_cell

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

TRACE = "trace"  # the column with the command that gives a row's events

Row = Mapping[str, object]


class TableWriter(Protocol):
    """What takes a report's tables; `start` and `finish` stand around the batches of each."""

    def start(self, table: str, schema: "pa.Schema") -> None:
        """Begin a table of this name, with these columns."""

    def add(self, batch: "pa.RecordBatch", rows: Sequence[Row]) -> None:
        """Take some of its rows, in both forms."""

    def finish(self) -> None:
        """End the table."""

    def close(self) -> None:
        """End the report."""


class CsvFiles:
    """A CSV file for each table, with no cell that a spreadsheet would run as a formula."""

    def __init__(self, folder: Path, stem: str) -> None:
        self._folder, self._stem = folder, stem
        self._file: TextIO | None = None

    def start(self, table: str, schema: "pa.Schema") -> None:
        """Begin a file."""
        path = self._folder / f"{self._stem}-{table}.csv"
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(schema.names)

    def add(self, batch: "pa.RecordBatch", rows: Sequence[Row]) -> None:  # noqa: ARG002 - see TableWriter
        """Write rows."""
        self._writer.writerows([spreadsheet_cell(value) for value in row.values()] for row in rows)

    def finish(self) -> None:
        """End the file."""
        if self._file is not None:
            self._file.close()

    def close(self) -> None:
        """End the report: nothing is left to do."""


class ParquetFiles:
    """A Parquet file for each table, values and types as they are."""

    def __init__(self, folder: Path, stem: str) -> None:
        self._folder, self._stem = folder, stem
        self._writer: pq.ParquetWriter | None = None

    def start(self, table: str, schema: "pa.Schema") -> None:
        """Begin a file."""
        import pyarrow.parquet as pq

        path = self._folder / f"{self._stem}-{table}.parquet"
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")

    def add(self, batch: "pa.RecordBatch", rows: Sequence[Row]) -> None:  # noqa: ARG002 - see TableWriter
        """Write rows, as a row group."""
        if self._writer is not None:
            self._writer.write_batch(batch)

    def finish(self) -> None:
        """End the file."""
        if self._writer is not None:
            self._writer.close()

    def close(self) -> None:
        """End the report: nothing is left to do."""


class JsonFile:
    """One JSON document: what the report is about, and each table as an array with a row a line."""

    def __init__(self, folder: Path, stem: str, about: Mapping[str, object]) -> None:
        self._file = (folder / f"{stem}.json").open("w", encoding="utf-8", newline="")
        self._file.write(f'{{"report": {json_text(about)},\n"tables": {{')
        self._is_first_table = True
        self._is_first_row = True

    def start(self, table: str, schema: "pa.Schema") -> None:  # noqa: ARG002 - see TableWriter
        """Begin an array."""
        self._file.write(f"{'' if self._is_first_table else ','}\n{json_text(table)}: [")
        self._is_first_table, self._is_first_row = False, True

    def add(self, batch: "pa.RecordBatch", rows: Sequence[Row]) -> None:  # noqa: ARG002 - see TableWriter
        """Write rows."""
        for row in rows:
            self._file.write(f"{'' if self._is_first_row else ','}\n{json_text(dict(row))}")
            self._is_first_row = False

    def finish(self) -> None:
        """End the array."""
        self._file.write("\n]" if not self._is_first_row else "]")

    def close(self) -> None:
        """End the document."""
        self._file.write("\n}}\n")
        self._file.close()

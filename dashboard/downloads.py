"""Tables as files: CSV that no spreadsheet runs as formulas, and Parquet as it is."""

import csv
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dashboard.escaping import formula_safe

if TYPE_CHECKING:
    import pyarrow as pa


def csv_file(table: "pa.Table") -> bytes:
    """Return the rows as CSV in UTF-8: times in ISO format, lists with semicolons, all quoted."""
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(table.column_names)
    for row in table.to_pylist():
        writer.writerow([_cell(content) for content in row.values()])
    return file.getvalue().encode()


def parquet_file(table: "pa.Table") -> bytes:
    """Return the rows as a Parquet file, values unchanged."""
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd")
    return file.getvalue()


def _cell(content: object) -> str:
    if content is None:
        return ""
    if isinstance(content, list):
        return "; ".join(_cell(part) for part in content)
    if isinstance(content, datetime):
        return f"{content.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    # Of numbers only a negative one would get a quote; counts are not negative.
    return formula_safe(str(content))

"""A report's tables as an XLSX workbook: a sheet for each, and a first one that says what they are.

Text is never a formula: it is written as text, and what looks like a formula is marked as quoted,
so that a spreadsheet leaves it alone even when the cell is edited.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roletrail.cells import is_formula, terminal_cell
from roletrail.report_files import Row
from roletrail.terminal import counted

if TYPE_CHECKING:
    import pyarrow as pa

MOST_ROWS = 1_048_576  # of a sheet, the heading included
FIRST_YEAR = 1900  # that a spreadsheet knows; a time before it is written as text
MOST_CHARACTERS = 32_767  # of a cell
CUT = "… (cut)"
WIDTHS = {"trace": 60, "event_name": 28, "event_source": 28}
NUMBER_WIDTH, TEXT_WIDTH = 12, 22
ABOUT = "about"


class Workbook:
    """One workbook; `cut_tables` names those with more rows than a sheet takes."""

    def __init__(
        self, folder: Path, stem: str, about: Mapping[str, object], made_at: datetime
    ) -> None:
        import xlsxwriter

        self._book = xlsxwriter.Workbook(
            str(folder / f"{stem}.xlsx"),
            {
                "constant_memory": True,  # a row at a time
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "tmpdir": str(folder),
            },
        )
        # The clock must not show in the file: the lake's moment stands for it.
        self._book.set_properties({"created": made_at.astimezone(UTC).replace(tzinfo=None)})
        self._bold = self._book.add_format({"bold": True, "bottom": 1})
        self._quoted = self._book.add_format({"quote_prefix": True})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._count = self._book.add_format({"num_format": "#,##0"})
        self._about = self._book.add_worksheet(ABOUT)
        self._about.set_column(0, 0, 32)
        self._about.set_column(1, 1, 100)
        self._about_rows: list[tuple[str, object]] = list(about.items())
        self._sheet: Any = None
        self._row = 0
        self._table = ""
        self.cut_tables: list[str] = []

    def start(self, table: str, schema: "pa.Schema") -> None:
        """Begin a sheet, its heading in view and with a filter."""
        import pyarrow.types as kinds

        self._sheet = self._book.add_worksheet(table)
        self._table, self._row = table, 0
        for place, column in enumerate(schema):
            is_number = kinds.is_integer(column.type) or kinds.is_floating(column.type)
            width = NUMBER_WIDTH if is_number else WIDTHS.get(column.name, TEXT_WIDTH)
            self._sheet.set_column(place, place, width)
        self._sheet.freeze_panes(1, 0)
        for place, heading in enumerate(schema.names):
            self._sheet.write_string(0, place, heading, self._bold)
        self._columns = len(schema.names)

    def add(self, batch: "pa.RecordBatch", rows: Sequence[Row]) -> None:  # noqa: ARG002 - see TableWriter
        """Write rows, as far as they fit into the sheet; all are counted."""
        for row in rows:
            self._row += 1
            if self._row < MOST_ROWS:
                for place, value in enumerate(row.values()):
                    self._write(self._row, place, value)

    def finish(self) -> None:
        """End the sheet."""
        shown = min(self._row, MOST_ROWS - 1)
        self._sheet.autofilter(0, 0, shown, self._columns - 1)
        said = counted(self._row, "row")
        if self._row > shown:
            self.cut_tables.append(self._table)
            said = f"the first {shown:,} of {said}; CSV, Parquet and JSON have them all"
        self._about_rows.append((f"sheet {self._table}", said))

    def close(self) -> None:
        """Write the first sheet and end the workbook."""
        self._sheet = self._about
        for place, (word, value) in enumerate(self._about_rows):
            self._about.write_string(place, 0, word, self._bold)
            self._write(place, 1, value)
        self._book.close()

    def _write(self, row: int, place: int, value: object) -> None:
        match value:
            case None:
                return
            case bool():
                self._sheet.write_boolean(row, place, value)
            case int() | Decimal():
                self._sheet.write_number(row, place, int(value), self._count)
            case float():
                self._sheet.write_number(row, place, value)
            case datetime() if value.year >= FIRST_YEAR:
                utc = value.astimezone(UTC).replace(tzinfo=None)
                self._sheet.write_datetime(row, place, utc, self._time)
            case _:
                text = cell_text(value)
                form = self._quoted if is_formula(text) else None
                self._sheet.write_string(row, place, text, form)


def cell_text(value: object) -> str:
    """Return a value as text that fits into a cell; what is cut says so."""
    text = terminal_cell(value)
    if len(text) <= MOST_CHARACTERS:
        return text
    return text[: MOST_CHARACTERS - len(CUT)] + CUT

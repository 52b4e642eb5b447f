"""Rows of text as a table that can be read: in columns where they fit, else one block per row."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

ENDLESS = 100_000  # columns of a line where nobody watches
WIDEST_COLUMN = 400  # even there


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, whether its cells are numbers or never broken, and its least width."""

    heading: str
    is_number: bool = False
    is_whole: bool = False
    narrowest: int = 0


def line_width() -> int:
    """Return how long a line on standard output may be; endless where nobody watches."""
    is_endless = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return ENDLESS if is_endless else shutil.get_terminal_size().columns


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Print rows of cells to standard output, as wide as the terminal.

    Where nobody watches, lines are as long as they need to be, unless `COLUMNS` says otherwise.
    Cells must hold nothing that a terminal would act on.
    """
    from roletrail.wrapping import widths_in

    texts = [
        [column.heading, *(row[number] for row in rows)] for number, column in enumerate(columns)
    ]
    whole = [number for number, column in enumerate(columns) if column.is_number or column.is_whole]
    least = [column.narrowest for column in columns]
    widths = [min(width, WIDEST_COLUMN) for width in widths_in(line_width(), texts, whole, least)]
    if widths:
        headings = [column.heading for column in columns]
        for line in _row_lines(columns, headings, widths):
            print_bold(line)
        for row in rows:
            sys.stdout.writelines(f"{line}\n" for line in _row_lines(columns, row, widths))
    else:
        for number, row in enumerate(rows, start=1):
            print_bold(f"row {number}")
            sys.stdout.writelines(f"{line}\n" for line in _block_lines(columns, row))


def print_bold(line: str) -> None:
    """Print a line to standard output, bold if it is a terminal that should have it so."""
    from rich.console import Console
    from rich.text import Text

    console = Console(file=sys.stdout, width=ENDLESS)
    with console.capture() as capture:
        console.print(Text(line, style="bold"), soft_wrap=True)
    sys.stdout.write(capture.get())


def _row_lines(
    columns: Sequence[Column], row: Sequence[str], widths: Sequence[int]
) -> Iterator[str]:
    """Yield the lines of a row: as many as its tallest cell needs."""
    from rich.cells import cell_len

    from roletrail.wrapping import GAP, wrapped

    cells = (wrapped(cell, width) for cell, width in zip(row, widths, strict=True))
    for texts in zip_longest(*cells, fillvalue=""):
        padded = (
            " " * (width - cell_len(text)) + text
            if column.is_number
            else text + " " * (width - cell_len(text))
            for column, text, width in zip(columns, texts, widths, strict=True)
        )
        yield (" " * GAP).join(padded).rstrip()


def _block_lines(columns: Sequence[Column], row: Sequence[str]) -> Iterator[str]:
    """Yield a line for each cell that isn't empty, after its heading; more where it is long."""
    from rich.cells import cell_len

    from roletrail.wrapping import GAP, TIGHT, wrapped

    shown = [(column.heading, cell) for column, cell in zip(columns, row, strict=True) if cell]
    indent = max((cell_len(heading) for heading, _ in shown), default=0) + GAP
    for heading, cell in shown:
        first, *rest = wrapped(cell, max(line_width() - indent, TIGHT))
        yield heading + " " * (indent - cell_len(heading)) + first
        yield from (" " * indent + line for line in rest)

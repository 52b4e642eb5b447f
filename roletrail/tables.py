"""Rows of text as a table that can be read: in columns where they fit, else one block per row."""

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

ENDLESS = 100_000  # columns of a line where nobody watches
WIDEST_COLUMN = 400  # even there


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, whether its cells are numbers or never broken, and its least width."""

    heading: str
    is_number: bool = False
    is_whole: bool = False
    narrowest: int = 0


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Print rows of cells to standard output, as wide as the terminal.

    Where nobody watches, lines are as long as they need to be, unless `COLUMNS` says otherwise.
    Cells must hold nothing that a terminal would act on.
    """
    from roletrail.wrapping import widths_in

    console = _standard_output()
    texts = [
        [column.heading, *(row[number] for row in rows)] for number, column in enumerate(columns)
    ]
    whole = [number for number, column in enumerate(columns) if column.is_number or column.is_whole]
    least = [column.narrowest for column in columns]
    widths = widths_in(console.width, texts, whole, least)
    with console.capture() as capture:
        if widths:
            _print_columns(console, columns, rows, widths)
        else:
            _print_blocks(console, columns, rows)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in capture.get().splitlines()))


def line_width() -> int:
    """Return how long a line on standard output may be; endless where nobody watches."""
    is_endless = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return ENDLESS if is_endless else shutil.get_terminal_size().columns


def _standard_output() -> "Console":
    """Return rich's console on standard output; plain text where it is no terminal."""
    from rich.console import Console

    return Console(file=sys.stdout, width=line_width(), markup=False, highlight=False, emoji=False)


def _print_columns(
    console: "Console",
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
) -> None:
    from rich.table import Table
    from rich.text import Text

    from roletrail.wrapping import GAP, wrapped

    kept = [min(width, WIDEST_COLUMN) for width in widths]
    table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
    for column, width in zip(columns, kept, strict=True):
        table.add_column(
            Text("\n".join(wrapped(column.heading, width))),
            justify="right" if column.is_number else "left",
            vertical="top",
            width=width,
        )
    for row in rows:
        table.add_row(
            *(Text("\n".join(wrapped(cell, width))) for cell, width in zip(row, kept, strict=True))
        )
    console.print(table)


def _print_blocks(
    console: "Console", columns: Sequence[Column], rows: Sequence[Sequence[str]]
) -> None:
    from rich.table import Table
    from rich.text import Text

    from roletrail.wrapping import GAP

    for number, row in enumerate(rows, start=1):
        console.print(Text(f"row {number}", style="bold"))
        block = Table(box=None, show_header=False, padding=(0, GAP, 0, 0), pad_edge=False)
        block.add_column(no_wrap=True)
        block.add_column(overflow="fold")
        for column, cell in zip(columns, row, strict=True):
            if cell:
                block.add_row(Text(column.heading), Text(cell))
        console.print(block)

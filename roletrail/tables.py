"""Rows of text as a table that can be read: in columns where they fit, else one block per row."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

GAP = 2  # spaces between columns
FOLDED_WIDTH = 10  # a folded column narrower than this can't be read
WIDEST_COLUMN = 400  # even where the line has no end
ENDLESS = 100_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading, and whether its cells are whole words or numbers that never fold."""

    heading: str
    is_number: bool = False
    is_whole: bool = False


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Print rows of cells to standard output, as wide as the terminal.

    Where nobody watches, lines are as long as they need to be, unless `COLUMNS` says otherwise.
    Cells must hold nothing that a terminal would act on.
    """
    console = standard_output()
    with console.capture() as capture:
        if sum(_narrowest(columns, rows)) + GAP * (len(columns) - 1) > console.width:
            _print_blocks(console, columns, rows)
        else:
            _print_columns(console, columns, rows)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in capture.get().splitlines()))


def standard_output() -> "Console":
    """Return rich's console on standard output; plain text where it is no terminal."""
    from rich.console import Console

    is_endless = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(
        file=sys.stdout,
        width=ENDLESS if is_endless else None,
        markup=False,
        highlight=False,
        emoji=False,
    )


def _print_columns(
    console: "Console", columns: Sequence[Column], rows: Sequence[Sequence[str]]
) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(
            Text(column.heading),
            justify="right" if column.is_number else "left",
            vertical="top",
            overflow="fold",
            no_wrap=column.is_number or column.is_whole,
            max_width=WIDEST_COLUMN,
        )
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def _print_blocks(
    console: "Console", columns: Sequence[Column], rows: Sequence[Sequence[str]]
) -> None:
    from rich.table import Table
    from rich.text import Text

    for number, row in enumerate(rows, start=1):
        console.print(Text(f"row {number}", style="bold"))
        block = Table(box=None, show_header=False, padding=(0, GAP, 0, 0), pad_edge=False)
        block.add_column(no_wrap=True)
        block.add_column(overflow="fold")
        for column, cell in zip(columns, row, strict=True):
            if cell:
                block.add_row(Text(column.heading), Text(cell))
        console.print(block)


def _narrowest(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the width below which each column can't be read."""
    from rich.cells import cell_len

    widths = []
    for position, column in enumerate(columns):
        widest = max((cell_len(row[position]) for row in rows), default=0)
        widest = max(widest, cell_len(column.heading))
        is_folded = not (column.is_number or column.is_whole)
        widths.append(min(widest, FOLDED_WIDTH) if is_folded else widest)
    return widths

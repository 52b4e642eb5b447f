"""`roletrail explain`: one claim, link by link, in words."""

import textwrap
from typing import Annotated

import typer

import roletrail
from roletrail.cells import visible
from roletrail.options import DEFAULT_LAKE, Lake
from roletrail.tables import line_width

INDENT = "    "


def explain(
    subject: Annotated[
        str, typer.Argument(metavar="ID", help="An event id, or a streaming session's.")
    ],
    lake: Lake = DEFAULT_LAKE,
) -> None:
    """Say who was behind an event, how sure that is, and why."""
    width = line_width()
    for line in roletrail.open(lake).explain(subject).text().splitlines():
        folded = textwrap.fill(
            visible(line),
            width,
            subsequent_indent=INDENT,
            break_long_words=False,
            break_on_hyphens=False,
        )
        typer.echo(folded)

"""`roletrail explain`: one claim, link by link, in words."""

from typing import Annotated

import typer

import roletrail
from roletrail.cells import visible
from roletrail.options import DEFAULT_LAKE, Lake


def explain(
    subject: Annotated[
        str, typer.Argument(metavar="ID", help="An event id, or a streaming session's.")
    ],
    lake: Lake = DEFAULT_LAKE,
) -> None:
    """Say who was behind an event, how sure that is, and why."""
    for line in roletrail.open(lake).explain(subject).text().splitlines():
        typer.echo(visible(line))

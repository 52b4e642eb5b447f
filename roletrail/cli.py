"""The command line: which commands there are, and the way in.

Standard output is the answer and nothing else; progress, notes and errors go to standard error.
"""

import atexit
import gc
import io
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer

from roletrail import boundary
from roletrail.commands.attribute import attribute
from roletrail.commands.collect import collect
from roletrail.commands.dashboard import dashboard
from roletrail.commands.demo import demo
from roletrail.commands.duckdb_init import duckdb_init
from roletrail.commands.explain import explain
from roletrail.commands.findings import findings
from roletrail.commands.follow import follow
from roletrail.commands.ingest import ingest
from roletrail.commands.lineage import lineage
from roletrail.commands.lookup import lookup
from roletrail.commands.maintain import maintain
from roletrail.commands.policy import policy
from roletrail.commands.report import report
from roletrail.commands.run import run
from roletrail.commands.sessions import sessions
from roletrail.commands.sql import sql
from roletrail.commands.status import status
from roletrail.commands.verify import verify
from roletrail.commands.who import who
from roletrail.errors import ExitCode

COMMANDS = (
    demo,
    ingest,
    follow,
    collect,
    lookup,
    attribute,
    sessions,
    who,
    explain,
    lineage,
    findings,
    policy,
    report,
    run,
    sql,
    status,
    verify,
    maintain,
    dashboard,
    duckdb_init,
)

ALLOCATIONS_BEFORE_COLLECTING = 50_000

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,  # a traceback with values in it could show what was logged
    rich_markup_mode=None,
)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"roletrail {version('roletrail')}")
        raise typer.Exit


@app.callback()
def about(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Say which AppStream streaming session, and which person, made each AWS API call."""


for command in COMMANDS:
    app.command()(command)


def main(arguments: Sequence[str] | None = None) -> ExitCode:
    """Run the command that the arguments name, by default those of this process."""
    given = sys.argv[1:] if arguments is None else arguments
    if isinstance(sys.stdout, io.TextIOWrapper):
        # What a log holds must not stop an answer where the terminal can't show it.
        sys.stdout.reconfigure(errors="backslashreplace")
    # The libraries make very many objects that stay. To look through them for garbage takes a
    # twentieth of the start, and a quarter of a second at the end, when all memory goes anyway.
    gc.set_threshold(ALLOCATIONS_BEFORE_COLLECTING)
    atexit.register(gc.freeze)
    # NumPy's linear algebra isn't asked for anything, and its threads wait for work busily.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return boundary.run(app, given or ["--help"])

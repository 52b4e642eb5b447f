"""`roletrail demo`: from the sample logs to the answer, in one go."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated

import typer

import roletrail
from roletrail.commands.attribute import attribution_text
from roletrail.commands.dashboard import Host, Port
from roletrail.commands.ingest import ingest_text
from roletrail.commands.sessions import ANSWER_COLUMNS
from roletrail.options import Format, lake_option
from roletrail.output import write_rows
from roletrail.serving import LOCAL_HOST, check_who_can_reach, serve
from roletrail.sign_in_options import WithoutSignIn
from roletrail.stopping import terminated_like_interrupted
from roletrail.terminal import ingest_progress, note, shown_steps

if TYPE_CHECKING:
    from analysis.attribution import AttributionSummary
    from ingest import IngestSummary

SHOWN = 12  # streaming sessions; the dashboard has them all
SAMPLES = ("trail", "usage-reports", "inventory")


def demo(
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="Print the answer and stop there.")
    ] = False,
    lake: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Keep the lake in this folder; by default it is deleted."),
    ] = None,
    host: Host = LOCAL_HOST,
    port: Port = None,
    without_sign_in: WithoutSignIn = False,
) -> None:
    """Build a lake of the sample logs and say who called what.

    Then serve the dashboard over it, until Ctrl-C.
    """
    if not no_serve:
        check_who_can_reach(host, None, is_waived=without_sign_in)
    with terminated_like_interrupted(), _folder(lake) as folder:
        read, made = _build(folder)
        newest = f"the {SHOWN} newest of {made.streaming_sessions} streaming sessions"
        typer.echo(f"Who called what, in {newest}:\n")
        answers = roletrail.open(folder)
        write_rows(answers.ask("who_called_what").limit(SHOWN), Format.TABLE, ANSWER_COLUMNS)
        typer.echo(f"\nFrom the sample logs:\n\n{ingest_text(read)}\n{attribution_text(made)}")
        if lake is not None:
            note(f"the lake is kept in {lake}: try roletrail sessions{lake_option(lake)}")
        if not no_serve:
            serve(folder, host, port, is_waived=without_sign_in)


@contextmanager
def _folder(kept: str | None) -> Iterator[str]:
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory(
        prefix="roletrail-demo-", ignore_cleanup_errors=True
    ) as folder:
        yield folder


def _build(folder: str) -> "tuple[IngestSummary, AttributionSummary]":
    """Make the lake, and return what was read and what was made of it."""
    from analysis.attribution import attribute
    from ingest import ingest
    from lake import open_lake

    sample_logs = files("sample_logs")
    sources = [str(sample_logs.joinpath(name)) for name in SAMPLES]
    lake = open_lake(folder, create=True)
    note("reading the sample logs …")
    with ingest_progress() as on_progress:
        read = ingest(lake, sources, on_progress=on_progress)
    note("working out who made each call …")
    with shown_steps() as on_step:
        return read, attribute(lake, on_step=on_step)

"""What a command says beside its answer: on standard error, never in the way of a pipe."""

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from roletrail.cells import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import ingest


def note(message: str) -> None:
    """Say something on standard error, on one line and safe for a terminal."""
    typer.echo(visible(message), err=True)


def warn(message: str) -> None:
    """Say on standard error that something is not as it should be."""
    note(f"warning: {message}")


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """Return `1 object`, `1,204 objects`."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


@contextmanager
def shown_steps() -> "Iterator[Callable[[str], None] | None]":
    """Show the step that is under way; nothing where nobody watches.

    Yields what takes each step's name, or None.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield lambda step: status.update(f"{step} …")


@contextmanager
def ingest_progress() -> "Iterator[Callable[[ingest.Progress], None] | None]":
    """Show a bar that moves as objects are read; nothing where nobody watches.

    Yields what takes each report of progress, or None.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("reading"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("objects, {task.fields[records]:,} records"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, records=0)

        def report(progress: "ingest.Progress") -> None:
            bar.update(
                task,
                completed=progress.objects_done,
                total=progress.objects_total,
                records=progress.records_read,
            )

        yield report

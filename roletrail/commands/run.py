"""`roletrail run`: from the buckets to reports and notices, as one file says, on a schedule."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from roletrail.errors import ExitCode
from roletrail.options import Format, FormatOption
from roletrail.output import ArrowRows, Shown, write_rows
from roletrail.stopping import terminated_like_interrupted
from roletrail.terminal import note, shown_steps, warn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roletrail.runs.settings import RunSettings
    from roletrail.runs.steps import Outcome


def run(
    config: Annotated[
        Path, typer.Option(metavar="FILE", help="What to do, in TOML: see docs/running.md.")
    ],
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Check the file, show the steps, and do nothing.")
    ] = False,
    form: FormatOption = Format.TABLE,
) -> ExitCode:
    """Collect, ingest, attribute, find, notify, report and maintain, as a file says.

    A step that fails stops only those that need it. Run again, it does only what is new. Standard
    output says what became of each step. The exit status is 1 if anything was rejected, refused,
    failed, or found at the level of `fail_at`; 2 if nothing was done, also because another run is
    under way.
    """
    from roletrail.runs.settings_file import settings_in

    settings = settings_in(config)
    if check:
        return _check(settings, form)
    from roletrail.runs.steps import exit_code

    outcomes = _run(settings)
    _write([_row_of(outcome) for outcome in outcomes], form, COLUMNS)
    return exit_code(outcomes)


def _check(settings: "RunSettings", form: Format) -> ExitCode:
    from roletrail.runs.plan import missing, steps_of

    rows: list[dict[str, object]] = [
        {"step": step.name, "of": step.about} for step in steps_of(settings)
    ]
    _write(rows, form, COLUMNS[:2])
    lacks = list(missing(settings))
    for lack in lacks:
        warn(lack)
    note(f"nothing was done: these are the steps of a run on {settings.lake}")
    return ExitCode.SOME_REJECTED if lacks else ExitCode.OK


def _run(settings: "RunSettings") -> "list[Outcome]":
    """Do the steps, alone on their lake, and return what became of each."""
    from ingest.worker_context import load_early
    from roletrail.runs.alone import alone

    with terminated_like_interrupted(), alone(settings.lake):
        load_early(
            (one.source for one in settings.sources if one.processes != 1),
            program=["roletrail.cli"],
        )
        from lake import open_lake
        from roletrail.runs.plan import steps_of
        from roletrail.runs.steps import outcomes_of

        lake = open_lake(settings.lake, create=True)
        with shown_steps() as on_step:
            return list(outcomes_of(steps_of(settings), lake, on_step))


def _write(rows: "list[dict[str, object]]", form: Format, columns: "tuple[Shown, ...]") -> None:
    import pyarrow as pa

    write_rows(ArrowRows(pa.Table.from_pylist(rows)), form, columns)


def _row_of(outcome: "Outcome") -> dict[str, object]:
    return {
        "step": outcome.step.name,
        "of": outcome.step.about,
        "result": outcome.done.result.value,
        "what": outcome.done.what,
        "seconds": round(outcome.seconds, 3),
    }


def _took(row: "Mapping[str, object]") -> str:
    return f"{row['seconds']:.1f} s"


COLUMNS = (
    Shown("step", lambda row: row["step"], is_whole=True),
    Shown("of", lambda row: row["of"]),
    Shown("result", lambda row: row["result"], is_whole=True),
    Shown("what", lambda row: row["what"], narrowest=24),
    Shown("took", _took, is_number=True),
)

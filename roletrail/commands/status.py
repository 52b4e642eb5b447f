"""`roletrail status`: what is in the lake, how fresh it is, and what was rejected."""

from collections.abc import Mapping
from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Annotated

import typer

import roletrail
from roletrail.cells import json_text
from roletrail.errors import FrontDoorError
from roletrail.options import DEFAULT_LAKE, Format, FormatOption, Lake
from roletrail.output import Shown, all_rows, write_rows
from roletrail.terminal import note

if TYPE_CHECKING:
    from analysis import Answers


def status(
    lake: Lake = DEFAULT_LAKE,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="List what was rejected, with the reasons.")
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say what is in the lake and how fresh it is."""
    if form not in {Format.TABLE, Format.JSON} and not rejected:
        message = f"status is several tables, so it has no {form} form. Take --format json"
        raise FrontDoorError(message)
    answers = roletrail.open(lake)
    if rejected:
        if not write_rows(answers.ask("rejections"), form, REJECTED_COLUMNS):
            note(f"nothing in {lake} was rejected")
    elif form is Format.JSON:
        typer.echo(json_text({name: all_rows(answers.ask(name)) for name in SECTIONS}))
    else:
        _print_sections(answers)


def _print_sections(answers: "Answers") -> None:
    for position, (question, (heading, shown)) in enumerate(SECTIONS.items()):
        typer.echo(f"{chr(10) if position else ''}{heading}\n")
        if not write_rows(answers.ask(question), Format.TABLE, shown):
            typer.echo("none yet")


def _text(heading: str, name: str) -> Shown:
    return Shown(heading, itemgetter(name))


def _time(heading: str, name: str) -> Shown:
    return Shown(heading, itemgetter(name), is_whole=True)


def _count(heading: str, name: str) -> Shown:
    return Shown(heading, lambda row: f"{row[name]:,}", is_number=True)


def _share(row: Mapping[str, object]) -> str:
    return f"{row['share']:.1%}"


def _confidence(row: Mapping[str, object]) -> object:
    """Return the confidence, or that there is none where there may have been one."""
    is_appstream = str(row["workload_kind"]).startswith("appstream_")
    return row["session_confidence"] or ("not attributed" if is_appstream else "")


def _second(row: Mapping[str, object]) -> object:
    rejected_at = row["rejected_at"]
    return rejected_at.replace(microsecond=0) if isinstance(rejected_at, datetime) else None


REJECTED_COLUMNS = (
    Shown("rejected at", _second, is_whole=True),
    _text("object", "uri"),
    Shown("record", itemgetter("record_index"), is_number=True),
    _text("field", "field"),
    _text("reason", "reason"),
)
# Saved question -> heading of its section, and what is shown of its rows.
SECTIONS = {
    "newest_events": (
        "Newest events, by account and region:",
        (
            _text("account", "account_id"),
            _text("region", "region"),
            _count("events", "event_count"),
            _time("oldest event", "oldest_event_at"),
            _time("newest event", "newest_event_at"),
            _time("newest log file", "newest_file_at"),
        ),
    ),
    "objects_by_kind": (
        "Objects, by kind, and what became of their records:",
        (
            _text("kind", "kind"),
            _text("status", "status"),
            _count("objects", "object_count"),
            _count("read", "records_read"),
            _count("written", "events_written"),
            _count("duplicates", "duplicates"),
            _count("rejected", "rejected"),
        ),
    ),
    "calls_by_confidence": (
        "Calls, by workload and by how surely they are one person's:",
        (
            _text("workload", "workload_kind"),
            Shown("confidence", _confidence),
            _count("calls", "call_count"),
            Shown("share", _share, is_number=True),
        ),
    ),
    "rows_by_table": (
        "Rows, by table:",
        (_text("table", "table_name"), _count("rows", "row_count")),
    ),
}

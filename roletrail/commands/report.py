"""`roletrail report`: a period as a page and as files, each number with its events."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

import roletrail
from roletrail.errors import FrontDoorError
from roletrail.options import DEFAULT_LAKE, Account, Lake, Since, Until, check_range, day
from roletrail.terminal import counted, note, warn

if TYPE_CHECKING:
    from analysis.reports import Period


class Kind(StrEnum):
    """What it is about, for the command line: analysis has the same kinds."""

    STREAMING_ACTIVITY = "streaming-activity"
    PERSON = "person"
    FLEET = "fleet"
    ROLE = "role"
    DENIED = "denied"
    COVERAGE = "coverage"


class Length(StrEnum):
    """Periods of the calendar, for the command line: analysis has the same ones."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Form(StrEnum):
    """The forms of file."""

    HTML = "html"
    CSV = "csv"
    PARQUET = "parquet"
    XLSX = "xlsx"
    JSON = "json"


def report(
    *,
    out: Annotated[
        str, typer.Option(metavar="DIR", help="Folder, or s3://bucket/prefix, to write it to.")
    ],
    lake: Lake = DEFAULT_LAKE,
    period: Annotated[
        Length | None,
        typer.Option(
            metavar="LENGTH", help="day, week (the default) or month: the last whole one, UTC."
        ),
    ] = None,
    at: Annotated[
        date | None,
        typer.Option(
            parser=day, metavar="DAY", help="The day, week or month that has this UTC day, instead."
        ),
    ] = None,
    since: Since = None,
    until: Until = None,
    account: Account = None,
    fleet: Annotated[str | None, typer.Option(metavar="NAME", help="Only this fleet.")] = None,
    person: Annotated[str | None, typer.Option(metavar="ID", help="Only this person.")] = None,
    kind: Annotated[
        list[Kind] | None,
        typer.Option(
            metavar="KIND",
            help="streaming-activity, person, fleet, role, denied or coverage; several times for "
            "several, by default all.",
        ),
    ] = None,
    form: Annotated[
        list[Form] | None,
        typer.Option(
            "--format",
            metavar="FORM",
            help="html (the default), csv, parquet, xlsx or json; several times for several.",
        ),
    ] = None,
) -> None:
    """Render a report of a day, week or month: a page that stands alone, and files of its numbers.

    Beside each number stands the command that gives its events. Standard output names the files.
    The same lake and period give the same bytes.
    """
    chosen = _period(period, at, since, until)
    from analysis import reports
    from roletrail.report_places import report_place
    from roletrail.report_writing import ReportFormat, write_report

    kinds = list(map(reports.Kind, dict.fromkeys(kind or Kind)))
    forms = list(map(ReportFormat, dict.fromkeys(form or [Form.HTML])))
    scope = reports.Scope(account, fleet, person)
    found = reports.report_of(roletrail.open(lake), chosen, scope)
    with report_place(out) as (folder, went):
        warnings = write_report(found, kinds, forms, folder)
    for place in went:
        typer.echo(place)
    for warning in warnings:
        warn(warning)
    calls = found.totals()["event_count"]
    count = counted(calls if isinstance(calls, int) else 0, "call")
    note(f"{chosen.words}, UTC: {count}; newest call here {found.newest_event_at:%Y-%m-%d %H:%M}")


def _period(
    length: Length | None, at: date | None, since: datetime | None, until: datetime | None
) -> "Period":
    """Return the period that the options name."""
    from analysis import reports

    if since is None and until is None:
        chosen = reports.Length(length or Length.WEEK)
        if at is not None:
            return reports.containing(chosen, at)
        return reports.last_whole(chosen, datetime.now(UTC))
    if length is not None or at is not None:
        raise FrontDoorError("--since and --until are a period. Leave out --period and --at")
    if since is None or until is None:
        raise FrontDoorError("a period has two ends. Give both --since and --until")
    check_range(since, until)
    return reports.between(since, until)

"""`roletrail status`: how fresh and how whole the lake is, and whether that is good enough."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from operator import itemgetter
from typing import Annotated

import typer

import roletrail
from roletrail.cells import json_text
from roletrail.errors import ExitCode, FrontDoorError
from roletrail.exposition import exposition
from roletrail.lake_status import LakeStatus, Limits, findings, lake_status
from roletrail.options import DEFAULT_LAKE, Format, Lake, duration
from roletrail.output import Shown, write_rows
from roletrail.status_metrics import metrics_of
from roletrail.status_tables import print_status
from roletrail.terminal import note, warn

LONGEST_LOOK_BACK = 366


class StatusFormat(StrEnum):
    """How status is written: as other answers are, or as metrics."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    PROMETHEUS = "prometheus"


def status(
    *,
    lake: Lake = DEFAULT_LAKE,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="List what was rejected, with the reasons.")
    ] = False,
    days: Annotated[
        int,
        typer.Option(
            min=1, max=LONGEST_LOOK_BACK, help="Days of delivery to look for gaps and lag in."
        ),
    ] = 7,
    max_age: Annotated[
        timedelta | None,
        typer.Option(
            parser=duration, metavar="TIME", help="A finding if the newest log file is older: 2h."
        ),
    ] = None,
    max_gap: Annotated[
        timedelta | None,
        typer.Option(
            parser=duration, metavar="TIME", help="A finding if a gap is longer; 0s for any gap."
        ),
    ] = None,
    max_lag: Annotated[
        timedelta | None,
        typer.Option(
            parser=duration,
            metavar="TIME",
            help="A finding if 95% of an account's and region's files don't come within: 30m.",
        ),
    ] = None,
    fail_on_rejects: Annotated[
        bool,
        typer.Option(
            "--fail-on-rejects", help="A finding if anything was rejected within the days."
        ),
    ] = False,
    form: Annotated[
        StatusFormat,
        typer.Option(
            "--format",
            metavar="FORM",
            help="table, json or prometheus; with --rejected table, csv, json or parquet.",
        ),
    ] = StatusFormat.TABLE,
) -> ExitCode:
    """Say how fresh the lake is, where log files are missing, and what was rejected.

    The exit status is 0; with limits, it is 1 if something is beyond one, and each such finding
    stands on standard error.
    """
    limits = Limits(max_age, max_lag, max_gap, fail_on_rejects)
    if rejected:
        _list_rejected(lake, form, limits)
        return ExitCode.OK
    if form in {StatusFormat.CSV, StatusFormat.PARQUET}:
        message = f"status is several tables, so it has no {form} form. Take --format json"
        raise FrontDoorError(message)
    found = lake_status(roletrail.open(lake), days)
    beyond = list(findings(found, limits))
    match form:
        case StatusFormat.JSON:
            typer.echo(_json(found, beyond))
        case StatusFormat.PROMETHEUS:
            typer.echo(exposition(metrics_of(found)), nl=False)
        case _:
            print_status(found)
    for finding in beyond:
        warn(finding)
    return ExitCode.SOME_REJECTED if beyond else ExitCode.OK


def _json(found: LakeStatus, beyond: list[str]) -> str:
    return json_text(
        {
            "looked_at": found.looked_at.replace(microsecond=0),
            "days_looked_back": found.days,
            "findings": beyond,
            **{name: list(rows) for name, rows in found.sections.items()},
        }
    )


def _list_rejected(lake: str, form: StatusFormat, limits: Limits) -> None:
    if form is StatusFormat.PROMETHEUS:
        message = "what was rejected is a list, so it has no prometheus form. Take --format json"
        raise FrontDoorError(message)
    if limits != Limits():
        message = "--rejected only lists. Leave it out for a check with limits"
        raise FrontDoorError(message)
    if not write_rows(roletrail.open(lake).ask("rejections"), Format(form), REJECTED_COLUMNS):
        note(f"nothing in {lake} was rejected")


def _second(row: Mapping[str, object]) -> object:
    rejected_at = row["rejected_at"]
    return rejected_at.replace(microsecond=0) if isinstance(rejected_at, datetime) else None


REJECTED_COLUMNS = (
    Shown("rejected at", _second, is_whole=True),
    Shown("object", itemgetter("uri")),
    Shown("record", itemgetter("record_index"), is_number=True),
    Shown("field", itemgetter("field")),
    Shown("reason", itemgetter("reason")),
)

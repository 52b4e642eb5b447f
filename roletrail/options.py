"""The options that commands share, by one name and one meaning everywhere."""

import shlex
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer

from roletrail.durations import duration_of
from roletrail.errors import FrontDoorError

DEFAULT_LAKE = "./roletrail-lake"
LAKE_VARIABLE = "ROLETRAIL_LAKE"


class Format(StrEnum):
    """How rows are written to standard output."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no time. Write 2026-01-31, or 2026-01-31T22:41:00Z; UTC is meant"
        raise typer.BadParameter(message) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def day(text: str) -> date:
    """Return the day that an option gives. Raises BadParameter if it gives none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no day. Write it as 2026-01-31"
        raise typer.BadParameter(message) from None


def duration(text: str) -> timedelta:
    """Return the duration that an option gives. Raises BadParameter if it gives none."""
    try:
        return duration_of(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


Lake = Annotated[
    str,
    typer.Option(
        envvar=LAKE_VARIABLE, metavar="DIR", help="Folder of the lake, or catalog:NAME (PyIceberg)."
    ),
]
Since = Annotated[
    datetime | None,
    typer.Option(parser=_time, metavar="TIME", help="From this day or ISO time on, UTC."),
]
Until = Annotated[
    datetime | None,
    typer.Option(parser=_time, metavar="TIME", help="Before this day or ISO time, UTC."),
]
SinceDay = Annotated[
    date | None, typer.Option(parser=day, metavar="DAY", help="From this UTC day on.")
]
UntilDay = Annotated[
    date | None, typer.Option(parser=day, metavar="DAY", help="Before this UTC day.")
]
Account = Annotated[str | None, typer.Option(metavar="ID", help="Only this AWS account.")]
Region = Annotated[str | None, typer.Option(metavar="NAME", help="Only this AWS region.")]
RoleArn = Annotated[str | None, typer.Option(metavar="ARN", help="Role to assume for reading S3.")]
EndpointUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="S3 at another address than AWS's own.")
]
RequesterPays = Annotated[
    bool, typer.Option("--requester-pays", help="Pay for reading S3, where the bucket asks it.")
]
FormatOption = Annotated[
    Format,
    typer.Option("--format", metavar="FORM", help="table, csv, json (an array) or parquet."),
]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a question is narrowed to; null means everything. Times are half open."""

    since: datetime | None
    until: datetime | None
    account_id: str | None
    region: str | None

    def __post_init__(self) -> None:
        check_range(self.since, self.until)

    def parameters(self) -> dict[str, object]:
        """Return the filters as parameters of a saved question."""
        return {
            "since": self.since,
            "until": self.until,
            "account_id": self.account_id,
            "region": self.region,
        }


def check_range(since: date | None, until: date | None) -> None:
    """Raise FrontDoorError for a range that nothing can lie in."""
    if since is not None and until is not None and since >= until:
        raise FrontDoorError(f"--until {until} isn't after --since {since}")


def lake_option(location: str) -> str:
    """Return the words that make a suggested command reach this lake: none for the default."""
    return "" if location == DEFAULT_LAKE else f" --lake {shlex.quote(location)}"

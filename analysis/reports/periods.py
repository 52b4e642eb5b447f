"""The stretch of time that a report is about: a day, week or month of UTC, or any whole hours."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from analysis.errors import AnalysisError

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 1990, 2199  # a period beyond them is a slip of the hand
DAYS_BY_HOUR = 3  # a chart of longer periods has a bar for each day
DAYS_BY_DAY = 100  # and beyond that, one for each month


class Length(StrEnum):
    """How long a period of the calendar is. A week starts on Monday, as ISO 8601 has it."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open stretch of time in UTC, by whole hours.

    `label` names it in file names, `words` in headings.
    """

    since: datetime
    until: datetime
    label: str
    words: str

    @property
    def bucket(self) -> str:
        """The stretches that a chart shows it in: hour, day or month."""
        if self.until - self.since <= DAYS_BY_HOUR * DAY:
            return "hour"
        return "day" if self.until - self.since <= DAYS_BY_DAY * DAY else "month"


def containing(length: Length, day: date) -> Period:
    """Return the day, week or month that the day lies in.

    Raises AnalysisError if that is in no year that a log can be of.
    """
    _check_year(day)
    first, end = _ends(length, day)
    last = end - DAY
    match length:
        case Length.DAY:
            label, words = f"{first:%Y-%m-%d}", f"{_long(first)}"
        case Length.WEEK:
            year, week, _ = first.isocalendar()
            label = f"{year}-W{week:02}"
            words = f"Week {week} of {year}, {_long(first)} to {_long(last)}"
        case Length.MONTH:
            label, words = f"{first:%Y-%m}", f"{first:%B %Y}"
    return Period(_midnight(first), _midnight(end), label, words)


def last_whole(length: Length, now: datetime) -> Period:
    """Return the newest day, week or month that is over at this time."""
    current = containing(length, now.astimezone(UTC).date())
    return containing(length, (current.since - HOUR).date())


def between(since: datetime, until: datetime) -> Period:
    """Return the period from one time to another, widened to whole hours.

    Raises AnalysisError if either is in no year that a log can be of.
    """
    _check_year(since)
    _check_year(until)
    first = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    last = until.astimezone(UTC) - timedelta(microseconds=1)
    end = last.replace(minute=0, second=0, microsecond=0) + HOUR
    label = f"{first:%Y-%m-%dT%H}Z-{end:%Y-%m-%dT%H}Z"
    return Period(first, end, label, f"{first:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}")


def _ends(length: Length, day: date) -> tuple[date, date]:
    match length:
        case Length.DAY:
            return day, day + DAY
        case Length.WEEK:
            monday = day - day.weekday() * DAY
            return monday, monday + 7 * DAY
        case Length.MONTH:
            first = day.replace(day=1)
            return first, (first + 31 * DAY).replace(day=1)


def _check_year(day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        message = f"{day.year} is no year of logs. A period lies in {FIRST_YEAR} to {LAST_YEAR}"
        raise AnalysisError(message)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _long(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"

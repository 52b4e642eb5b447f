"""Moments: whole seconds since 1970, UTC, and how AWS writes them."""

from datetime import UTC, date, datetime
from functools import lru_cache

MINUTE = 60
HOUR = 3600
DAY = 86400


def midnight(day: date) -> int:
    """Return the first second of a UTC day."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def moment_of(at: int) -> datetime:
    """Return the moment as an aware datetime, UTC."""
    return datetime.fromtimestamp(at, UTC)


def iso(at: int) -> str:
    """Return the moment as CloudTrail writes it: 2026-09-14T08:30:00Z."""
    day, second = divmod(at, DAY)
    return f"{_day(day)}T{second // HOUR:02}:{second // MINUTE % 60:02}:{second % 60:02}Z"


@lru_cache(maxsize=100_000)
def seconds_of(text: str) -> int:
    """Return the moment that `iso` wrote."""
    return int(datetime.fromisoformat(text).timestamp())


def iso_with_milliseconds(at: int) -> str:
    """Return the moment as session reports write it: 2026-09-14T08:30:00.000Z."""
    return iso(at)[:-1] + ".000Z"


def iso_with_offset(at: int) -> str:
    """Return the moment as the AWS CLI prints it: 2026-09-14T08:30:00+00:00."""
    return iso(at)[:-1] + "+00:00"


def in_words(at: int) -> str:
    """Return the moment as STS writes the end of credentials: Sep 14, 2026, 8:30:00 AM."""
    moment = moment_of(at)
    half = "AM" if moment.hour < 12 else "PM"
    return (
        f"{moment:%b} {moment.day}, {moment.year}, {moment.hour % 12 or 12}:{moment:%M:%S} {half}"
    )


@lru_cache(maxsize=1000)
def _day(day: int) -> str:
    return moment_of(day * DAY).date().isoformat()

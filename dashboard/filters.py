"""What a view is narrowed to: a stretch of time, an account, a region, a fleet, a person."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

CUSTOM = "Custom"
ALL_TIME = "All time"
PRESETS = {
    "24 hours": timedelta(hours=24),
    "7 days": timedelta(days=7),
    "30 days": timedelta(days=30),
    "90 days": timedelta(days=90),
}
RANGES = (*PRESETS, ALL_TIME, CUSTOM)
DEFAULT_RANGE = "7 days"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
LAST_HOUR = datetime(9999, 12, 31, 23, tzinfo=UTC)

# The widest range that is still drawn in bars of that length.
BUCKETS = (("hour", timedelta(days=8)), ("day", timedelta(days=200)))


@dataclass(frozen=True, slots=True)
class Extent:
    """What the lake holds. Times are UTC; they are null where there is nothing yet."""

    event_count: int
    rolled_up_count: int
    oldest_at: datetime | None
    newest_at: datetime | None
    newest_event_at: datetime | None


@dataclass(frozen=True, slots=True)
class Filter:
    """A stretch of full hours, half open and in UTC, and what else a view is narrowed to."""

    since: datetime
    until: datetime
    account_id: str | None = None
    region: str | None = None
    fleet_name: str | None = None
    user_id: str | None = None

    def parameters(self) -> dict[str, object]:
        """Return the filter as parameters of a saved question."""
        return {
            "since": self.since,
            "until": self.until,
            "account_id": self.account_id,
            "region": self.region,
            "fleet_name": self.fleet_name,
            "user_id": self.user_id,
        }

    def parameters_of_person(self, person: str | None) -> dict[str, object]:
        """Return the filter as parameters of questions about people, by whatever way they came."""
        parameters = self.parameters() | {"person": person}
        del parameters["user_id"]
        return parameters

    def bucket(self) -> str:
        """Return the length of time that one bar of a chart stands for: hour, day or month."""
        return bucket_for(self.until - self.since)


def bucket_for(length: timedelta) -> str:
    """Return the length of time that one bar or mark stands for in a chart this long."""
    return next((bucket for bucket, widest in BUCKETS if length <= widest), "month")


def time_range(
    preset: str, start: str, end: str, extent: Extent
) -> tuple[datetime, datetime] | None:
    """Return the full hours behind one of RANGES, or None if the range ends before it starts.

    Calls are counted by the hour, so that no shorter stretch has the same counts, lists and charts.
    Presets count back from the newest the lake holds, not from now: logs arrive late, and the
    lake may hold the logs of a past incident. `start` and `end` are ISO times of a custom range;
    what is empty or no time falls back to the ends of what the lake holds.
    """
    oldest, newest = ends_of(extent)
    if preset == CUSTOM:
        since = start_of_hour(parsed_time(start) or oldest)
        until = end_of_hour(parsed_time(end) or newest)
        return (since, until) if since < until else None
    if preset == ALL_TIME:
        return oldest, newest
    return newest - PRESETS[preset], newest


def ends_of(extent: Extent) -> tuple[datetime, datetime]:
    """Return the full hours, half open, that hold all of the lake; one hour if it holds nothing."""
    return (
        start_of_hour(extent.oldest_at or EPOCH),
        start_of_hour(extent.newest_at or EPOCH) + HOUR,
    )


def parsed_time(text: str) -> datetime | None:
    """Return an ISO time as UTC, taking one without an offset to be UTC; None if it is no time."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def start_of_hour(time: datetime) -> datetime:
    """Return the full hour at or before this time."""
    return time.replace(minute=0, second=0, microsecond=0)


def end_of_hour(time: datetime) -> datetime:
    """Return the full hour at or after this time; no later one than the last of all years."""
    start = start_of_hour(time)
    return start if start == time else min(start, LAST_HOUR - HOUR) + HOUR

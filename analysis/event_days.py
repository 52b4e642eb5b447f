"""The data files of `events`, by UTC day, and which days have changed since they were last read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pyiceberg.schema import Schema

from lake import Lake
from lake.connection import duckdb_path, relation_sql
from lake.events_table import EVENTS
from lake.file_marks import mark_text

SPAN_DAYS = 7
EPOCH = datetime(1970, 1, 1, tzinfo=UTC).date()


@dataclass(frozen=True, slots=True)
class EventDays:
    """The files that hold the events of each day, at one snapshot of the table."""

    schema: Schema
    files: Mapping[date, tuple[str, ...]]

    @classmethod
    def of(cls, lake: Lake) -> "EventDays":
        """Return the days of the lake's current events."""
        table = lake.table(EVENTS.name)
        files: dict[date, list[str]] = {}
        if table.current_snapshot() is not None:
            for task in table.scan().plan_files():
                day = EPOCH + timedelta(days=int(task.file.partition[0]))
                files.setdefault(day, []).append(duckdb_path(task.file.file_path))
        return cls(table.schema(), {day: tuple(sorted(paths)) for day, paths in files.items()})

    def changed_since(
        self, fingerprints: Mapping[str, str], since: date | None, until: date | None
    ) -> set[date]:
        """Return the days, within since and until, whose files are not those of the fingerprints.

        A day that is asked for by name is read again even if its files are the same.
        """
        days = set(self.files) | {date.fromisoformat(day) for day in fingerprints}
        return {
            day
            for day in days
            if (since is None or day >= since)
            and (until is None or day < until)
            and self.fingerprint(day) != fingerprints.get(day.isoformat())
        }

    def fingerprint(self, day: date) -> str:
        """Return a short text that changes whenever the day's events do, but not by compaction."""
        return mark_text(self.files.get(day, ()))

    def fingerprints(self, read: set[date], before: Mapping[str, str]) -> dict[str, str]:
        """Return the fingerprints of the days read now, and of the others as they were."""
        now = {day.isoformat(): self.fingerprint(day) for day in read if day in self.files}
        gone = {day.isoformat() for day in read if day not in self.files}
        return {day: text for day, text in {**before, **now}.items() if day not in gone}

    def sql(self, since: date, until: date) -> str:
        """Return a query over the files of these days, half-open."""
        chosen = [
            path for day in sorted(self.files) if since <= day < until for path in self.files[day]
        ]
        return relation_sql(self.schema, chosen)


def spans(days: Iterable[date]) -> list[tuple[date, date]]:
    """Return the days as half-open spans of neighbouring days, each short enough for memory."""
    result: list[tuple[date, date]] = []
    for day in sorted(days):
        if result and result[-1][1] == day and (day - result[-1][0]).days < SPAN_DAYS:
            result[-1] = (result[-1][0], day + timedelta(days=1))
        else:
            result.append((day, day + timedelta(days=1)))
    return result

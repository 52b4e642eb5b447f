"""What is known of a lake's state: rows by section, and what of it is not as it should be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from roletrail.durations import duration_text
from roletrail.output import all_rows
from roletrail.terminal import counted

if TYPE_CHECKING:
    from analysis import Answers

Row = Mapping[str, object]

# Saved questions, each a section of that name; the second ones look back some days of delivery.
QUESTIONS = (
    "newest_events",
    "objects_by_kind",
    "rejection_reasons",
    "verified_events",
    "calls_by_confidence",
)
QUESTIONS_OF_DAYS = ("delivery_gaps", "delivery_lag")


@dataclass(frozen=True, slots=True)
class LakeStatus:
    """The answers, by section; `looked_at` (UTC) is now, and `days` how far back was looked."""

    looked_at: datetime
    days: int
    sections: Mapping[str, Sequence[Row]]

    def newest(self, name: str) -> datetime | None:
        """Return the newest of a time over all accounts and regions; None if there is none."""
        times = [row[name] for row in self.sections["newest_events"]]
        return max((time for time in times if isinstance(time, datetime)), default=None)

    def count(self, section: str, name: str) -> int:
        """Return the sum of a column of a section."""
        return sum(number(row[name]) for row in self.sections[section])

    def rejected_lately(self) -> bool:
        """Return whether anything was rejected in the days that are looked at."""
        since = self.looked_at - timedelta(days=self.days)
        times = [row["last_rejected_at"] for row in self.sections["rejection_reasons"]]
        return any(isinstance(time, datetime) and time >= since for time in times)


@dataclass(frozen=True, slots=True)
class Limits:
    """What is still as it should be; None, or False, where nobody asks."""

    age: timedelta | None = None
    lag: timedelta | None = None
    gap: timedelta | None = None
    is_reject_a_finding: bool = False


def lake_status(answers: "Answers", days: int) -> LakeStatus:
    """Return the state of a lake; gaps and lag are looked for in its last days of delivery."""
    from analysis.attribution_state import attribution_state
    from lake.size import table_sizes

    sections: dict[str, Sequence[Row]] = {}
    for name in QUESTIONS:
        sections[name] = all_rows(answers.ask(name))
    for name in QUESTIONS_OF_DAYS:
        sections[name] = all_rows(answers.ask(name, days=days))
    state = attribution_state(answers.lake)
    sections["attribution"] = [
        {
            "days": state.days,
            "attributed_days": state.days - len(state.outstanding_days),
            "outstanding_days": list(state.outstanding_days),
            "published_at": state.published_at,
        }
    ]
    sections["table_sizes"] = [asdict(size) for size in table_sizes(answers.lake)]
    return LakeStatus(datetime.now(UTC), days, sections)


def findings(status: LakeStatus, limits: Limits) -> Iterator[str]:
    """Yield a sentence for each thing that is beyond its limit."""
    if limits.age is not None:
        yield from _age_findings(status, limits.age)
    if limits.gap is not None:
        for gap in status.sections["delivery_gaps"]:
            if timedelta(hours=number(gap["missing_hours"])) > limits.gap:
                yield f"no log file of {place(gap)} for {gap_text(gap)}"
    if limits.lag is not None:
        for row in status.sections["delivery_lag"]:
            if number(row["p95_seconds"]) > limits.lag.total_seconds():
                wait = duration_text(number(row["p95_seconds"]))
                yield f"5% of the log files of {place(row)} come {wait} late, or later"
    if limits.is_reject_a_finding and status.rejected_lately():
        count = counted(
            status.count("rejection_reasons", "rejected_count"),
            "rejected record or object",
            "rejected records and objects",
        )
        yield f"{count}, some of the last {counted(status.days, 'day')}; see --rejected"


def _age_findings(status: LakeStatus, limit: timedelta) -> Iterator[str]:
    newest = status.newest("newest_file_at")
    if newest is None:
        yield "no log file was ever delivered"
    elif status.looked_at - newest > limit:
        age = duration_text((status.looked_at - newest).total_seconds())
        yield f"the newest log file is {age} old"


def place(row: Row) -> str:
    """Return whose a row is: an account and region, or all of them at once."""
    if row["account_id"] is None:
        return "any account and region"
    return f"{row['account_id']} {row['region']}"


def gap_text(gap: Row) -> str:
    """Return how many hours a gap has, and from when to when, UTC."""
    hours = counted(number(gap["missing_hours"]), "hour")
    first, last = (gap[name] for name in ("first_hour_at", "last_hour_at"))
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return hours
    return f"{hours}, {first:%Y-%m-%d %H:%M}Z to {last + timedelta(hours=1):%Y-%m-%d %H:%M}Z"


def number(value: object) -> int:
    """Return a count of a row; null counts nothing."""
    return value if isinstance(value, int) else 0

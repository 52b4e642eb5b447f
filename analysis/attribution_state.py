"""How far attribution has come: which days it has read as they are now, and when it last ran."""

from dataclasses import dataclass
from datetime import date, datetime

from analysis.event_days import EventDays
from lake import Lake
from lake.publication import last_publication, published_at


@dataclass(frozen=True, slots=True)
class AttributionState:
    """The UTC days that have events, and those whose events the last run hasn't read as they are.

    `published_at` (UTC) is None if attribution never ran, or ran before this was kept.
    """

    days: int
    outstanding_days: tuple[date, ...]
    published_at: datetime | None


def attribution_state(lake: Lake) -> AttributionState:
    """Return how far the lake's attribution has come. Evidence that came later isn't looked at."""
    days = EventDays.of(lake)
    changed = days.changed_since(last_publication(lake).days, None, None)
    return AttributionState(
        days=len(days.files),
        outstanding_days=tuple(sorted(changed & set(days.files))),
        published_at=published_at(lake),
    )

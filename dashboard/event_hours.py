"""Where the events of a list are: the roll-up's hours and credentials say how little to read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

Hours = Sequence[Mapping[str, Any]]


def credentials_in(hours: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the role session ids of an answer of …_event_hours, each once, in order.

    Calls without a role session have none; questions about events look at those all the same.
    """
    return tuple(sorted({key for hour in hours for key in hour["role_session_ids"] or ()}))


def start_of_newest(hours: Hours, since: datetime, until: datetime, count: int) -> datetime:
    """Return from when on that many of the newest events of a range are, in UTC; else `since`.

    `hours` is an answer of …_event_hours, newest first. An hour that the range cuts through holds
    nobody knows how many, so that it isn't counted.
    """
    found = 0
    for hour in hours:
        if hour["first_event_at"] >= since and hour["last_event_at"] < until:
            found += hour["event_count"]
        if found >= count:
            start: datetime = max(hour["hour_at"], since)
            return start
    return since

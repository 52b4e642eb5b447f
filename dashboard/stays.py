"""A streaming session in time: from when to when, and where its calls are looked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dashboard.filters import Extent

# Scripts run and settings are saved around a streaming session; chained credentials outlive it.
# Twelve hours is the longest that a role can give credentials for.
MARGIN_BEFORE = timedelta(hours=1)
MARGIN_AFTER = timedelta(hours=12)
HASH_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Stay:
    """One streaming session: its bounds in UTC. `ended_at` is None while it runs."""

    streaming_session_id: str
    started_at: datetime
    ended_at: datetime | None
    until: datetime

    @property
    def is_running(self) -> bool:
        """Whether no end is known."""
        return self.ended_at is None

    def parameters(self) -> dict[str, object]:
        """Return the parameters of saved questions about its calls."""
        return {
            "streaming_session_id": self.streaming_session_id,
            "since": self.started_at - MARGIN_BEFORE,
            "until": self.until + MARGIN_AFTER,
        }


def stay_of(row: Mapping[str, Any], extent: Extent) -> Stay:
    """Return the stay that a row of streaming_sessions tells of.

    One that runs is taken to reach as far as the lake does.
    """
    started_at: datetime = row["started_at"]
    ended_at: datetime | None = row["ended_at"]
    until = ended_at or max(extent.newest_at or started_at, started_at)
    return Stay(str(row["streaming_session_id"]), started_at, ended_at, until)


def person_of(row: Mapping[str, Any]) -> str:
    """Return the person's name, or what stands for it where only the hash of it is known."""
    if row["user_id"]:
        return str(row["user_id"])
    if row["user_id_sha256"]:
        return f"unnamed, hash {row['user_id_sha256'][:HASH_SHOWN]}…"
    return "unnamed"

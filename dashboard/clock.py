"""Times in the zone of whoever looks: pages say UTC, and the same moment there where it helps."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st


def users_zone() -> tzinfo:
    """Return the time zone of the user's browser; UTC where it doesn't say."""
    try:
        name = st.context.timezone
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def zone_note(*times: datetime | None) -> str | None:
    """Return a sentence with the times in the user's zone, for a hint; None if that is UTC."""
    zone = users_zone()
    known = [time for time in times if time is not None]
    if zone is UTC or not known:
        return None
    said = " to ".join(f"{time.astimezone(zone):%Y-%m-%d %H:%M}" for time in known)
    return f"In your zone, {getattr(zone, 'key', 'UTC')}: {said}."


def zone_hint() -> str:
    """Return how far the user's clock is from UTC now, for the heads of columns of times."""
    zone = users_zone()
    if zone is UTC:
        return "In UTC."
    return f"In UTC; your clock ({getattr(zone, 'key', 'UTC')}) is {datetime.now(zone):%z} now."

"""Durations as people write and read them: `90s`, `15m`, `2h`, `3d`, or together as `1h30m`."""

import re
from datetime import timedelta

_DURATION = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?", re.ASCII)
_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def duration_of(text: str) -> timedelta:
    """Return the duration that the text says. Raises ValueError if it says none."""
    found = _DURATION.fullmatch(text)
    if not text or found is None:
        message = f"{text!r} is no duration. Write 90s, 15m, 2h, 3d or 1h30m"
        raise ValueError(message)
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def duration_text(seconds: float) -> str:
    """Return a duration in its two largest units, as `2h5m`, without a fraction of a second."""
    left = int(abs(seconds))
    counts = []
    for unit, length in _UNITS:
        count, left = divmod(left, length)
        counts.append((count, unit))
    first = next((number for number, (count, _) in enumerate(counts) if count), len(counts) - 1)
    text = "".join(f"{count}{unit}" for count, unit in counts[first : first + 2] if count) or "0s"
    return f"-{text}" if seconds <= -1 else text

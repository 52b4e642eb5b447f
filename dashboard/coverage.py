"""How much of the calls behind AppStream fleets is attributed, and how surely."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Any

from dashboard.escaping import visible
from dashboard.palette import CONFIDENCE, NOT_ATTRIBUTABLE

Row = dict[str, Any]


def coverage_rows(answer: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return the answer of attribution_coverage as the parts of one bar per fleet.

    A part has fleet, confidence (never null), event_count, fleet_count (of all its parts), share,
    and the places in the bar where it starts and ends, 0 to 1.
    """
    fleets: dict[str, Counter[str]] = {}
    for row in answer:
        counts = fleets.setdefault(visible(row["fleet_name"] or "fleet unknown"), Counter())
        counts[row["session_confidence"] or NOT_ATTRIBUTABLE] += row["event_count"]
    return [part for fleet, counts in sorted(fleets.items()) for part in _bar(fleet, counts)]


def _bar(fleet: str, counts: Counter[str]) -> list[Row]:
    levels = [level for level in CONFIDENCE.domain if counts[level]]
    total = counts.total()
    ends = accumulate(counts[level] for level in levels)
    return [
        {
            "fleet": fleet,
            "confidence": level,
            "event_count": counts[level],
            "fleet_count": total,
            "share": counts[level] / total,
            "start": (end - counts[level]) / total,
            "end": end / total,
        }
        for level, end in zip(levels, ends, strict=True)
    ]


def shares(parts: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Return the share of all calls behind fleets at each confidence, in order; 0 if none."""
    counts: Counter[str] = Counter()
    for part in parts:
        counts[part["confidence"]] += part["event_count"]
    total = counts.total()
    return {level: counts[level] / total if total else 0.0 for level in CONFIDENCE.domain}

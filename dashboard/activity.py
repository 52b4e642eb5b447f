"""Calls counted for the charts: over time, and along a streaming session."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dashboard.escaping import visible
from dashboard.palette import RESULT, WORKLOAD
from dashboard.wording import api_label, workload_family

if TYPE_CHECKING:
    from datetime import datetime

Row = dict[str, Any]

TIMELINE_APIS = 25
LABEL = 60
ALL_OTHERS = "all other APIs"


def activity_rows(answer: Sequence[Mapping[str, Any]], by: str) -> list[Row]:
    """Return the answer of activity_over_time, summed by `by`: "workload" (family) or "result".

    `position` is the place of that value in its stack.
    """
    order = (WORKLOAD if by == "workload" else RESULT).domain
    counts: Counter[tuple[datetime, str]] = Counter()
    for row in answer:
        value = workload_family(row["workload_kind"]) if by == "workload" else row["result"]
        counts[row["bucket_at"], value] += row["event_count"]
    return [
        {"bucket_at": at, by: value, "event_count": count, "position": order.index(value)}
        for (at, value), count in sorted(counts.items())
    ]


def timeline_rows(answer: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return the answer of streaming_session_timeline as the chart takes it.

    The APIs called most have a row each, the rest share one. `first_at` puts them in order. Calls
    that failed come last, so that they are drawn on top.
    """
    labels = [visible(api_label(row["event_source"], row["event_name"]), LABEL) for row in answer]
    counts: Counter[str] = Counter()
    for label, row in zip(labels, answer, strict=True):
        counts[label] += row["event_count"]
    most = {label for label, _ in counts.most_common(TIMELINE_APIS)}
    shown = [label if label in most else ALL_OTHERS for label in labels]
    first_at: dict[str, datetime] = {}
    for label, row in zip(shown, answer, strict=True):
        first_at[label] = min(row["minute_at"], first_at.get(label, row["minute_at"]))
    marks = [
        {
            "minute_at": row["minute_at"],
            "api": label,
            "result": row["result"],
            "confidence": row["session_confidence"],
            "event_count": row["event_count"],
            "first_at": first_at[label],
        }
        for label, row in zip(shown, answer, strict=True)
    ]
    return sorted(marks, key=lambda mark: bool(mark["result"] != "ok"))

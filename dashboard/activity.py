"""Calls counted for the charts: over time, and along a streaming session."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Any

from dashboard.escaping import visible
from dashboard.palette import RESULT, WORKLOAD
from dashboard.wording import api_label, in_zone, moment, service_label, workload_family

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

Row = dict[str, Any]

TIMELINE_APIS = 25
LABEL = 60
ALL_OTHERS = "all others"
DRAWN = ("ok", "error", "denied")  # the last one above the others


def activity_rows(answer: Sequence[Mapping[str, Any]], by: str, zone: "tzinfo" = UTC) -> list[Row]:
    """Return the answer of activity_over_time, summed by `by`: "workload" (family) or "result".

    `position` is the place of that value in its stack; `when` and `when_there` are the time in UTC
    and in the zone, as text.
    """
    order = (WORKLOAD if by == "workload" else RESULT).domain
    counts: Counter[tuple[datetime, str]] = Counter()
    for row in answer:
        value = workload_family(row["workload_kind"]) if by == "workload" else row["result"]
        counts[row["bucket_at"], value] += row["event_count"]
    return [
        {
            "bucket_at": at,
            "when": moment(at),
            "when_there": in_zone(at, zone),
            by: value,
            "event_count": count,
            "position": order.index(value),
        }
        for (at, value), count in sorted(counts.items())
    ]


def timeline_rows(answer: Sequence[Mapping[str, Any]], zone: "tzinfo" = UTC) -> list[Row]:
    """Return the answer of streaming_session_timeline as the chart takes it.

    The APIs called most have a row each, the rest share one. `first_at` puts them in order. A mark
    stands at the first of its calls; `position` is its place among those drawn over each other:
    denied above errors, these above what was carried out.
    """
    labels = [visible(api_label(row["event_source"], row["event_name"]), LABEL) for row in answer]
    spans = [{"from": row["minute_at"], "detail": row["session_confidence"]} for row in answer]
    return _marks(answer, labels, spans, zone)


def service_rows(
    answer: Sequence[Mapping[str, Any]], words: Mapping[str, str], zone: "tzinfo" = UTC
) -> list[Row]:
    """Return the answer of a timeline by service, such as person_timeline, as the chart takes it.

    `words` says what each way is called.
    """
    labels = [visible(service_label(row["event_source"]), LABEL) for row in answer]
    spans = [{"from": row["bucket_at"], "detail": words.get(row["way"], "")} for row in answer]
    return _marks(answer, labels, spans, zone)


def _marks(
    answer: Sequence[Mapping[str, Any]],
    labels: list[str],
    spans: Sequence[Mapping[str, Any]],
    zone: "tzinfo",
) -> list[Row]:
    counts: Counter[str] = Counter()
    for label, row in zip(labels, answer, strict=True):
        counts[label] += row["event_count"]
    most = {label for label, _ in counts.most_common(TIMELINE_APIS)}
    shown = [label if label in most else ALL_OTHERS for label in labels]
    first_at: dict[str, datetime] = {}
    for label, row in zip(shown, answer, strict=True):
        first_at[label] = min(row["first_event_at"], first_at.get(label, row["first_event_at"]))
    return [
        {
            "at": row["first_event_at"],
            "when": moment(span["from"]),
            "when_there": in_zone(span["from"], zone),
            "api": label,
            "result": row["result"],
            "detail": span["detail"],
            "event_count": row["event_count"],
            "first_at": first_at[label],
            "position": DRAWN.index(row["result"]),
        }
        for label, row, span in zip(shown, answer, spans, strict=True)
    ]

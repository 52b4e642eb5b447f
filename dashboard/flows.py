"""Calls as a flow: from the role over the fleet and the streaming session to the service."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from dashboard.escaping import visible
from dashboard.palette import BLUE, GREEN, GREY, ORANGE, PURPLE
from dashboard.stays import person_of
from dashboard.wording import moment, service_label

Row = Mapping[str, Any]
Place = tuple[int, str]  # the column, and what stands for one thing in it

MOST_SESSIONS = 16
MOST_SERVICES = 12
LABEL = 44
HEADS = ("Role", "Fleet or builder", "Streaming session", "Service")
HEAD_PLACES = (("0%", "left"), ("33%", "left"), ("66%", "left"), ("99.5%", "right"))
COLOURS = (PURPLE, BLUE, GREEN, ORANGE)
OTHER_SESSIONS = "others"
OTHER_SERVICES = "other services"
NOBODY = "nobody named"
LIGHT = ("#FFFFFF", "#31333F")  # the page, and what is written on it
DARK = ("#191813", "#FAFAFA")
NODE_HEIGHT = 26  # pixels
LEAST_HEIGHT = 340


def flow_chart(answer: Iterable[Row], *, is_dark: bool = False) -> tuple[dict[str, Any], int]:
    """Return the answer of role_flow as an ECharts declaration of a flow, and its height in pixels.

    The streaming sessions and services with most calls have a node each, the rest share one.
    """
    calls = list(answer)
    streams = _most(calls, "streaming_session_id", MOST_SESSIONS)
    services = _most(calls, "event_source", MOST_SERVICES)
    labels: dict[Place, str] = {}
    flows: Counter[tuple[Place, Place]] = Counter()
    for row in calls:
        path = _path(row, streams, services)
        labels.update(path)
        places = list(path)
        for pair in pairwise(places):
            flows[pair] += row["event_count"]
    tallest = max(Counter(column for column, _ in labels).values(), default=1)
    return _declaration(labels, flows, is_dark=is_dark), max(LEAST_HEIGHT, tallest * NODE_HEIGHT)


def role_name(role_arn: str) -> str:
    """Return a role's name with its path, without account and partition."""
    return role_arn.partition(":role/")[2] or role_arn


def _most(calls: list[Row], name: str, most: int) -> set[str]:
    counts: Counter[str] = Counter()
    for row in calls:
        if row[name] is not None:
            counts[row[name]] += row["event_count"]
    return {value for value, _ in counts.most_common(most)}


def _path(row: Row, streams: set[str], services: set[str]) -> dict[Place, str]:
    """Return the four places that the row's calls go through, each with its label."""
    role, fleet = row["issuing_role_arn"], row["fleet_name"] or "fleet unknown"
    stream, service = row["streaming_session_id"], row["event_source"]
    if stream is None:
        third = f"{NOBODY} {fleet}", f"{NOBODY} ({visible(fleet, LABEL)})"
    elif stream in streams:
        started_at = moment(row["started_at"])[5:]
        third = stream, f"{visible(person_of({'user_id_sha256': None, **row}), LABEL)} {started_at}"
    else:
        third = f"{OTHER_SESSIONS} {fleet}", f"{OTHER_SESSIONS} ({visible(fleet, LABEL)})"
    fourth = service if service in services else OTHER_SERVICES
    return {
        (0, role): visible(role_name(role), LABEL),
        (1, fleet): visible(fleet, LABEL),
        (2, third[0]): third[1],
        (3, fourth): visible(service_label(fourth), LABEL),
    }


def _declaration(
    labels: Mapping[Place, str], flows: Mapping[tuple[Place, Place], int], *, is_dark: bool
) -> dict[str, Any]:
    names = _unique(labels)
    paper, ink = DARK if is_dark else LIGHT
    nodes = [
        {
            "name": names[place],
            "depth": place[0],
            "itemStyle": {"color": _colour(place)},
            "label": {"position": "left" if place[0] == len(COLOURS) - 1 else "right"},
        }
        for place in labels
    ]
    links = [
        {"source": names[start], "target": names[end], "value": count}
        for (start, end), count in flows.items()
    ]
    series = {
        "type": "sankey",
        "data": nodes,
        "links": links,
        "left": 4,
        "right": 4,
        "top": 38,
        "bottom": 8,
        "nodeGap": 12,
        "nodeWidth": 14,
        "draggable": False,
        "emphasis": {"focus": "trajectory"},
        "lineStyle": {"color": "source", "opacity": 0.25, "curveness": 0.5},
        # An edge in the colour of the page keeps labels readable across the flows.
        "label": {
            "fontSize": 12,
            "color": ink,
            "textBorderColor": paper,
            "textBorderWidth": 2,
        },
    }
    heads = [
        {"text": head, "left": left, "textAlign": align, "top": 6, "textStyle": {"fontSize": 13}}
        for head, (left, align) in zip(HEADS, HEAD_PLACES, strict=True)
    ]
    return {
        "title": heads,
        "animation": False,
        "tooltip": {"trigger": "item", "valueFormatter": "localized"},
        "series": [series],
    }


def _colour(place: Place) -> str:
    is_nobody = place[0] == HEADS.index("Streaming session") and place[1].startswith(NOBODY)
    return GREY if is_nobody else COLOURS[place[0]]


def _unique(labels: Mapping[Place, str]) -> dict[Place, str]:
    """Return the labels, those of several places numbered: a flow tells its nodes apart by name."""
    seen: Counter[str] = Counter()
    names: dict[Place, str] = {}
    for place, label in labels.items():
        seen[label] += 1
        names[place] = label if seen[label] == 1 else f"{label} ({seen[label]})"
    return names

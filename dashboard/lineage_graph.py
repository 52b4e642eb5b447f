"""Where credentials come from and what was issued with them, as a graph of ECharts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.escaping import visible
from dashboard.flows import role_name
from dashboard.palette import BLUE, GREEN, GREY, ORANGE, PURPLE
from dashboard.wording import workload_family

Row = Mapping[str, Any]

LABEL = 34
NODE = 26  # pixels
ROW_HEIGHT = 96
LEAST_HEIGHT = 130
ASKED_FOR = 38
PERSON = "person "
FAMILIES = {
    "AppStream fleets": BLUE,
    "AppStream builders": PURPLE,
    "People": GREEN,
    "AWS and others": ORANGE,
}


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow: from a caller to what was issued, or from a person to credentials of theirs."""

    parent: str
    child: str
    label: str
    is_claim: bool = False


def lineage_graph(
    links: Sequence[Row], relatives: Sequence[Row], role_session_id: str
) -> tuple[dict[str, Any], int]:
    """Return the graph of a family of credentials as an ECharts declaration, and its height.

    `links` is the answer of lineage_of_role_session, `relatives` that of credential_relatives. Who
    called STS first stands at the left; an arrow leads from the caller to what was issued.
    """
    about = {row["role_session_id"]: row for row in relatives}
    edges = [
        Edge(_parent(link), link["child_role_session_id"], link["assume_event_name"] or "")
        for link in links
    ]
    edges = [*_people(edges, relatives), *edges]
    places = _places(edges, role_session_id)
    principals = {
        _parent(link): link["parent_principal_arn"]
        for link in links
        if not link["parent_role_session_id"]
    }
    identities = {key: f"node {number}" for number, key in enumerate(places)}
    nodes = [
        {
            "id": identities[key],
            "name": _label(key, about, principals),
            "value": [column, row],
            "symbolSize": ASKED_FOR if key == role_session_id else NODE,
            "itemStyle": {
                "color": _colour(key, about),
                "borderWidth": 4 if key == role_session_id else 0,
                "borderColor": GREY,
            },
        }
        for key, (column, row) in places.items()
    ]
    arrows = [
        {
            "source": identities[edge.parent],
            "target": identities[edge.child],
            "label": {"show": True, "formatter": visible(edge.label, LABEL)},
            "lineStyle": {"type": "dashed" if edge.is_claim else "solid"},
        }
        for edge in edges
        if edge.parent in places and edge.child in places
    ]
    last_row = max((row for _, row in places.values()), default=0)
    last_column = max((column for column, _ in places.values()), default=0)
    axes = {
        "xAxis": {"type": "value", "min": 0, "max": max(last_column, 1), "show": False},
        "yAxis": {
            "type": "value",
            "min": -0.5,
            "max": last_row + 0.5,
            "inverse": True,
            "show": False,
        },
    }
    height = max(LEAST_HEIGHT, (last_row + 1) * ROW_HEIGHT)
    return _declaration(nodes, arrows) | axes, height


def _parent(link: Row) -> str:
    return link["parent_role_session_id"] or f"principal {link['parent_principal_arn'] or ''}"


def _people(edges: list[Edge], relatives: Sequence[Row]) -> list[Edge]:
    """Return an edge from each person to the credentials that a chain of theirs begins with."""
    issued = {edge.child for edge in edges}
    return [
        Edge(f"{PERSON}{person}", row["role_session_id"], row["confidence"], is_claim=True)
        for row in relatives
        if row["role_session_id"] not in issued
        for person in row["user_ids"] or ()
    ]


def _places(edges: list[Edge], start: str) -> dict[str, tuple[int, int]]:
    """Return the column and row of each thing: callers left of what they had issued."""
    children: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        children[edge.parent].append(edge.child)
    issued = {edge.child for edge in edges}
    tops = [edge.parent for edge in edges if edge.parent not in issued] or [start]
    places: dict[str, tuple[int, int]] = {}
    waiting = [(top, 0) for top in reversed(list(dict.fromkeys(tops)))]
    taken: dict[int, int] = defaultdict(int)
    while waiting:
        key, column = waiting.pop()
        if key in places:
            continue
        places[key] = (column, taken[column])
        taken[column] += 1
        waiting += [(child, column + 1) for child in reversed(children[key])]
    return places


def _label(key: str, about: Mapping[str, Row], principals: Mapping[str, str | None]) -> str:
    if key.startswith(PERSON):
        return visible(key.removeprefix(PERSON), LABEL)
    if key in principals:
        arn = principals[key] or "unknown caller"
        return visible(arn.rpartition("/")[2] or arn, LABEL)
    row = about.get(key)
    role = (
        visible(role_name(row["issuing_role_arn"] or "").rpartition("/")[2], LABEL) if row else ""
    )
    return "\n".join(part for part in (role, visible(key, LABEL)) if part)


def _colour(key: str, about: Mapping[str, Row]) -> str:
    row = about.get(key)
    if key.startswith(PERSON):
        return GREEN
    return FAMILIES.get(workload_family(row["workload_kind"]), ORANGE) if row else GREY


def _declaration(nodes: list[dict[str, Any]], arrows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "tooltip": {"show": False},
        "animation": False,
        "grid": {"left": 110, "right": 110, "top": 0, "bottom": 0},
        "series": [
            {
                "type": "graph",
                "coordinateSystem": "cartesian2d",
                "data": nodes,
                "links": arrows,
                "edgeSymbol": ["none", "arrow"],
                "edgeSymbolSize": 9,
                "edgeLabel": {"fontSize": 11},
                "label": {"show": True, "position": "bottom", "fontSize": 12, "lineHeight": 16},
                "lineStyle": {"width": 2, "color": GREY, "opacity": 0.8},
            }
        ],
    }

import json
from datetime import UTC, datetime
from typing import Any

from dashboard.flows import flow_chart
from dashboard.lineage_graph import lineage_graph
from tests.dashboard.lakes import ATTACK

START = datetime(2026, 1, 2, 9, tzinfo=UTC)


def call(fleet: str, stream: str | None, service: str, count: int) -> dict[str, Any]:
    return {
        "issuing_role_arn": "arn:aws:iam::123456789012:role/shared",
        "fleet_name": fleet,
        "streaming_session_id": stream,
        "user_id": f"user of {stream}" if stream else None,
        "event_source": f"{service}.amazonaws.com",
        "event_count": count,
        "started_at": START if stream else None,
    }


def series_of(calls: list[dict[str, Any]]) -> dict[str, Any]:
    declaration, _ = flow_chart(calls)
    series: dict[str, Any] = declaration["series"][0]
    return series


def test_calls_flow_from_role_over_fleet_and_streaming_session_to_service() -> None:
    series = series_of(
        [call("a", "1", "s3", 2), call("a", "1", "sts", 1), call("b", None, "s3", 4)]
    )
    flows = {(link["source"], link["target"]): link["value"] for link in series["links"]}
    assert flows == {
        ("shared", "a"): 3,
        ("a", "user of 1 01-02 09:00"): 3,
        ("user of 1 01-02 09:00", "s3"): 2,
        ("user of 1 01-02 09:00", "sts"): 1,
        ("shared", "b"): 4,
        ("b", "nobody named (b)"): 4,
        ("nobody named (b)", "s3"): 4,
    }


def test_as_many_calls_leave_a_flow_as_enter_it() -> None:
    calls = [call("a", f"{number}", f"service{number % 20}", number + 1) for number in range(50)]
    links = series_of(calls)["links"]
    total = sum(one["event_count"] for one in calls)
    assert sum(link["value"] for link in links) == 3 * total


def test_the_smallest_streaming_sessions_and_services_share_a_node() -> None:
    calls = [call("a", f"{number}", f"service{number}", 100 - number) for number in range(50)]
    names = [node["name"] for node in series_of(calls)["data"]]
    assert len(names) == 1 + 1 + (16 + 1) + (12 + 1)
    assert {"others (a)", "other services"} <= set(names)


def test_two_things_of_one_name_stay_two() -> None:
    series = series_of([call("s3", "1", "s3", 2)])
    names = [node["name"] for node in series["data"]]
    assert names == ["shared", "s3", "user of 1 01-02 09:00", "s3 (2)"]


# ── lineage ──────────────────────────────────────────────────────────────────────────────────


def link(parent: str | None, child: str, name: str = "AssumeRole") -> dict[str, Any]:
    return {
        "parent_role_session_id": parent,
        "parent_principal_arn": "arn:aws:iam::123456789012:user/gita",
        "child_role_session_id": child,
        "assume_event_name": name,
    }


def relative(key: str, people: list[str] | None = None) -> dict[str, Any]:
    return {
        "role_session_id": key,
        "issuing_role_arn": "arn:aws:iam::123456789012:role/reader",
        "workload_kind": "assumed_role",
        "user_ids": people,
        "confidence": "strong",
    }


def test_a_chain_begins_at_the_left_with_who_called_sts_first() -> None:
    declaration, _ = lineage_graph(
        [link(None, "A"), link("A", "B"), link("A", "C")], [relative(key) for key in "ABC"], "B"
    )
    nodes = declaration["series"][0]["data"]
    places = {node["name"].rpartition("\n")[2]: node["value"] for node in nodes}
    assert places == {"gita": [0, 0], "A": [1, 0], "B": [2, 0], "C": [2, 1]}


def test_the_person_behind_the_first_credentials_stands_before_them_by_a_dashed_line() -> None:
    declaration, _ = lineage_graph(
        [link("A", "B")], [relative("A", ["hoge"]), relative("B", ["hoge"])], "B"
    )
    series = declaration["series"][0]
    assert [node["name"].partition("\n")[0] for node in series["data"]] == [
        "hoge",
        "reader",
        "reader",
    ]
    assert [edge["lineStyle"]["type"] for edge in series["links"]] == ["dashed", "solid"]
    assert series["links"][0]["label"]["formatter"] == "strong"


def test_a_chain_that_bites_its_tail_ends() -> None:
    declaration, _ = lineage_graph([link("A", "B"), link("B", "A")], [], "A")
    assert len(declaration["series"][0]["data"]) <= 2


def test_what_a_log_says_is_a_name_and_never_markup() -> None:
    flow, _ = flow_chart([call(ATTACK, ATTACK, ATTACK, 1)])
    graph, _ = lineage_graph([link(None, ATTACK, ATTACK)], [relative(ATTACK)], ATTACK)
    for declaration in (flow, graph):
        assert "\u202e" not in json.dumps(declaration, ensure_ascii=False)
        assert "tooltip" in declaration
        assert "formatter" not in declaration["tooltip"]

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard.activity import activity_rows, service_rows, timeline_rows
from dashboard.charts import activity_chart, coverage_chart, timeline_chart, ways_chart
from dashboard.coverage import coverage_rows, shares
from dashboard.endpoint_words import network_rows
from dashboard.matrix_chart import matrix_chart
from dashboard.palette import CONFIDENCE, NETWORK, RESULT, WORKLOAD
from tests.dashboard.lakes import ATTACK

START = datetime(2026, 1, 2, 9, tzinfo=UTC)
MINUTES = timedelta(minutes=40)
CALLS = [
    {
        "bucket_at": START,
        "workload_kind": "appstream_fleet",
        "result": "ok",
        "event_count": 3,
    },
    {
        "bucket_at": START,
        "workload_kind": "ec2_instance",
        "result": "ok",
        "event_count": 4,
    },
    {
        "bucket_at": START,
        "workload_kind": "ecs_task",
        "result": "denied",
        "event_count": 5,
    },
]
MARKS = [
    {
        "minute_at": START + timedelta(minutes=number),
        "first_event_at": START + timedelta(minutes=number, seconds=7),
        "event_source": "s3.amazonaws.com",
        "event_name": name,
        "result": "denied",
        "session_confidence": "certain",
        "event_count": 2,
    }
    for number, name in enumerate(["ListBuckets", ATTACK])
]
WAYS = [
    {
        "bucket_at": START,
        "vpc_endpoint_ownership": ownership,
        "is_through_endpoint": ownership is not None,
        "credential_use": use,
        "event_count": 1,
    }
    for ownership, use in (
        ("own", "inside"),
        ("foreign", "unknown"),
        (None, "outside"),
        (None, None),
    )
]
CELLS = [
    {
        "streaming_session_id": "1",
        "streaming_session": ATTACK,
        "started_at": START,
        "fleet": ATTACK,
        "api": ATTACK,
        "event_count": 3,
        "denied_count": 1,
        "text": "1/3",
        "calls": "1 of 3 denied",
    }
]
FLEETS: list[dict[str, Any]] = [
    {"fleet_name": "finance", "session_confidence": "certain", "event_count": 6},
    {"fleet_name": "finance", "session_confidence": None, "event_count": 2},
    {"fleet_name": None, "session_confidence": "weak", "event_count": 2},
]


def specifications() -> dict[str, Any]:
    end = START + timedelta(hours=1)
    charts = {
        "workload": activity_chart(
            activity_rows(CALLS, "workload"), START, end, "hour", "workload"
        ),
        "result": activity_chart(activity_rows(CALLS, "result"), START, end, "day", "result"),
        "coverage": coverage_chart(coverage_rows(FLEETS)),
        "timeline": timeline_chart(timeline_rows(MARKS), [{"from": START, "until": end}]),
        "ways": ways_chart(network_rows(WAYS), START, end, "hour"),
        "matrix": matrix_chart(CELLS),
    }
    return {name: json.loads(chart.to_json()) for name, chart in charts.items()}


def values_of(key: str, content: Any) -> list[Any]:  # noqa: ANN401 - any JSON
    """Return whatever stands under this key, however deep."""
    if isinstance(content, list):
        return [value for part in content for value in values_of(key, part)]
    if not isinstance(content, dict):
        return []
    own = [content[key]] if key in content else []
    return own + [value for part in content.values() for value in values_of(key, part)]


def test_calls_are_summed_by_family_of_workload_or_by_result() -> None:
    assert {row["workload"]: row["event_count"] for row in activity_rows(CALLS, "workload")} == {
        "AppStream fleets": 3,
        "EC2 and containers": 9,
    }
    assert {row["result"]: row["event_count"] for row in activity_rows(CALLS, "result")} == {
        "ok": 7,
        "denied": 5,
    }


def test_the_parts_of_a_fleets_bar_fill_it_without_a_gap() -> None:
    certain, nobody, unknown = coverage_rows(FLEETS)
    assert [certain["start"], certain["end"], certain["share"]] == [0, 0.75, 0.75]
    assert [nobody["start"], nobody["end"], nobody["confidence"]] == [0.75, 1, "not attributable"]
    assert [unknown["fleet"], unknown["start"], unknown["end"]] == ["fleet unknown", 0, 1]


def test_shares_are_of_all_calls_and_add_up() -> None:
    assert shares(coverage_rows(FLEETS)) == {
        "certain": 0.6,
        "strong": 0,
        "weak": 0.2,
        "not attributable": 0.2,
    }
    assert set(shares([]).values()) == {0}


def test_the_apis_called_least_share_a_row_of_the_timeline() -> None:
    marks = [
        {**MARKS[0], "event_name": f"Api{number:02}", "event_count": 100 - number}
        for number in range(30)
    ]
    rows = timeline_rows(marks)
    assert len(rows) == 30
    assert len({row["api"] for row in rows}) == 26
    assert [row["api"] for row in rows[24:26]] == ["s3:Api24", "all others"]


def test_what_was_denied_is_drawn_over_what_failed_and_that_over_what_did_not() -> None:
    marks = [{**MARKS[0], "result": result} for result in ("denied", "ok", "error", "ok")]
    rows = sorted(timeline_rows(marks), key=lambda row: row["position"])
    assert [row["result"] for row in rows] == ["ok", "ok", "error", "denied"]
    drawn = [
        order for order in values_of("order", specifications()["timeline"]) if "field" in order
    ]
    assert [order["field"] for order in drawn] == ["position"]


def test_a_mark_stands_at_the_first_of_its_calls() -> None:
    calls = [MARKS[0] | {"bucket_at": START, "way": "sign_in", "first_event_at": START + MINUTES}]
    (mark,) = service_rows(calls, {"sign_in": "direct sign-in"})
    assert (mark["at"], mark["when"]) == (START + MINUTES, "2026-01-02 09:00")


@pytest.mark.parametrize("name", ["workload", "result", "coverage", "timeline", "ways", "matrix"])
def test_a_chart_loads_nothing_and_links_nowhere(name: str) -> None:
    chart = specifications()[name]
    assert not values_of("url", chart)
    assert not values_of("href", chart)


@pytest.mark.parametrize("name", ["workload", "result", "timeline", "ways"])
def test_each_axis_of_time_is_utc(name: str) -> None:
    times = [x for x in values_of("x", specifications()[name]) if x.get("type") == "temporal"]
    assert times
    for x in times:
        assert x.get("timeUnit", "").startswith("utc") or x["scale"].get("type") == "utc"


def test_colours_are_the_same_in_each_chart() -> None:
    charts = specifications()
    for name, scale in (
        ("workload", WORKLOAD),
        ("result", RESULT),
        ("coverage", CONFIDENCE),
        ("timeline", RESULT),
        ("ways", NETWORK),
    ):
        colours = [c["scale"] for c in values_of("color", charts[name]) if "scale" in c]
        assert colours == [{"domain": scale.domain, "range": scale.range}]


def test_a_mark_says_its_time_in_utc_and_in_the_users_zone() -> None:
    (mark, *_) = timeline_rows(MARKS, ZoneInfo("Asia/Kolkata"))
    assert mark["when"] == "2026-01-02 09:00"
    assert mark["when_there"] == "2026-01-02 14:30 Asia/Kolkata"


def test_calls_are_told_apart_by_the_way_they_took() -> None:
    assert [row["network"] for row in network_rows(WAYS)] == [
        "own endpoint",
        "foreign endpoint",
        "past endpoints, outside",
        "past endpoints, unknown",
    ]


@pytest.mark.parametrize("name", ["timeline", "matrix"])
def test_what_a_log_says_is_in_a_chart_as_data_only(name: str) -> None:
    chart = specifications()[name]
    del chart["datasets"]
    assert "evil" not in json.dumps(chart)

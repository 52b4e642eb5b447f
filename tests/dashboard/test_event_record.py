import json
from datetime import UTC, datetime
from typing import Any

from dashboard.event_record import (
    ATTRIBUTION_COLUMNS,
    JSON_COLUMNS,
    all_columns,
    as_json,
    attributed,
    recorded,
)
from lake.columns import JSON
from lake.events_table import EVENTS

ROW: dict[str, Any] = {
    "event_name": "ListBuckets",
    "event_time": datetime(2026, 1, 2, 9, tzinfo=UTC),
    "error_code": None,
    "request_parameters": '{"Host": ["s3.amazonaws.com"]}',
    "additional_event_data": "no JSON",
    "resources": [],
    "read_only": False,
    "user_id": "gita",
    "candidate_user_ids": ["gita"],
    "fleet_name": None,
}


def test_what_was_recorded_and_what_was_worked_out_are_told_apart() -> None:
    assert recorded(ROW) == {
        "event_name": "ListBuckets",
        "event_time": "2026-01-02T09:00:00Z",
        "request_parameters": {"Host": ["s3.amazonaws.com"]},
        "additional_event_data": "no JSON",
        "read_only": False,
    }
    assert attributed(ROW) == {"user_id": "gita", "candidate_user_ids": ["gita"]}


def test_all_columns_are_there_without_a_value_too() -> None:
    assert list(all_columns(ROW)) == list(ROW)
    assert all_columns(ROW)["error_code"] is None


def test_each_column_of_json_is_unpacked() -> None:
    assert {column.name for column in EVENTS.columns if column.kind == JSON} == JSON_COLUMNS


def test_no_column_of_events_is_taken_for_something_worked_out() -> None:
    assert not {column.name for column in EVENTS.columns} & set(ATTRIBUTION_COLUMNS)


def test_json_deeper_than_python_reads_stays_text() -> None:
    deep = "[" * 100_000
    assert recorded({"extra": deep}) == {"extra": deep}


def test_a_huge_record_is_cut_and_says_so() -> None:
    assert as_json({"user_agent": "A" * 300_000}).endswith("the Parquet download has all of it")


def test_hidden_characters_are_written_as_json_writes_them() -> None:
    fields = {"user_agent": "\u202egpj.exe \U000e0041"}
    text = as_json(fields)
    assert "\\u202egpj.exe \\udb40\\udc41" in text
    assert json.loads(text) == fields

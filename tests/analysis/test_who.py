"""`who` answers for whatever is at hand, on the sample logs."""

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from analysis import AnalysisError, Answers, open_answers


@pytest.fixture(scope="module")
def answers(sample_lake: Path) -> Answers:
    """Return the answers of the sample logs."""
    return open_answers(str(sample_lake))


def rows(answers: Answers, subject: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answers.who(subject).to_arrow_table().to_pylist()
    return found


@pytest.fixture
def call(answers: Answers) -> dict[str, Any]:
    """Return a call that is certainly hoge's."""
    (row,) = (
        answers.sql("""
            from attributed_events
            where user_id = 'hoge' and attribution_method = 'private_address'
                and session_confidence = 'certain'
            order by event_time, event_id
            limit 1
        """)
        .to_arrow_table()
        .to_pylist()
    )
    assert isinstance(row, dict)
    return row


def test_an_event_is_its_persons(answers: Answers, call: dict[str, Any]) -> None:
    (row,) = rows(answers, call["event_id"])
    assert (row["user_id"], row["confidence"]) == ("hoge", "certain")


def test_an_access_key_is_the_persons_for_a_time(answers: Answers, call: dict[str, Any]) -> None:
    claims = rows(answers, call["access_key_id"])
    at_that_time = [
        row for row in claims if row["valid_from"] <= call["event_time"] < row["valid_to"]
    ]
    assert {row["user_id"] for row in at_that_time} == {"hoge"}
    assert all(row["user_id"] in ("hoge", None) for row in claims)


def test_a_streaming_session_is_its_persons(answers: Answers, call: dict[str, Any]) -> None:
    (row,) = rows(answers, call["streaming_session_id"])
    assert (row["user_id"], row["fleet_name"]) == ("hoge", "test_appstream_fleet")


def test_an_address_is_its_holders_at_that_time_only(
    answers: Answers, call: dict[str, Any]
) -> None:
    (streaming_session,) = rows(answers, call["streaming_session_id"])
    address, ended_at = call["source_ip_address"], streaming_session["valid_to"]

    def holders(at: datetime) -> set[str]:
        found = rows(answers, f"{address}@{at.isoformat()}")
        return {row["streaming_session_id"] for row in found}

    assert call["streaming_session_id"] in holders(call["event_time"])
    assert call["streaming_session_id"] not in holders(ended_at + timedelta(minutes=5))


def test_an_address_that_nobody_had_gives_no_row(answers: Answers) -> None:
    assert rows(answers, "192.0.2.1@2026-09-14") == []


@pytest.mark.parametrize(
    ("subject", "message"),
    [
        ("nothing", "no event, credentials or streaming session nothing"),
        ("10.0.0.1@noon", "'noon' is no time"),
        ("someone@example.com", "no event, credentials or streaming session"),
    ],
)
def test_what_cannot_be_looked_up_is_said_in_one_line(
    answers: Answers, subject: str, message: str
) -> None:
    with pytest.raises(AnalysisError) as refusal:
        answers.who(subject)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_lineage_starts_at_the_first_issue_and_goes_on_to_the_last(answers: Answers) -> None:
    deepest = answers.sql(
        "select child_role_session_id, depth from credential_lineage order by depth desc limit 1"
    ).fetchone()
    assert deepest is not None
    child, depth = deepest
    assert depth >= 3
    links = answers.lineage(child).to_arrow_table().to_pylist()
    assert links[-1]["child_role_session_id"] == child
    for upper, lower in pairwise(links):
        assert lower["parent_role_session_id"] == upper["child_role_session_id"]

"""The newest events of a list are looked for in as few hours as hold them, and no fewer."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from analysis import open_answers
from dashboard.event_hours import credentials_in, start_of_newest

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def an_hour(start: datetime, count: int, *keys: str) -> dict[str, Any]:
    return {
        "hour_at": start,
        "event_count": count,
        "first_event_at": start + 10 * MINUTE,
        "last_event_at": start + 50 * MINUTE,
        "role_session_ids": [*keys] or None,
    }


HOURS = (an_hour(NOON, 60, "B", "A"), an_hour(NOON - HOUR, 60), an_hour(NOON - 5 * HOUR, 60, "A"))


@pytest.mark.parametrize(
    ("count", "start"),
    [
        (60, NOON),
        (61, NOON - HOUR),
        (180, NOON - 5 * HOUR),
        (181, NOON - 9 * HOUR),
    ],
)
def test_hours_are_added_until_they_hold_enough_events(count: int, start: datetime) -> None:
    assert start_of_newest(HOURS, NOON - 9 * HOUR, NOON + HOUR, count) == start


def test_an_hour_that_the_range_cuts_through_is_not_relied_on() -> None:
    assert start_of_newest(HOURS, NOON - 9 * HOUR, NOON + 30 * MINUTE, 60) == NOON - HOUR


def test_the_start_is_never_before_the_range() -> None:
    since = NOON + 5 * MINUTE
    assert start_of_newest(HOURS, since, NOON + HOUR, 60) == since


def test_each_credential_of_the_hours_is_named_once() -> None:
    assert credentials_in(HOURS) == ("A", "B")
    assert credentials_in([]) == ()


def test_a_narrowed_search_finds_the_same_events_of_a_person(sample_lake: Path) -> None:
    answers = open_answers(str(sample_lake))
    [(person, since, until)] = answers.sql("""
        select person, min(first_event_at), max(last_event_at) + interval 1 minute
        from person_activity where person is not null
        group by person order by count(distinct way) desc, count(*) desc, person limit 1
    """).fetchall()
    asked = {"person": person, "since": since, "until": until}
    everything = answers.ask("person_events", **asked, limit=100_000, offset=0).fetchall()
    hours = answers.ask("person_event_hours", **asked).to_arrow_table().to_pylist()
    narrowed = asked | {
        "since": start_of_newest(hours, since, until, 20),
        "role_session_ids": credentials_in(hours),
    }
    assert narrowed["since"] > since
    newest = answers.ask("person_events", **narrowed, limit=20, offset=0).fetchall()
    assert newest == everything[:20]

from datetime import UTC, datetime, timedelta

from dashboard.filters import Extent
from dashboard.stays import person_of, stay_of

START = datetime(2026, 1, 2, 9, tzinfo=UTC)
NEWEST = START + timedelta(hours=3)
EXTENT = Extent(1, 1, START, NEWEST, NEWEST)


def test_a_streaming_session_that_runs_reaches_as_far_as_the_lake() -> None:
    row = {"streaming_session_id": "x", "started_at": START, "ended_at": None}
    stay = stay_of(row, EXTENT)
    assert stay.is_running
    assert stay.until == NEWEST


def test_calls_are_looked_for_around_it_too() -> None:
    row = {"streaming_session_id": "x", "started_at": START, "ended_at": START}
    parameters = stay_of(row, EXTENT).parameters()
    assert parameters == {
        "streaming_session_id": "x",
        "since": START - timedelta(hours=1),
        "until": START + timedelta(hours=12),
    }


def test_a_person_known_by_hash_only_is_told_from_others() -> None:
    known = {"user_id": "gita", "user_id_sha256": "ab" * 32}
    assert person_of(known) == "gita"
    assert person_of(known | {"user_id": None}) == "unnamed, hash abababababab…"
    assert person_of({"user_id": None, "user_id_sha256": None}) == "unnamed"

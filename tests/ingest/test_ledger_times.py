"""The ledger keeps how old the events of an object are, copies included."""

from datetime import UTC, datetime
from pathlib import Path

from ingest import ingest
from lake import Lake, open_lake
from lake.connection import connect
from tests.conftest import SAMPLE_LOGS

Times = tuple[datetime | None, datetime | None]


def times_in(lake: Lake) -> dict[str, Times]:
    with connect(lake, ["source_objects"]) as connection:
        rows = connection.execute(
            "select uri, oldest_event_at, newest_event_at from source_objects"
        ).fetchall()
    return {uri: (oldest, newest) for uri, oldest, newest in rows}


def test_each_log_file_has_the_times_of_its_events(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake", create=True)
    ingest(lake, [SAMPLE_LOGS / "trail"], processes=1)
    with connect(lake, ["source_objects", "events"]) as connection:
        wrong = connection.execute("""
            select source_objects.uri
            from source_objects
            inner join events on events.source_object_id = source_objects.source_object_id
            group by source_objects.uri, oldest_event_at, newest_event_at, duplicates
            having min(event_time) < oldest_event_at
                or max(event_time) > newest_event_at
                or oldest_event_at is null
                or (duplicates = 0 and min(event_time) > oldest_event_at)
                or (duplicates = 0 and max(event_time) < newest_event_at)
        """).fetchall()
    assert wrong == []


def test_a_copy_of_a_file_has_the_times_of_the_events_that_it_brought(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake", create=True)
    record = (
        '{"eventID": "%s", "eventTime": "2026-03-01T00:0%d:00Z", "eventVersion": "1.11",'
        ' "eventSource": "s3.amazonaws.com", "eventName": "ListBuckets", "awsRegion": "us-east-1",'
        ' "recipientAccountId": "123456789012", "userIdentity": {"type": "Root"}}'
    )
    text = f'{{"Records": [{record % ("a", 3)}, {record % ("b", 1)}]}}'
    for name in ("first.json", "copy.json"):
        (tmp_path / name).write_text(text)
        ingest(lake, [tmp_path / name], processes=1)
    times = times_in(lake)
    assert len(times) == 2
    oldest, newest = (datetime(2026, 3, 1, 0, minute, tzinfo=UTC) for minute in (1, 3))
    assert set(times.values()) == {(oldest, newest)}


def test_an_object_without_events_has_no_times(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake", create=True)
    ingest(lake, [SAMPLE_LOGS / "inventory"], processes=1)
    assert set(times_in(lake).values()) == {(None, None)}

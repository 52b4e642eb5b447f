"""CloudTrail's event history: each hour once, and none lost where AWS refuses or is late."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from ingest import looking_up
from ingest.aws_places import Place
from ingest.looking_up import look_up, windows
from lake import Lake, open_lake
from tests.ingest.log_files import event_ids, record, rows

pytestmark = pytest.mark.usefixtures("s3")
NOW = datetime.now(UTC)
YESTERDAY = NOW.date() - timedelta(days=1)


class History:
    """CloudTrail's event history of one place: events by their hour, two on a page."""

    def __init__(self) -> None:
        self.events: dict[datetime, list[str]] = {}
        self.asked: list[dict[str, Any]] = []
        self.refused_from: datetime | None = None

    def add(self, at: datetime, *event_ids: str) -> None:
        hour = at.replace(minute=0, second=0, microsecond=0)
        self.events.setdefault(hour, []).extend(event_ids)

    def lookup_events(self, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - as boto3's
        self.asked.append(asked)
        if self.refused_from is not None and asked["StartTime"] >= self.refused_from:
            error: Any = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
            raise ClientError(error, "LookupEvents")
        found = self.events.get(asked["StartTime"], [])
        start = int(asked.get("NextToken", 0))
        page = [{"CloudTrailEvent": event(one, asked["StartTime"])} for one in found[start:][:2]]
        more = {"NextToken": str(start + 2)} if start + 2 < len(found) else {}
        return {"Events": page, **more}


def event(event_id: str, at: datetime) -> str:
    return json.dumps(record(eventID=event_id, eventTime=f"{at:%Y-%m-%dT%H:%M:%SZ}"))


@pytest.fixture
def history(monkeypatch: pytest.MonkeyPatch) -> History:
    there = History()
    monkeypatch.setattr(Place, "client", lambda *_: there)
    monkeypatch.setattr(looking_up, "PAUSE", 0)
    return there


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return open_lake(tmp_path / "lake", create=True)


def at(hour: int) -> datetime:
    """Return an hour of the day before yesterday: long settled."""
    day = YESTERDAY - timedelta(days=1)
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def test_every_page_of_every_hour_is_taken_once(lake: Lake, history: History) -> None:
    history.add(at(3), "a", "b", "c", "d", "e")
    history.add(at(23), "f")
    first = look_up(lake, since=at(0).date(), until=YESTERDAY)
    assert event_ids(lake) == ["a", "b", "c", "d", "e", "f"]
    assert (first.summary.objects_new, first.summary.objects_skipped) == (24, 22)
    assert first.summary.balances

    history.asked.clear()
    again = look_up(lake, since=at(0).date(), until=YESTERDAY)
    assert (again.summary.objects_known, again.summary.objects_new) == (24, 0)
    assert history.asked == []


def test_an_hour_says_where_it_is_from(lake: Lake, history: History) -> None:
    history.add(at(3), "a")
    look_up(lake, since=at(0).date(), until=YESTERDAY)
    ledger = rows(lake, "source_objects", "status, uri, kind, account_id, region, version")
    assert ledger[0] == {
        "status": "ingested",
        "uri": f"aws://123456789012/eu-central-1/cloudtrail/lookup-events/{at(3):%Y-%m-%dT%H}",
        "kind": "lookup_events",
        "account_id": "123456789012",
        "region": "eu-central-1",
        "version": "whole",
    }


def test_a_young_hour_is_asked_for_again_and_its_events_are_taken_once(
    lake: Lake, history: History
) -> None:
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    history.add(hour, "a")
    look_up(lake, since=hour.date())
    history.add(hour, "late")
    summary = look_up(lake, since=hour.date()).summary
    assert (summary.events_written, summary.duplicates) == (1, 1)
    assert event_ids(lake) == ["a", "late"]


def test_nothing_yet_is_not_worth_a_row(lake: Lake, history: History) -> None:
    today = datetime.now(UTC).date()
    look_up(lake, since=today)
    assert history.asked
    assert {row["version"] for row in rows(lake, "source_objects", "version")} <= {"whole"}


def test_cloudtrail_understands_what_it_is_asked(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = boto3.client("cloudtrail")
    hours = [at(hour) for hour in range(24)]
    with Stubber(client) as cloudtrail:
        for hour in hours:
            asked = {"StartTime": hour, "EndTime": hour + timedelta(hours=1)}
            answer = {"Events": [{"EventId": str(hour), "CloudTrailEvent": event(str(hour), hour)}]}
            cloudtrail.add_response("lookup_events", answer, asked)
        monkeypatch.setattr(Place, "client", lambda *_: client)
        monkeypatch.setattr(looking_up, "PAUSE", 0)
        look_up(lake, since=at(0).date(), until=YESTERDAY)
        cloudtrail.assert_no_pending_responses()
    assert event_ids(lake) == [str(hour) for hour in hours]


def test_a_refusal_is_named_keeps_what_came_before_and_is_asked_again(
    lake: Lake, history: History
) -> None:
    history.add(at(3), "a")
    history.add(at(5), "b")
    history.refused_from = at(4)
    done = look_up(lake, since=at(0).date(), until=YESTERDAY)
    assert done.refusals == (
        "123456789012 eu-central-1: LookupEvents: access denied. It takes cloudtrail:LookupEvents",
    )
    assert event_ids(lake) == ["a"]
    history.refused_from = None
    look_up(lake, since=at(0).date(), until=YESTERDAY)
    assert event_ids(lake) == ["a", "b"]


def test_no_hour_is_asked_for_that_cloudtrail_has_no_more() -> None:
    place = Place("123456789012", "eu-central-1", boto3.session.Session())
    now = datetime(2026, 6, 30, 12, 30, tzinfo=UTC)
    everything = windows(place, None, None, now)
    assert everything[0].start == datetime(2026, 4, 1, 13, tzinfo=UTC)
    assert everything[-1].end == datetime(2026, 6, 30, 13, tzinfo=UTC)
    assert windows(place, date(2020, 1, 1), None, now) == everything
    assert [one.source.version == "whole" for one in everything[-4:]] == [True, False, False, False]
    day = windows(place, date(2026, 6, 1), date(2026, 6, 2), now)
    assert (len(day), day[0].start.hour, day[-1].start.hour) == (24, 0, 23)

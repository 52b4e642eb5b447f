"""What an object is, whatever it is called."""

import json

import pytest
from msgspec import Raw

from ingest.kinds import Kind, kind_of, kind_of_record
from ingest.object_keys import KeyFacts
from tests.ingest.log_files import record, text

NOTHING = KeyFacts()
LOG = KeyFacts(folder="CloudTrail")
DIGEST = {"digestStartTime": "x", "digestEndTime": "y", "logFiles": []}
REPORT = b"user_session_id,aws_account_id,region,session_start_time\n1,2,3,4\n"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (text({"Records": [record()]}), Kind.CLOUDTRAIL),
        (json.dumps({"a": 1, "Records": []}, indent=2).encode(), Kind.CLOUDTRAIL),
        (text([record()]), Kind.CLOUDTRAIL),
        (text(record()), Kind.CLOUDTRAIL),
        (text(record()) + b"\n" + text(record()), Kind.CLOUDTRAIL),
        (text(record())[:-3], Kind.CLOUDTRAIL),
        (text({"Records": [record()]})[:-3], Kind.CLOUDTRAIL),
        (text({"Events": [{"CloudTrailEvent": "{}"}]}), Kind.LOOKUP_EVENTS),
        (text({"Events": [{"CloudTrailEvent": "{}"}], "NextToken": "x"}), Kind.LOOKUP_EVENTS),
        (text({"version": "0", "detail-type": "x", "detail": record()}), Kind.EVENTBRIDGE),
        (text(DIGEST), Kind.DIGEST),
        (text({"Fleets": []}), Kind.INVENTORY),
        (json.dumps({"Sessions": [{"Id": "1"}]}, indent=4).encode(), Kind.INVENTORY),
        (text({"VpcEndpoints": [], "NextToken": "x"}), Kind.INVENTORY),
        (REPORT, Kind.SESSION_REPORT),
        (REPORT.replace(b",", b", ").upper(), Kind.SESSION_REPORT),
        (b"user_session_id,application_name,schedule\n", Kind.APPLICATION_REPORT),
        (b"", Kind.EMPTY),
        (b" \n", Kind.EMPTY),
        (b"[]", Kind.UNKNOWN),
        (b"[1,2]", Kind.UNKNOWN),
        (b"{}", Kind.UNKNOWN),
        (text({"Events": [{"Id": 1}]}), Kind.UNKNOWN),
        (b"{", Kind.UNKNOWN),
        (b"# a readme\n", Kind.UNKNOWN),
        (b"\x00\x01\x02\xff", Kind.UNKNOWN),
    ],
)
def test_the_content_tells_the_kind(content: bytes, kind: Kind) -> None:
    assert kind_of(NOTHING, content, is_whole=True) == kind


@pytest.mark.parametrize("content", [b"{", b"{}", b"[]", b"garbage", text(record())[:-3]])
def test_under_cloudtrails_own_key_anything_is_a_log_file_perhaps_broken(content: bytes) -> None:
    assert kind_of(LOG, content, is_whole=True) == Kind.CLOUDTRAIL


def test_the_content_wins_over_the_key() -> None:
    assert kind_of(LOG, REPORT, is_whole=True) == Kind.CLOUDTRAIL
    assert kind_of(LOG, text(DIGEST), is_whole=True) == Kind.DIGEST


def test_of_a_text_that_is_not_whole_the_first_name_or_line_tells() -> None:
    fleets = json.dumps({"Fleets": [{"Name": "x" * 100}]}, indent=2).encode()
    assert kind_of(NOTHING, fleets[:60], is_whole=False) == Kind.INVENTORY
    lines = text(record()) + b"\n" + text(record())[:-9]
    assert kind_of(NOTHING, lines, is_whole=False) == Kind.CLOUDTRAIL


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"eventID": "1", "eventCategory": "NetworkActivity"}, Kind.NETWORK_ACTIVITY),
        ({"eventID": "1", "eventCategory": "Insight"}, Kind.INSIGHT),
        ({"eventId": "1", "timeWindow": {}}, Kind.AGGREGATED),
        ({"eventID": "1", "timeWindow": {}}, None),
        ({"eventID": "1", "eventCategory": "Data"}, None),
        ({"eventID": 1}, None),
        ("text", None),
    ],
)
def test_the_first_record_refines_the_kind(fields: object, kind: Kind | None) -> None:
    assert kind_of_record(Raw(text(fields))) == kind


def test_a_field_inside_a_record_does_not_change_the_kind() -> None:
    inside = {"eventCategory": "Aggregated", "timeWindow": {}}
    assert kind_of_record(Raw(text(record(requestParameters=inside)))) is None

"""Records with odd values: a column gets the best of each, `extra` the rest; few are refused."""

import json
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from ingest.fields import FIELDS, FREE_FORM, Form
from ingest.tolerant import Fault, event_of
from tests.ingest.log_files import record, text

ABSENT = object()


def taken(**fields: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the columns of a record with these fields, and `extra` apart."""
    changed = {name: value for name, value in record(**fields).items() if value is not ABSENT}
    event = event_of(text(changed))
    assert not isinstance(event, Fault), event
    return event, json.loads(str(event["extra"] or "{}"))


@pytest.mark.parametrize(
    ("field", "value", "column", "best"),
    [
        ("userAgent", ["aws-cli", "x"], "user_agent", '["aws-cli","x"]'),
        ("userAgent", None, "user_agent", None),
        ("readOnly", "True", "read_only", True),
        ("readOnly", "false", "read_only", False),
        ("readOnly", "perhaps", "read_only", None),
        ("managementEvent", 1, "management_event", None),
        ("eventVersion", 1.05, "event_version", "1.05"),
        ("recipientAccountId", 123456789012, "recipient_account_id", "123456789012"),
        ("sessionCredentialFromConsole", True, "session_credential_from_console", True),
        ("sessionCredentialFromConsole", "True", "session_credential_from_console", True),
        ("resources", "", "resources", None),
        ("additionalEventData", None, "additional_event_data", None),
        ("requestParameters", '{"bucketName":"b"}', "request_parameters", '{"bucketName":"b"}'),
        ("responseElements", "[1]", "response_elements", "[1]"),
        ("userIdentity", "root", "user_identity_type", None),
        ("userIdentity", None, "user_identity_type", None),
        ("tlsDetails", [], "tls_version", None),
    ],
)
def test_an_odd_value_fills_its_column_and_stays_in_extra(
    field: str, value: object, column: str, best: object
) -> None:
    event, extra = taken(**{field: value})
    assert (event.get(column), extra) == (best, {field: value})


@pytest.mark.parametrize(
    ("field", "value", "column"),
    [
        ("requestParameters", "text", "request_parameters"),
        ("requestParameters", ["a"], "request_parameters"),
        ("responseElements", 17, "response_elements"),
        ("serviceEventDetails", True, "service_event_details"),
        ("eventContext", {"requestContext": {}}, "event_context"),
        ("edgeDeviceDetails", "device", "edge_device_details"),
        ("insightDetails", {"state": "Start"}, "insight_details"),
    ],
)
def test_a_free_form_part_of_any_form_fits_its_column(
    field: str, value: object, column: str
) -> None:
    event, extra = taken(**{field: value})
    assert (json.loads(event[column]), extra) == (value, {})


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("20260914T080000Z", datetime(2026, 9, 14, 8, tzinfo=UTC)),
        ("2026-09-14T10:00:00+02:00", datetime(2026, 9, 14, 8, tzinfo=UTC)),
        (1789372800, datetime(2026, 9, 14, 8, tzinfo=UTC)),
        ("yesterday", None),
    ],
)
def test_a_time_in_another_form_is_understood_and_stays_as_it_was(
    value: object, moment: datetime | None
) -> None:
    identity = {"type": "AssumedRole", "sessionContext": {"attributes": {"creationDate": value}}}
    event, extra = taken(userIdentity=identity)
    assert event["credentials_created_at"] == moment
    del identity["type"]
    assert extra == {"userIdentity": identity}


def test_what_has_no_column_stays_in_extra_by_its_name() -> None:
    _, extra = taken(
        newField={"a": [1.0, None]},
        userIdentity={"type": "Root", "newPart": 1, "sessionContext": {"webIdFederationData": {}}},
        tlsDetails={"tlsVersion": "TLSv1.3", "keyExchange": "X25519"},
        resources=[{"ARN": "a", "owner": "b"}],
    )
    assert extra == {
        "newField": {"a": [1.0, None]},
        "userIdentity": {"newPart": 1, "sessionContext": {"webIdFederationData": {}}},
        "tlsDetails": {"keyExchange": "X25519"},
        "resources": [{"ARN": "a", "owner": "b"}],
    }


@pytest.mark.parametrize(
    ("fields", "extra"),
    [
        ({"requestParameters": None, "responseElements": None}, {}),
        ({"requestParameters": ABSENT}, {"$absent": ["requestParameters"]}),
        (
            {"requestParameters": ABSENT, "responseElements": ABSENT},
            {"$absent": ["requestParameters", "responseElements"]},
        ),
        (
            {
                "requestParameters": ABSENT,
                "responseElements": ABSENT,
                "eventCategory": "NetworkActivity",
            },
            {},
        ),
        (
            {"responseElements": ABSENT, "requestParameters": None, "eventCategory": "Insight"},
            {"requestParameters": None},
        ),
    ],
)
def test_extra_tells_absent_parts_from_null_ones(
    fields: dict[str, object], extra: dict[str, object]
) -> None:
    assert taken(**fields)[1] == extra


def test_an_addendum_has_its_columns() -> None:
    event, extra = taken(
        addendum={
            "reason": "UPDATED_DATA",
            "updatedFields": "responseElements",
            "originalRequestID": "request-1",
            "originalEventID": "event-0",
        }
    )
    assert [
        event["addendum_reason"],
        event["addendum_updated_fields"],
        event["addendum_original_request_id"],
        event["addendum_original_event_id"],
        extra,
    ] == ["UPDATED_DATA", "responseElements", "request-1", "event-0", {}]


def test_a_record_with_half_a_surrogate_pair_is_kept_as_text() -> None:
    raw = text(record(requestParameters={"key": "half"})).replace(b"half", rb"half \ud83d \\ud83d")
    event = event_of(raw)
    assert not isinstance(event, Fault)
    assert event["request_parameters"] == r'{"key":"half \ufffd \\ud83d"}'
    assert json.loads(str(event["extra"])) == {"$record": raw.decode()}


def test_half_a_surrogate_pair_leaves_every_json_column_readable() -> None:
    half = r'{"a": ["\ud800"], "\udfff": 1}'
    fields = dict.fromkeys((*FREE_FORM, "newField"), "HALF")
    for value in (half, json.dumps(half)):  # some services write JSON as text
        event = event_of(text(record(**fields)).replace(b'"HALF"', value.encode()))
        assert not isinstance(event, Fault)
        columns = [field.column for field in FIELDS if field.form is Form.JSON] + ["extra"]
        written = [event[column] for column in columns if event.get(column) is not None]
        assert len(written) > len(FREE_FORM)
        for value_written in written:
            (is_valid,) = duckdb.execute("select json_valid($1)", [value_written]).fetchone() or ()
            assert is_valid, value_written


def test_a_whole_surrogate_pair_is_an_ordinary_character() -> None:
    event, extra = taken(requestParameters={"key": "🎉 한국어"})
    assert (json.loads(event["request_parameters"]), extra) == ({"key": "🎉 한국어"}, {})


@pytest.mark.parametrize(
    ("raw", "field", "reason"),
    [
        (b"17", None, "not a JSON object"),
        (b'["eventID"]', None, "not a JSON object"),
        (b'{"eventID":', None, "not JSON: Input data was truncated"),
        (b'{"eventID":NaN}', None, "not JSON: JSON is malformed: invalid character (byte 11)"),
        (b'{"a":' * 2000 + b"1" + b"}" * 2000, None, "nested more than 200 deep"),
        (b'{"eventID":"\xff"}', None, "not UTF-8"),
        (text(record(eventID=" ")), "eventID", "no eventID"),
        (text(record(eventID=["a"])), "eventID", "no eventID"),
        (text(record(eventTime=None)), "eventTime", "no eventTime"),
        (text(record(eventTime="soon")), "eventTime", "not a time: 'soon'"),
        (text(record(eventTime=[])), "eventTime", "not a time: []"),
        (b"{}", "eventID", "no eventID"),
    ],
)
def test_only_a_record_without_id_or_time_is_refused(
    raw: bytes, field: str | None, reason: str
) -> None:
    fault = event_of(raw)
    assert isinstance(fault, Fault)
    assert (fault.field, fault.reason[: len(reason)]) == (field, reason)

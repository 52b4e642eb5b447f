"""Raw records become rows: the common form, its columns and what is derived."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from ingest.decode import EventDecoder
from ingest.event_columns import EVENT_SCHEMA
from ingest.origin import Rejection
from tests.ingest.log_files import record, text


def decoded(*raws: bytes) -> tuple[list[dict[str, Any]], list[tuple[str, Rejection]]]:
    """Return the rows of these records, and the rejections."""
    decoder = EventDecoder()
    decoder.add("object-1", 0, [msgspec.Raw(raw) for raw in raws])
    table = pa.Table.from_batches(list(decoder.batches()), EVENT_SCHEMA)
    return table.to_pylist(), decoder.rejected()


def row_of(**fields: object) -> dict[str, Any]:
    """Return the row of one record with these fields."""
    ([row], rejected) = decoded(text(record(**fields)))
    assert not rejected
    return row


def test_an_ordinary_record_fills_its_columns() -> None:
    row = {name: value for name, value in row_of().items() if value is not None}
    assert row == {
        "event_id": "event-1",
        "event_time": datetime(2026, 9, 14, 8, 12, 33, tzinfo=UTC),
        "event_version": "1.11",
        "event_source": "s3.amazonaws.com",
        "event_name": "GetObject",
        "aws_region": "eu-central-1",
        "source_ip_address": "10.20.2.16",
        "user_agent": "aws-cli/2.17",
        "request_id": "4442587FB7D0A2F9",
        "event_type": "AwsApiCall",
        "event_category": "Data",
        "read_only": True,
        "management_event": False,
        "recipient_account_id": "123456789012",
        "user_identity_type": "AssumedRole",
        "principal_id": "AROAEXAMPLE:PhotonSession",
        "user_identity_arn": "arn:aws:sts::123456789012:assumed-role/fleet-role/PhotonSession",
        "user_identity_account_id": "123456789012",
        "access_key_id": "ASIAEXAMPLE",
        "issuing_role_type": "Role",
        "issuing_role_arn": "arn:aws:iam::123456789012:role/fleet-role",
        "issuing_role_id": "AROAEXAMPLE",
        "issuing_role_account_id": "123456789012",
        "issuing_role_user_name": "fleet-role",
        "role_session_name": "PhotonSession",
        "credentials_created_at": datetime(2026, 9, 14, 8, tzinfo=UTC),
        "mfa_authenticated": False,
        "request_parameters": '{"bucketName":"example","key":"a.txt"}',
        "source_object_id": "object-1",
        "record_index": 0,
    }


def test_free_form_parts_are_kept_byte_for_byte() -> None:
    raw = text(record()).replace(
        b'{"bucketName":"example","key":"a.txt"}', b'{ "n" : 1.00, "b":[1e2 ],"t":"\\u00e9" }'
    )
    ([row], _) = decoded(raw)
    assert row["request_parameters"] == '{ "n" : 1.00, "b":[1e2 ],"t":"\\u00e9" }'


def test_resources_become_a_list_of_structs() -> None:
    resources = [
        {"ARN": "arn:aws:s3:::example/a.txt", "type": "AWS::S3::Object"},
        {"accountId": "123456789012", "ARNPrefix": "arn:aws:s3:::example/"},
    ]
    nothing = dict.fromkeys(("account_id", "type", "arn", "arn_prefix"))
    assert row_of(resources=resources)["resources"] == [
        nothing | {"arn": "arn:aws:s3:::example/a.txt", "type": "AWS::S3::Object"},
        nothing | {"account_id": "123456789012", "arn_prefix": "arn:aws:s3:::example/"},
    ]
    assert row_of(resources=[])["resources"] == []
    assert row_of()["resources"] is None


def test_every_documented_part_of_an_identity_has_its_column() -> None:
    row = row_of(
        userIdentity={
            "type": "IdentityCenterUser",
            "userName": "hoge",
            "invokedBy": "AWS Internal",
            "identityProvider": "arn:aws:iam::123456789012:saml-provider/okta",
            "credentialId": "credential-1",
            "onBehalfOf": {"userId": "user-1", "identityStoreArn": "arn:store"},
            "inScopeOf": {
                "sourceArn": "arn:source",
                "sourceAccount": "123456789012",
                "issuerType": "AWS::EC2::Instance",
                "credentialsIssuedTo": "arn:instance",
            },
            "sessionContext": {
                "sourceIdentity": "fuga",
                "ec2RoleDelivery": "2.0",
                "assumedRoot": "true",
                "webIdFederationData": {"federatedProvider": "cognito", "attributes": {"a": "b"}},
            },
        }
    )
    assert [
        row["user_identity_type"],
        row["user_name"],
        row["invoked_by"],
        row["identity_provider"],
        row["credential_id"],
        row["on_behalf_of_user_id"],
        row["on_behalf_of_identity_store_arn"],
        row["in_scope_of_source_arn"],
        row["in_scope_of_source_account"],
        row["in_scope_of_issuer_type"],
        row["in_scope_of_credentials_issued_to"],
        row["source_identity"],
        row["ec2_role_delivery"],
        row["is_assumed_root"],
        row["web_identity_provider"],
        row["web_identity_attributes"],
        row["extra"],
    ] == [
        "IdentityCenterUser",
        "hoge",
        "AWS Internal",
        "arn:aws:iam::123456789012:saml-provider/okta",
        "credential-1",
        "user-1",
        "arn:store",
        "arn:source",
        "123456789012",
        "AWS::EC2::Instance",
        "arn:instance",
        "fuga",
        "2.0",
        True,
        "cognito",
        '{"a":"b"}',
        None,
    ]


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        (
            {"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/r/PhotonSession"},
            "PhotonSession",
        ),
        ({"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/a/b/i-0123"}, "i-0123"),
        (
            {"type": "AssumedRole", "arn": "arn:aws::sts::1:assumed-role/r", "principalId": "A:n"},
            "n",
        ),
        ({"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/r"}, None),
        ({"type": "AssumedRole", "principalId": "AROA:user@example.com"}, "user@example.com"),
        ({"type": "AssumedRole", "principalId": "AROA"}, None),
        ({"type": "IAMUser", "arn": "arn:aws:iam::1:user/a/b", "principalId": "AIDA:x"}, None),
    ],
)
def test_the_role_session_name_comes_from_the_arn_or_else_the_principal(
    identity: dict[str, str], name: str | None
) -> None:
    assert row_of(userIdentity=identity)["role_session_name"] == name


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        ({"credentials": {"accessKeyId": "ASIA1", "expiration": "x"}}, "ASIA1"),
        ({"Credentials": {"AccessKeyId": "ASIA1"}}, "ASIA1"),
        ('{"credentials": {"accessKeyId": "ASIA1"}}', "ASIA1"),
        ({"accessKey": {"accessKeyId": "AKIA1"}}, None),
        ({"credentials": "none"}, None),
        (None, None),
    ],
)
def test_the_issued_access_key_comes_from_the_credentials_in_the_answer(
    answer: object, key: str | None
) -> None:
    row = row_of(eventSource="sts.amazonaws.com", eventName="AssumeRole", responseElements=answer)
    assert row["issued_access_key_id"] == key


def test_records_keep_their_place_whatever_their_form() -> None:
    raws = [text(record(number)) for number in range(4)]
    raws[1] = text(record(1, userAgent=["a", "b"]))
    raws[2] = b'"no record"'
    rows, rejected = decoded(*raws)
    assert {row["event_id"]: row["record_index"] for row in rows} == {
        "event-0": 0,
        "event-1": 1,
        "event-3": 3,
    }
    [(object_id, rejection)] = rejected
    assert (object_id, rejection.record_index, rejection.raw) == ("object-1", 2, '"no record"')


def test_a_record_that_is_only_unusual_in_one_column_is_given_once() -> None:
    raws = [
        text(record(1, eventTime="2026-09-14T08:12:33.5Z")),
        text(record(2, additionalEventData=None)),
        text(record(3, requestParameters='{"a":1}')),
        text(record(4)),
    ]
    rows, rejected = decoded(*raws)
    assert sorted(row["event_id"] for row in rows) == ["event-1", "event-2", "event-3", "event-4"]
    assert not rejected
    by_id = {row["event_id"]: row for row in rows}
    assert by_id["event-1"]["event_time"] == datetime(2026, 9, 14, 8, 12, 33, 500_000, tzinfo=UTC)
    assert by_id["event-3"]["request_parameters"] == '{"a":1}'


def test_text_that_is_not_utf_8_costs_only_its_own_record() -> None:
    good = text(record(1))
    bad = [
        text(record(2)).replace(b"a.txt", b"\xff\xfe"),
        text(record(3)).replace(b"ASIAEXAMPLE", b"ASIA\xff"),
        text(record(4)).replace(b"aws-cli", b"\xe4\xf6"),
    ]
    rows, rejected = decoded(good, *bad)
    assert [row["event_id"] for row in rows] == ["event-1"]
    assert [(rejection.record_index, rejection.reason) for _, rejection in rejected] == [
        (1, "not UTF-8"),
        (2, "not UTF-8"),
        (3, "not UTF-8"),
    ]


def test_an_empty_decoder_gives_nothing() -> None:
    assert list(EventDecoder().batches()) == []

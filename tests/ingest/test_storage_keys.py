import json
from typing import Any

import pyarrow as pa
import pytest

from ingest.storage_keys import sightings_of
from lake.tables import STREAMING_SESSION_EVIDENCE
from tests.ingest.event_tables import EVENT_TIME, arrow_rows, event, events_table

HASH = "a0bcb1da11f480d9b5b3e90f91243143eac04cfccfbdc777e740fab628a1cd13"
SERVICE_ROLE = "arn:aws:iam::123456789012:role/service-role/AmazonAppStreamServiceAccess"
LOGS = "appstream-logs-eu-central-1-123456789012-abcdefg"
HOMES = "appstream2-36fb080bb8-eu-central-1-123456789012"
SETTINGS = "appstream-app-settings-eu-central-1-123456789012-abcdefg"
SCRIPT_LOG = f"test-stack/test-fleet/federated/{HASH}/05yd1391-4805/SessionScriptsLogs/"


def s3_event(bucket: str, key: str, **columns: object) -> dict[str, Any]:
    """Return a data event of AppStream's service role; `columns` override its own."""
    call = {
        "event_category": "Data",
        "request_parameters": {"bucketName": bucket, "key": key, "Host": "s3.amazonaws.com"},
        "source_ip_address": "10.0.1.23",
        "vpc_endpoint_id": "vpce-1",
        "access_key_id": "ASIAQ",
        "issuing_role_arn": SERVICE_ROLE,
        "resources": [
            {"type": "AWS::S3::Object", "arn": f"arn:aws:s3:::{bucket}/{key}"},
            {
                "type": "AWS::S3::Bucket",
                "arn": f"arn:aws:s3:::{bucket}",
                "account_id": "123456789012",
            },
        ],
    } | columns
    return event("s3.amazonaws.com", "PutObject", **call)


def seen(bucket: str, key: str, **columns: object) -> list[dict[str, Any]]:
    return sightings_of(events_table(s3_event(bucket, key, **columns)))


def test_a_script_log_names_streaming_session_fleet_stack_and_user() -> None:
    (row,) = seen(LOGS, SCRIPT_LOG + "SessionStart/system.log", aws_region="us-east-1")
    assert len(row.pop("evidence_id")) == 32
    assert json.loads(row.pop("detail")) == {
        "event_name": "PutObject",
        "error_code": None,
        "bucket": LOGS,
        "key": SCRIPT_LOG + "SessionStart/system.log",
        "issuing_role_arn": SERVICE_ROLE,
        "is_service_role": True,
    }
    assert row == {
        "evidence_source": "script_log_key",
        "observed_at": EVENT_TIME,
        "streaming_session_id": "05yd1391-4805",
        "account_id": "123456789012",
        "region": "eu-central-1",
        "user_id_sha256": HASH,
        "authentication_type": "SAML",
        "fleet_name": "test-fleet",
        "stack_name": "test-stack",
        "eni_private_ip_address": "10.0.1.23",
        "vpc_endpoint_id": "vpce-1",
        "event_id": "event-1",
        "access_key_id": "ASIAQ",
        "source_object_id": "object-1",
    }


@pytest.mark.parametrize(
    ("mode", "authentication_type"),
    [("custom", "CUSTOM"), ("federated", "SAML"), ("userpool", "USERPOOL"), ("other", None)],
)
def test_a_home_folder_names_the_user_by_hash(mode: str, authentication_type: str | None) -> None:
    (row,) = seen(HOMES, f"user/{mode}/{HASH}/Documents/plan.txt")
    assert row["evidence_source"] == "home_folder_key"
    assert row["user_id_sha256"] == HASH
    assert row["authentication_type"] == authentication_type
    assert (row["streaming_session_id"], row["fleet_name"]) == (None, None)


def test_a_hash_in_capitals_is_the_same_user() -> None:
    (row,) = seen(HOMES, f"user/federated/{HASH.upper()}/x")
    assert row["user_id_sha256"] == HASH


@pytest.mark.parametrize(
    "key",
    [
        f"Windows/v4/test-stack/custom/{HASH}/Profile.vhdx",
        f"Windows/v6/Server-2019/test-stack/custom/{HASH}/Profile.vhdx",
        f"Windows/v4/custom/custom/{HASH}/Profile.vhdx",
        f"Windows/v4/test-stack/custom/{HASH}",
    ],
)
def test_application_settings_name_the_user_by_hash(key: str) -> None:
    (row,) = seen(SETTINGS, key)
    assert row["evidence_source"] == "app_settings_key"
    assert (row["user_id_sha256"], row["authentication_type"]) == (HASH, "CUSTOM")


def test_a_listing_names_the_user_by_its_prefix() -> None:
    request = {"bucketName": HOMES, "prefix": f"user/custom/{HASH}/", "list-type": "2"}
    (row,) = seen(HOMES, "", request_parameters=request)
    assert row["user_id_sha256"] == HASH


@pytest.mark.parametrize(
    ("bucket", "key"),
    [
        (HOMES, "user/custom/"),
        (HOMES, f"user/custom/{HASH[:-1]}/x"),
        (HOMES, f"user/custom/{HASH}0/x"),
        (HOMES, f"other/user/custom/{HASH}/x"),
        (LOGS, f"user/custom/{HASH}/x"),
        (LOGS, "sessions/schedule=DAILY/year=2026/month=09/day=14/daily-session-report.csv"),
        (LOGS, f"test-stack/test-fleet/federated/{HASH}/"),
        (SETTINGS, f"Windows/v4/custom/{HASH}/x"),
        ("appstream-logs-eu-central-1-example", SCRIPT_LOG),
        (f"my-{LOGS}", SCRIPT_LOG),
        (f"{LOGS}\n", SCRIPT_LOG),
        ("appstream2-eu-central-1-123456789012", f"user/custom/{HASH}/x"),
        ("mytest-appstream-share-s3", SCRIPT_LOG),
    ],
)
def test_other_keys_and_buckets_name_nobody(bucket: str, key: str) -> None:
    assert seen(bucket, key) == []


def test_a_home_folder_bucket_may_end_in_random_letters() -> None:
    assert len(seen(f"{HOMES}-hwzroy6c", f"user/custom/{HASH}/x")) == 1


def test_a_bucket_named_after_another_account_than_its_owner_is_no_evidence() -> None:
    """Anybody can name a bucket of their own so, and write any key into it."""
    owner = {"type": "AWS::S3::Bucket", "arn": "arn:aws:s3:::x", "account_id": "666666666666"}
    assert seen(LOGS, SCRIPT_LOG, resources=[owner]) == []
    assert seen(LOGS, SCRIPT_LOG, resources=None, recipient_account_id="666666666666") == []
    assert seen(LOGS, SCRIPT_LOG, resources=[None, owner | {"account_id": None}]) != []


def test_the_owner_wins_over_the_account_of_the_trail() -> None:
    (row,) = seen(LOGS, SCRIPT_LOG, recipient_account_id="210987654321")
    assert row["account_id"] == "123456789012"


@pytest.mark.parametrize(
    "role",
    [
        None,
        "arn:aws:iam::123456789012:role/test_appstream_role",
        "arn:aws:iam::123456789012:role/AmazonAppStreamServiceAccess",
        "arn:aws:iam::666666666666:role/service-role/AmazonAppStreamServiceAccess",
        SERVICE_ROLE + "2",
    ],
)
def test_calls_by_others_than_the_service_role_are_marked(role: str | None) -> None:
    (row,) = seen(LOGS, SCRIPT_LOG, issuing_role_arn=role)
    assert json.loads(row["detail"])["is_service_role"] is False


def test_the_service_role_of_another_partition_is_the_service_role() -> None:
    (row,) = seen(LOGS, SCRIPT_LOG, issuing_role_arn=SERVICE_ROLE.replace("aws:", "aws-us-gov:"))
    assert json.loads(row["detail"])["is_service_role"] is True


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.255.0.1", "10.255.0.1"),
        ("172.31.0.1", "172.31.0.1"),
        ("192.168.1.1", "192.168.1.1"),
        ("100.64.3.4", "100.64.3.4"),
        ("172.32.0.1", None),
        ("203.0.113.9", None),
        ("appstream.amazonaws.com", None),
        ("10.0.0.1, 10.0.0.2", None),
        ("fd00::1", None),
        (None, None),
    ],
)
def test_only_a_private_address_is_an_instances(address: str | None, expected: str | None) -> None:
    (row,) = seen(LOGS, SCRIPT_LOG, source_ip_address=address)
    assert row["eni_private_ip_address"] == expected


def test_a_failed_call_shows_the_user_as_well() -> None:
    (row,) = seen(HOMES, f"user/custom/{HASH}/x", error_code="NoSuchKey")
    assert json.loads(row["detail"])["error_code"] == "NoSuchKey"


def test_network_activity_that_repeats_a_call_is_left_out() -> None:
    assert seen(LOGS, SCRIPT_LOG, event_category="NetworkActivity") == []


def test_other_services_are_left_out() -> None:
    call = s3_event(LOGS, SCRIPT_LOG) | {"event_source": "s3-outposts.amazonaws.com"}
    assert sightings_of(events_table(call)) == []


@pytest.mark.parametrize(
    "odd",
    [
        None,
        '"appstream"',
        "[]",
        f'{{"bucketName": "{LOGS}"}}',
        f'{{"bucketName": "{LOGS}", "key": 7}}',
        f'{{"bucketName": ["{LOGS}"], "key": "x"}}',
        f'{{"bucketName": "{LOGS}", "key": "\\ud800"}}',
        "appstream" + "[" * 100_000,
        "[" * 100_000 + '"appstream"' + "]" * 100_000,
    ],
)
def test_odd_parameters_yield_no_row(odd: str | None) -> None:
    assert seen(LOGS, SCRIPT_LOG, request_parameters=odd) == []


def test_the_same_event_from_another_object_has_the_same_id() -> None:
    call = s3_event(LOGS, SCRIPT_LOG)
    copies = sightings_of(events_table(call, call | {"source_object_id": "object-2"}))
    assert len({row["evidence_id"] for row in copies}) == 1
    other = sightings_of(events_table(call | {"event_id": "event-2"}))
    assert {row["evidence_id"] for row in other}.isdisjoint(row["evidence_id"] for row in copies)


def test_no_events_hold_no_sighting() -> None:
    assert sightings_of(events_table()) == []


def test_dictionary_columns_are_read_as_well() -> None:
    table = events_table(s3_event(LOGS, SCRIPT_LOG))
    for name in ("event_source", "event_category", "issuing_role_arn", "source_ip_address"):
        column = table.column(name).dictionary_encode()
        table = table.set_column(table.schema.get_field_index(name), name, column)
    assert pa.types.is_dictionary(table.column("event_source").type)
    assert len(sightings_of(table)) == 1


def test_the_rows_fit_their_table() -> None:
    assert arrow_rows(STREAMING_SESSION_EVIDENCE, seen(LOGS, SCRIPT_LOG)).num_rows == 1

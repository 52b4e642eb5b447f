"""A small lake with one streaming session, every text of which attacks whoever reads it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from lake import open_lake
from lake.catalog import Lake, ensure_tables
from lake.data_files import arrow_schema, write_data_files
from lake.derived_tables import DERIVED_TABLES
from lake.publication import Publication, last_publication, publish
from lake.tables import TABLES

SCRIPT = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
LINK = "[click](https://evil.example/) https://evil.example/ www.evil.example me@evil.example"
MARKUP = "**bold** `code` :red[red] :material/home: :smile: $x^2$ | # head"
REVERSED = "\u202egpj.exe"
REFERENCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html"
FORMULA = '=HYPERLINK("https://evil.example/","click")'
ATTACK = f"{FORMULA} {SCRIPT} {LINK} {MARKUP} {REVERSED}"
LONG = "A" * 10_000

STREAMING_SESSION_ID = "11111111-2222-3333-4444-555555555555"
ACCOUNT_ID = "123456789012"
ACCESS_KEY_ID = "ASIAHOSTILE000000001"
STARTED_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
EVENT_COUNT = 120


def make_hostile_lake(folder: Path) -> Path:
    """Make the lake in this folder and return it."""
    lake = open_lake(folder, create=True)
    ensure_tables(lake, TABLES.values())
    _append(lake, "events", [_event(number) for number in range(EVENT_COUNT)])
    _append(lake, "session_activity", [_activity()])
    _append(lake, "streaming_sessions", [_streaming_session()])
    _append(lake, "attributions", [_claim()])
    _append(lake, "role_sessions", [_role_session()])
    _append(lake, "role_session_networks", [_network()])
    _append(lake, "credential_lineage", [_link()])
    _append(lake, "endpoint_ownership", [{"vpc_endpoint_id": ATTACK, "ownership": "foreign"}])
    _append(lake, "resource_history", [_fleet()])
    _append(lake, "source_objects", [_log_file()])
    _append(lake, "rejected_records", [_rejection()])
    _append(lake, "findings", [_finding()])
    _publish(lake)
    return folder


def add_streaming_session(folder: Path) -> None:
    """Add a second streaming session to such a lake, as a later attribution would."""
    lake = open_lake(folder)
    _append(lake, "streaming_sessions", [_streaming_session() | {"streaming_session_id": "later"}])
    _publish(lake)


def _publish(lake: Lake) -> None:
    tables = {table.name: lake.table(table.name).current_snapshot() for table in DERIVED_TABLES}
    snapshots = {name: s.snapshot_id for name, s in tables.items() if s is not None}
    publish(lake, Publication(snapshots), last_publication(lake))


def make_unattributed_lake(folder: Path) -> Path:
    """Make a lake with one event and nothing else in this folder, and return it."""
    _append(open_lake(folder, create=True), "events", [_event(0)])
    return folder


def _append(lake: Lake, name: str, rows: list[dict[str, Any]]) -> None:
    table = lake.table(name)
    schema = arrow_schema(table)
    content = pa.Table.from_pylist(
        [{column: row.get(column) for column in schema.names} for row in rows], schema=schema
    )
    with table.transaction() as transaction:
        transaction.add_files(write_data_files(table, content), check_duplicate_files=False)


def _event(number: int) -> dict[str, Any]:
    return {
        "event_id": f"hostile-{number:04}",
        "event_time": STARTED_AT + timedelta(seconds=20 * number),
        "event_version": "1.11",
        "event_source": f"{ATTACK}.amazonaws.com",
        "event_name": ATTACK,
        "aws_region": "eu-central-1",
        "source_ip_address": ATTACK,
        "user_agent": LONG if number % 2 else ATTACK,
        "error_code": "AccessDenied",
        "error_message": ATTACK,
        "event_category": "Management",
        "recipient_account_id": ACCOUNT_ID,
        "user_identity_type": "AssumedRole",
        "user_identity_account_id": ACCOUNT_ID,
        "access_key_id": ACCESS_KEY_ID,
        "issuing_role_arn": ATTACK,
        "role_session_name": ATTACK,
        "request_parameters": json.dumps({ATTACK: [ATTACK, LONG]}),
    }


def _activity() -> dict[str, Any]:
    return {
        "hour_at": STARTED_AT,
        "recipient_account_id": ACCOUNT_ID,
        "aws_region": "eu-central-1",
        "role_session_id": ACCESS_KEY_ID,
        "issuing_role_arn": ATTACK,
        "workload_kind": "appstream_fleet",
        "workload_name": ATTACK,
        "fleet_name": ATTACK,
        "stack_name": ATTACK,
        "streaming_session_id": STREAMING_SESSION_ID,
        "user_id": ATTACK,
        "session_confidence": "strong",
        "attribution_method": "credential",
        "event_source": f"{ATTACK}.amazonaws.com",
        "event_name": ATTACK,
        "vpc_endpoint_id": ATTACK,
        "vpc_endpoint_ownership": "foreign",
        "credential_use": "unknown",
        "source_ip_address": ATTACK,
        "result": "denied",
        "event_count": EVENT_COUNT,
        "first_event_at": STARTED_AT,
        "last_event_at": STARTED_AT + timedelta(seconds=20 * (EVENT_COUNT - 1)),
    }


def _streaming_session() -> dict[str, Any]:
    return {
        "streaming_session_id": STREAMING_SESSION_ID,
        "user_id": ATTACK,
        "authentication_type": ATTACK,
        "fleet_name": ATTACK,
        "stack_name": ATTACK,
        "account_id": ACCOUNT_ID,
        "region": "eu-central-1",
        "vpc_id": ATTACK,
        "eni_private_ip_address": ATTACK,
        "instance_id": ATTACK,
        "started_at": STARTED_AT,
        "ended_at": STARTED_AT + HOUR,
        "is_multisession": True,
        "issuing_role_arn": ATTACK,
        "api_count": EVENT_COUNT,
        "denied_count": EVENT_COUNT,
    }


def _claim() -> dict[str, Any]:
    return {
        "attribution_id": "claim",
        "role_session_id": ACCESS_KEY_ID,
        "streaming_session_id": STREAMING_SESSION_ID,
        "user_id": ATTACK,
        "valid_from": STARTED_AT,
        "valid_to": STARTED_AT + HOUR,
        "method": "credential",
        "confidence": "strong",
        "candidate_user_ids": [ATTACK],
        "candidate_streaming_session_ids": [STREAMING_SESSION_ID],
        "fleet_name": ATTACK,
        "stack_name": ATTACK,
        "evidence": '{"event_ids": [], "evidence_ids": [], "resource_history_ids": []}',
    }


def _network() -> dict[str, Any]:
    return {
        "role_session_id": ACCESS_KEY_ID,
        "source_ip_address": ATTACK,
        "vpc_endpoint_id": ATTACK,
        "credential_use": "outside",
        "first_event_at": STARTED_AT,
        "last_event_at": STARTED_AT + HOUR,
    }


def _link() -> dict[str, Any]:
    return {
        "parent_principal_arn": f"arn:aws:iam::{ACCOUNT_ID}:user/{ATTACK}",
        "child_role_session_id": ACCESS_KEY_ID,
        "assume_event_id": "hostile-0000",
        "assume_event_name": ATTACK,
        "assumed_at": STARTED_AT,
        "depth": 1,
        "method": "issued_key",
    }


def _fleet() -> dict[str, Any]:
    return {
        "resource_history_id": "fleet",
        "resource_type": "fleet",
        "resource_id": ATTACK,
        "account_id": ACCOUNT_ID,
        "region": "eu-central-1",
        "valid_from": STARTED_AT - HOUR,
        "change": "updated",
        "iam_role_arn": ATTACK,
        "evidence_source": "cloudtrail",
        "observed_at": STARTED_AT,
    }


def _log_file() -> dict[str, Any]:
    return {
        "source_object_id": "file",
        "uri": f"s3://trail/{ATTACK}",
        "kind": "cloudtrail",
        "account_id": ACCOUNT_ID,
        "region": "eu-central-1",
        "delivered_at": STARTED_AT + HOUR,
        "bytes": 1,
        "records_read": EVENT_COUNT + 1,
        "events_written": EVENT_COUNT,
        "duplicates": 0,
        "conflicts": 0,
        "rejected": 1,
        "status": "ingested",
        "ingested_at": STARTED_AT + HOUR,
        "oldest_event_at": STARTED_AT,
        "newest_event_at": STARTED_AT + HOUR,
    }


def _rejection() -> dict[str, Any]:
    return {
        "source_object_id": "file",
        "uri": f"s3://trail/{ATTACK}",
        "record_index": 0,
        "field": ATTACK,
        "reason": ATTACK,
        "raw": ATTACK,
        "rejected_at": STARTED_AT + HOUR,
    }


def _finding() -> dict[str, Any]:
    return {
        "finding_id": "finding",
        "rule": ATTACK,
        "title": ATTACK,
        "severity": "high",
        "subject": ATTACK,
        "account_id": ACCOUNT_ID,
        "user_ids": [ATTACK],
        "fleet_names": [ATTACK],
        "first_seen_at": STARTED_AT,
        "last_seen_at": STARTED_AT + HOUR,
        "event_count": EVENT_COUNT,
        "evidence_event_ids": ["hostile-0000", "hostile-0007"],
        "explanation": ATTACK,
        "remedy": ATTACK,
        "reference_uris": [LINK, REFERENCE],
        "found_at": STARTED_AT + HOUR,
    }


def _role_session() -> dict[str, Any]:
    return {
        "role_session_id": ACCESS_KEY_ID,
        "access_key_id": ACCESS_KEY_ID,
        "issuing_role_arn": ATTACK,
        "role_session_name": ATTACK,
        "first_event_at": STARTED_AT,
        "last_event_at": STARTED_AT + HOUR,
        "workload_kind": "appstream_fleet",
        "workload_name": ATTACK,
        "fleet_name": ATTACK,
        "event_count": EVENT_COUNT,
        "denied_count": EVENT_COUNT,
    }

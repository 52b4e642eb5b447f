"""The sample logs, as the quick start takes them in."""

import gzip
import json
from pathlib import Path

import pytest

from ingest import ingest
from ingest.rebuild import record_of
from lake import Lake, open_lake
from tests.conftest import SAMPLE_LOGS
from tests.ingest.log_files import Record, everything_in, rows


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Return a lake of everything in the sample logs."""
    lake = open_lake(tmp_path_factory.mktemp("samples") / "lake", create=True)
    summary = ingest(lake, [SAMPLE_LOGS])
    assert summary.balances
    assert summary.objects_rejected == 1, "one of the files ends early on purpose"
    return lake


def trail_files() -> list[Path]:
    return sorted((SAMPLE_LOGS / "trail").rglob("*.json.gz"))


def records_of(file: Path) -> list[Record]:
    try:
        return list(json.loads(gzip.decompress(file.read_bytes())).get("Records", []))
    except EOFError:
        return []


def test_every_event_of_the_trail_is_there_once(lake: Lake) -> None:
    ids = {record["eventID"] for file in trail_files() for record in records_of(file)}
    assert sorted(ids) == [row["event_id"] for row in rows(lake, "events", "event_id")]


def test_every_record_is_given_back_by_its_row(lake: Lake) -> None:
    written = {json.dumps(r, sort_keys=True) for f in trail_files() for r in records_of(f)}
    given_back = [record_of(row) for row in rows(lake, "events")]
    lost = [
        record
        for record in given_back
        if "REDACTED" not in str(record) and json.dumps(record, sort_keys=True) not in written
    ]
    assert lost == []


def test_no_session_token_is_in_the_lake(lake: Lake) -> None:
    tokens = {
        record["responseElements"]["credentials"]["sessionToken"]
        for file in trail_files()
        for record in records_of(file)
        if "sessionToken" in json.dumps(record.get("responseElements"))
    }
    assert tokens
    everything = everything_in(lake)
    assert not [token for token in tokens if str(token) in everything]


def test_every_file_is_in_the_ledger_by_what_it_is(lake: Lake) -> None:
    found = rows(lake, "source_objects", "uri, kind, status, status_reason")
    folders = [SAMPLE_LOGS / name for name in ("trail", "usage-reports", "inventory")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert {f"file://{path}" for path in files} <= {row["uri"] for row in found}
    kinds = {row["kind"] for row in found}
    assert {
        "cloudtrail",
        "cloudtrail_digest",
        "cloudtrail_insight",
        "cloudtrail_network_activity",
        "session_report",
        "application_report",
        "inventory",
        "unknown",
    } <= kinds
    assert [row["status_reason"] for row in found if row["status"] == "rejected"] == [
        "gzip ended early"
    ]


def test_reports_inventory_and_events_give_evidence(lake: Lake) -> None:
    sources = {row["evidence_source"] for row in rows(lake, "streaming_session_evidence")}
    assert {"session_report", "describe_sessions", "home_folder_key"} <= sources
    types = {row["resource_type"] for row in rows(lake, "resource_history")}
    assert {"fleet", "image_builder", "network_interface", "subnet", "vpc_endpoint"} <= types

"""A run of ingest: every shape of file, and every event once, whatever happens."""

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import ingest, staging
from lake import Lake, commits, open_lake
from tests.ingest.log_files import (
    LOG_KEY,
    REPORT,
    counts,
    essence,
    event_ids,
    ingested,
    ledger,
    log_file,
    put,
    record,
    rows,
    text,
)

# ── shapes ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        (LOG_KEY.format("a"), log_file(record(1), record(2)), "cloudtrail"),
        ("a.json", text({"Records": [record(1), record(2)]}), "cloudtrail"),
        ("a.json", log_file(record(1), record(2)), "cloudtrail"),
        ("a.json.gz", text({"Records": [record(1), record(2)]}), "cloudtrail"),
        ("a.txt", text([record(1), record(2)]), "cloudtrail"),
        ("a.ndjson", text(record(1)) + b"\n" + text(record(2)), "cloudtrail"),
        (
            "a.json",
            text({"Events": [{"CloudTrailEvent": json.dumps(record(n))} for n in (1, 2)]}),
            "lookup_events",
        ),
        (
            "a.json",
            b"\n".join(text({"detail-type": "x", "detail": record(n)}) for n in (1, 2)),
            "eventbridge",
        ),
        (
            "a.json",
            text({"Records": [record(n, eventCategory="Insight") for n in (1, 2)]}),
            "cloudtrail_insight",
        ),
        (
            "a.json",
            text({"Records": [record(n, eventCategory="NetworkActivity") for n in (1, 2)]}),
            "cloudtrail_network_activity",
        ),
    ],
)
def test_events_are_taken_from_files_of_every_shape(
    tmp_path: Path, name: str, content: bytes, kind: str
) -> None:
    lake, summary = ingested(tmp_path, {name: content})
    assert event_ids(lake) == ["event-1", "event-2"]
    assert list(ledger(lake).values()) == [(kind, "ingested", 2, 2, 0, 0, 0)]
    assert summary.objects_by_kind == {kind: 1}
    assert (summary.records_read, summary.events_written, summary.balances) == (2, 2, True)


def test_a_single_record_is_a_file(tmp_path: Path) -> None:
    lake, _ = ingested(tmp_path, {"a.json": json.dumps(record(1), indent=2).encode()})
    assert event_ids(lake) == ["event-1"]


def test_an_insights_record_without_the_usual_fields_is_an_event(tmp_path: Path) -> None:
    insight = {
        "eventVersion": "1.09",
        "eventTime": "2026-09-15T11:00:00Z",
        "eventID": "insight-1",
        "eventType": "AwsCloudTrailInsight",
        "recipientAccountId": "123456789012",
        "insightDetails": {"state": "Start"},
        "eventCategory": "Insight",
    }
    lake, _ = ingested(tmp_path, {"a.json": text({"Records": [insight]})})
    [row] = rows(lake, "events", "event_id, event_name, insight_details, extra")
    assert list(row.values()) == ["insight-1", None, '{"state":"Start"}', None]


AGGREGATED = {"eventId": "1", "timeWindow": {"windowStart": "x"}, "eventCategory": "Aggregated"}


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("123456789012_CloudTrail-Digest_eu-central-1_x.json.gz", b"x", "cloudtrail_digest"),
        ("a.json", text({"digestStartTime": "", "digestEndTime": ""}), "cloudtrail_digest"),
        (
            LOG_KEY.format("a").replace("CloudTrail", "CloudTrail-Aggregated"),
            b"x",
            "cloudtrail_aggregated",
        ),
        ("a.json", text({"Records": [AGGREGATED]}), "cloudtrail_aggregated"),
        ("a.csv", b"user_session_id,application_name\n1,2\n", "application_report"),
        ("README.md", b"# Logs\n", "unknown"),
        ("a.json", b'{"a": 1}', "unknown"),
        ("a.json.gz", b"", "empty"),
        ("a.json.gz", gzip.compress(b"", mtime=0), "empty"),
    ],
)
def test_what_holds_no_events_is_skipped_by_name(
    tmp_path: Path, name: str, content: bytes, kind: str
) -> None:
    lake, summary = ingested(tmp_path, {name: content})
    assert list(ledger(lake).values()) == [(kind, "skipped", 0, 0, 0, 0, 0)]
    assert (summary.objects_skipped, summary.objects_by_kind) == (1, {kind: 1})
    assert rows(lake, "source_objects", "status_reason")[0]["status_reason"]
    assert counts(lake) == dict.fromkeys(counts(lake), 0) | {"source_objects": 1}


def test_reports_and_inventory_become_evidence(tmp_path: Path) -> None:
    fleets = {"Fleets": [{"Name": "fleet", "IamRoleArn": "arn:aws:iam::1:role/r"}, {}]}
    folder = "inventory/123456789012/eu-central-1/describe-fleets.json"
    lake, summary = ingested(tmp_path, {"report.csv": REPORT, folder: text(fleets)})
    assert ledger(lake) == {
        "report.csv": ("session_report", "ingested", 1, 1, 0, 0, 0),
        "describe-fleets.json": ("inventory", "ingested", 2, 1, 0, 0, 1),
    }
    [evidence] = rows(lake, "streaming_session_evidence", "streaming_session_id, user_id")
    assert evidence == {"streaming_session_id": "s-1", "user_id": "hoge"}
    [fleet] = rows(lake, "resource_history", "resource_id, account_id, region")
    assert list(fleet.values()) == ["fleet", "123456789012", "eu-central-1"]
    assert (summary.records_read, summary.evidence_records, summary.records_rejected) == (3, 2, 1)
    assert (summary.evidence_rows, summary.history_rows, summary.balances) == (1, 1, True)


def test_events_about_fleets_and_home_folders_become_evidence(tmp_path: Path) -> None:
    hashed = "a" * 64
    files = {
        LOG_KEY.format("a"): log_file(
            record(
                1,
                eventSource="appstream.amazonaws.com",
                eventName="CreateFleet",
                requestParameters={"name": "fleet", "iamRoleArn": "arn:aws:iam::1:role/r"},
                responseElements={"fleet": {"name": "fleet"}},
            ),
            record(
                2,
                requestParameters={
                    "bucketName": "appstream2-36fb080bb8-eu-central-1-123456789012",
                    "key": f"user/federated/{hashed}/a.txt",
                },
            ),
        )
    }
    lake, summary = ingested(tmp_path, files)
    [fleet] = rows(lake, "resource_history", "resource_id, change, iam_role_arn, event_id")
    assert list(fleet.values()) == ["fleet", "created", "arn:aws:iam::1:role/r", "event-1"]
    [sighting] = rows(lake, "streaming_session_evidence", "user_id_sha256, event_id")
    assert list(sighting.values()) == [hashed, "event-2"]
    assert (summary.evidence_rows, summary.history_rows) == (1, 1)


# ── once ─────────────────────────────────────────────────────────────────────────────────────


def test_running_again_takes_in_only_what_is_new(tmp_path: Path) -> None:
    lake, _ = ingested(tmp_path, {"a.json": log_file(record(1)), "x": b"?", "r.csv": REPORT})
    before = counts(lake)
    put(tmp_path / "source", {"b.json": log_file(record(2))})
    summary = ingest(lake, [tmp_path / "source"], processes=1)
    assert (summary.objects_seen, summary.objects_new, summary.objects_known) == (4, 1, 3)
    assert event_ids(lake) == ["event-1", "event-2"]
    again = ingest(lake, [tmp_path / "source"], processes=1)
    assert (again.objects_new, again.records_read, again.events_written) == (0, 0, 0)
    assert counts(lake) == before | {"events": 2, "source_objects": 4}


def test_the_same_event_in_several_files_is_one_row(tmp_path: Path) -> None:
    files = {
        "a/1.json": log_file(record(1), record(2), record(1)),
        "a/2.json": log_file(record(2), record(3)),
        "b/3.json": log_file(record(3, eventName="PutObject"), record(3, recipientAccountId="9")),
    }
    lake, summary = ingested(tmp_path, files)
    accounts = rows(lake, "events", "event_id, recipient_account_id, event_name")
    assert [tuple(row.values()) for row in accounts] == [
        ("event-1", "123456789012", "GetObject"),
        ("event-2", "123456789012", "GetObject"),
        ("event-3", "123456789012", "GetObject"),
        ("event-3", "9", "GetObject"),
    ]
    assert ledger(lake) == {
        "1.json": ("cloudtrail", "ingested", 3, 2, 1, 0, 0),
        "2.json": ("cloudtrail", "ingested", 2, 1, 1, 0, 0),
        "3.json": ("cloudtrail", "ingested", 2, 1, 1, 1, 0),
    }
    assert (summary.duplicates, summary.conflicts, summary.balances) == (3, 1, True)


def test_a_file_that_changed_is_read_again_and_its_events_are_not_doubled(tmp_path: Path) -> None:
    lake, _ = ingested(tmp_path, {"a.json": log_file(record(1))})
    put(tmp_path / "source", {"a.json": log_file(record(1), record(2))})
    summary = ingest(lake, [tmp_path / "source"], processes=1)
    assert (summary.events_written, summary.duplicates) == (1, 1)
    assert event_ids(lake) == ["event-1", "event-2"]


def test_overlapping_sources_are_read_once(tmp_path: Path) -> None:
    source = put(tmp_path / "source", {"a.json": log_file(record(1))})
    lake = open_lake(tmp_path / "lake", create=True)
    summary = ingest(lake, [source, str(source), source / "a.json"], processes=1)
    assert (summary.objects_seen, summary.events_written, summary.duplicates) == (1, 1, 0)


@settings(deadline=None, max_examples=8)
@given(st.permutations(range(4)))
def test_the_order_of_files_is_irrelevant(
    tmp_path_factory: pytest.TempPathFactory, order: list[int]
) -> None:
    contents = [log_file(*map(record, range(start, start + 3))) for start in range(4)]
    folder = tmp_path_factory.mktemp("order")
    lake, summary = ingested(
        folder, {f"{place}.json": contents[number] for place, number in enumerate(order)}
    )
    assert (summary.events_written, summary.duplicates) == (6, 6)
    straight, _ = ingested(
        tmp_path_factory.mktemp("straight"),
        {f"{number}.json": content for number, content in enumerate(contents)},
    )
    assert essence(lake) == essence(straight)


@pytest.mark.parametrize("stop_at", ["rejected_records", "resource_history", "source_objects"])
def test_a_run_that_was_killed_between_the_tables_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop_at: str
) -> None:
    append = commits._append_once

    def killed(lake: Lake, name: str, batch_id: str, files: list[str]) -> None:
        if name == stop_at:
            raise KeyboardInterrupt
        append(lake, name, batch_id, files)

    created = record(
        3,
        eventSource="appstream.amazonaws.com",
        eventName="StartFleet",
        requestParameters={"name": "fleet"},
    )
    files = {"a.json": log_file(record(1), "no record"), "b.json": log_file(record(2), created)}
    lake = open_lake(tmp_path / "lake", create=True)
    source = put(tmp_path / "source", files)
    with monkeypatch.context() as patch:
        patch.setattr(commits, "_append_once", killed)
        with pytest.raises(KeyboardInterrupt):
            ingest(lake, [source], processes=1)

    summary = ingest(open_lake(tmp_path / "lake", create=True), [source], processes=1)

    assert (summary.objects_known, summary.objects_new) == (2, 0)
    assert counts(lake) == {
        "events": 3,
        "rejected_records": 1,
        "streaming_session_evidence": 0,
        "resource_history": 1,
        "source_objects": 2,
    }


def test_a_run_that_was_killed_before_its_commit_is_done_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = open_lake(tmp_path / "lake", create=True)
    source = put(tmp_path / "source", {"a.json": log_file(record(1))})

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(staging, "commit_batch", killed)
        with pytest.raises(KeyboardInterrupt):
            ingest(lake, [source], processes=1)
    assert counts(lake) == dict.fromkeys(counts(lake), 0)
    assert ingest(lake, [source], processes=1).events_written == 1
    assert event_ids(lake) == ["event-1"]


# ── what is left out ─────────────────────────────────────────────────────────────────────────


def test_objects_of_other_days_accounts_and_regions_are_left_out(tmp_path: Path) -> None:
    def key(account: str, region: str, day: int) -> str:
        stamp = f"202609{day}T0815Z"
        return (
            f"AWSLogs/{account}/CloudTrail/{region}/2026/09/{day}/"
            f"{account}_CloudTrail_{region}_{stamp}_x.json.gz"
        )

    one, two = "111111111111", "222222222222"
    files = {
        key(one, "eu-central-1", 14): log_file(record(1)),
        key(one, "eu-central-1", 15): log_file(record(2)),
        key(one, "us-east-1", 15): log_file(record(3)),
        key(two, "eu-central-1", 15): log_file(record(4)),
        key(one, "eu-central-1", 16): log_file(record(5)),
        "report.csv": REPORT,
    }
    source = put(tmp_path / "source", files)

    def seen(**choice: object) -> tuple[int, list[str]]:
        lake = open_lake(tmp_path / repr(sorted(choice)), create=True)
        choose: Any = ingest  # the options of each choice are checked by running it
        summary = choose(lake, [source], processes=1, **choice)
        return summary.objects_seen, event_ids(lake)

    since, until = date(2026, 9, 15), date(2026, 9, 16)
    assert seen(since=since) == (5, ["event-2", "event-3", "event-4", "event-5"])
    assert seen(until=since) == (2, ["event-1"])
    assert seen(since=since, until=until) == (4, ["event-2", "event-3", "event-4"])
    assert seen(account_ids=[two]) == (2, ["event-4"])
    assert seen(regions=["us-east-1"]) == (2, ["event-3"])

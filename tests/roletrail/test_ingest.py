import gzip
import json
from pathlib import Path

import pytest

from ingest import IngestSummary
from roletrail.cli import main
from roletrail.commands.ingest import ingest_text, warn_of_rejections
from roletrail.errors import ExitCode

SUMMARY = IngestSummary(
    objects_seen=1204,
    objects_new=1104,
    objects_known=100,
    objects_by_kind={"cloudtrail": 1100, "session_report": 4},
    objects_rejected=2,
    objects_skipped=1,
    records_read=20_111,
    events_written=20_000,
    evidence_records=80,
    duplicates=30,
    conflicts=1,
    records_rejected=1,
    evidence_rows=90,
    history_rows=1,
    bytes_read=3_500_000,
    seconds=2.0,
    first_rejection="…_Qx.json.gz: gzip ended early",
)


def test_the_summary_accounts_for_every_object_and_record() -> None:
    assert ingest_text(SUMMARY).splitlines() == [
        "1,204 objects = 100 known + 1,101 taken + 2 rejected + 1 skipped",
        "new: 1,100 cloudtrail, 4 session_report",
        "20,111 records = 20,000 events + 80 of reports and inventory + 30 duplicates + 1 rejected",
        "learnt: 90 sightings of streaming sessions, 1 state of resources",
        "3.5 MB in 2.0 s (10,056 records/s)",
    ]


def test_a_run_with_nothing_new_is_one_line() -> None:
    assert ingest_text(IngestSummary(objects_seen=1, objects_known=1)) == (
        "1 object = 1 known + 0 taken + 0 rejected + 0 skipped"
    )


def test_rejections_are_warned_of_with_the_first_and_where_to_look(
    capsys: pytest.CaptureFixture[str],
) -> None:
    warn_of_rejections(SUMMARY, "./my lake")
    assert capsys.readouterr().err == (
        "warning: 2 of 1,204 objects were rejected, see: roletrail status --rejected"
        " --lake './my lake'. First: …_Qx.json.gz: gzip ended early\n"
        "warning: 1 duplicate differed from the copy that came first; the first was kept\n"
    )


def test_an_object_that_was_read_in_part_is_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    warn_of_rejections(
        IngestSummary(objects_damaged=1, first_rejection="a.json.gz: gzip ended early"), "lake"
    )
    assert capsys.readouterr().err == (
        "warning: of 1 damaged object only what could be read was taken, see: roletrail status "
        "--rejected --lake lake. First: a.json.gz: gzip ended early\n"
    )


def write_log(file: Path, records: list[dict[str, object]]) -> None:
    file.write_bytes(gzip.compress(json.dumps({"Records": records}).encode()))


RECORD: dict[str, object] = {
    "eventVersion": "1.08",
    "eventID": "f67ab1d4-4fdf-40ca-9584-ad60e6568d17",
    "eventTime": "2026-01-31T22:41:00Z",
    "eventSource": "s3.amazonaws.com",
    "eventName": "ListBuckets",
    "awsRegion": "eu-central-1",
    "recipientAccountId": "123456789012",
}


def test_all_taken_is_0_and_the_next_step_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = str(tmp_path / "lake")
    (tmp_path / "trail").mkdir()
    write_log(tmp_path / "trail" / "log.json.gz", [RECORD])
    assert main(["ingest", str(tmp_path / "trail"), "--lake", lake]) is ExitCode.OK
    written = capsys.readouterr()
    assert "1 record = 1 event " in written.out
    assert written.err == f"next: roletrail attribute --lake {lake}\n"

    assert main(["ingest", str(tmp_path / "trail"), "--lake", lake]) is ExitCode.OK
    written = capsys.readouterr()
    assert written.out == "1 object = 1 known + 0 taken + 0 rejected + 0 skipped\n"
    assert written.err == ""


def test_something_rejected_is_1_and_what_is_whole_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = str(tmp_path / "lake")
    write_log(tmp_path / "whole.json.gz", [RECORD])
    whole = (tmp_path / "whole.json.gz").read_bytes()
    (tmp_path / "broken.json.gz").write_bytes(whole[:-20])
    sources = [str(tmp_path / name) for name in ("whole.json.gz", "broken.json.gz")]
    assert main(["ingest", *sources, "--lake", lake]) is ExitCode.SOME_REJECTED
    written = capsys.readouterr()
    assert written.out.startswith("2 objects = 0 known + 1 taken + 1 rejected + 0 skipped\n")
    assert written.err.startswith("warning: 1 of 2 objects was rejected, see: roletrail status")
    assert "broken.json.gz: " in written.err

    assert main(["status", "--rejected", "--format", "csv", "--lake", lake]) is ExitCode.OK
    header, row = capsys.readouterr().out.splitlines()
    assert header == "rejected_at,uri,record_index,field,reason"
    assert "broken.json.gz" in row

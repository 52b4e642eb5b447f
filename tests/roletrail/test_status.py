import json
from pathlib import Path

import pytest

from lake.tables import TABLES
from roletrail.cli import main
from roletrail.errors import ExitCode


def test_every_section_has_its_heading_and_rows(
    sample_lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--lake", str(sample_lake)]) is ExitCode.OK
    parts = capsys.readouterr().out.split("\n\n")
    assert parts[::2] == [
        "Newest events, by account and region:",
        "Objects, by kind, and what became of their records:",
        "Calls, by workload and by how surely they are one person's:",
        "Rows, by table:",
    ]
    assert [line.split()[0] for line in parts[-1].splitlines()[1:]] == list(TABLES)


def test_as_json_it_is_one_document_whose_records_balance(
    sample_lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--format", "json", "--lake", str(sample_lake)]) is ExitCode.OK
    status = json.loads(capsys.readouterr().out)
    assert list(status) == [
        "newest_events",
        "objects_by_kind",
        "calls_by_confidence",
        "rows_by_table",
    ]
    for row in status["objects_by_kind"]:
        assert row["records_read"] == sum(
            row[name] for name in ("events_written", "duplicates", "rejected")
        )
    rows = {row["table_name"]: row["row_count"] for row in status["rows_by_table"]}
    assert sum(row["event_count"] for row in status["newest_events"]) == rows["events"]
    assert rows["rejected_records"] == 1


def test_what_was_rejected_is_listed_with_its_reason(
    sample_lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["status", "--rejected", "--format", "json", "--lake", str(sample_lake)]
    assert main(arguments) is ExitCode.OK
    (row,) = json.loads(capsys.readouterr().out)
    assert row["uri"].endswith(".json.gz")
    assert row["reason"] == "gzip ended early"

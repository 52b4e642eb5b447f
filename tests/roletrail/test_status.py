import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analysis import open_answers
from lake import open_lake
from lake.derived_tables import DERIVED_TABLES
from lake.tables import INGESTED_TABLES
from roletrail.cli import main
from roletrail.commands.status import StatusFormat
from roletrail.errors import ExitCode
from roletrail.exposition import exposition
from roletrail.lake_status import lake_status
from roletrail.options import Format
from roletrail.status_metrics import REASONS_NAMED, metrics_of
from roletrail.status_tables import SECTIONS, print_status, share_text, size_text
from tests.conftest import REPOSITORY
from tests.dashboard.lakes import make_unattributed_lake

Written = pytest.CaptureFixture[str]


def status_of(lake: Path, written: Written, *options: str) -> dict[str, Any]:
    """Return the status as JSON."""
    main(["status", "--format", "json", "--lake", str(lake), *options])
    status: dict[str, Any] = json.loads(written.readouterr().out)
    return status


@pytest.fixture
def empty_lake(tmp_path: Path) -> Path:
    """Return a lake with tables and nothing in them."""
    open_lake(tmp_path / "lake", create=True)
    return tmp_path / "lake"


# ── what a person reads ──────────────────────────────────────────────────────────────────────


def test_first_it_says_how_things_are_then_come_the_sections(
    sample_lake: Path, capsys: Written
) -> None:
    assert main(["status", "--lake", str(sample_lake)]) is ExitCode.OK
    summary, *parts = capsys.readouterr().out.split("\n\n")
    assert [line.split("  ")[0] for line in summary.splitlines()] == [
        "newest log file",
        "newest event",
        "gaps",
        "rejected",
        "verified",
        "attributed",
        "size",
    ]
    assert "newest log file   2026-09-17 15:20Z, " in summary
    assert "\nattributed        4 of 4 days, published 20" in summary
    days = {"days": "7 days"}
    assert parts[::2] == [section.heading.format(**days) for section in SECTIONS.values()]
    assert [line.split()[0] for line in parts[-1].splitlines()[1:]] == [
        table.name for table in (*INGESTED_TABLES, *DERIVED_TABLES)
    ]


@pytest.mark.parametrize("width", [80, 160])
def test_no_table_is_wider_than_the_terminal_or_falls_apart(
    sample_lake: Path, capsys: Written, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    main(["status", "--lake", str(sample_lake)])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    assert "row 1" not in lines


def test_an_empty_lake_has_a_status(empty_lake: Path, capsys: Written) -> None:
    assert main(["status", "--lake", str(empty_lake)]) is ExitCode.OK
    out = capsys.readouterr().out
    assert out.startswith(
        "newest log file   none\n"
        "newest event      none\n"
        "gaps              none in the last 7 days of delivery\n"
        "rejected          0 records and objects\n"
        "verified          0.0% of 0 events\n"
        "attributed        0 of 0 days\n"
        "size              0.0 kB in 0 files, "
    )
    assert out.count("\nnone yet\n") == 5
    assert out.count("\nnone\n") == 2


def test_a_lake_without_attribution_says_what_is_outstanding(
    tmp_path: Path, capsys: Written
) -> None:
    lake = make_unattributed_lake(tmp_path / "lake")
    status = status_of(lake, capsys)
    assert status["attribution"] == [
        {
            "days": 1,
            "attributed_days": 0,
            "outstanding_days": ["2026-03-02"],
            "published_at": None,
        }
    ]
    main(["status", "--lake", str(lake)])
    assert "\nattributed        0 of 1 day\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 0, "0.0%"),
        (0, 9, "0.0%"),
        (9, 9, "100.0%"),
        (99_999, 100_000, "99.9%"),
        (1, 10**6, "0.1%"),
    ],
)
def test_a_share_is_whole_only_if_nothing_is_missing(part: int, whole: int, text: str) -> None:
    assert share_text(part, whole) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0.0 kB"), (999_940, "999.9 kB"), (10**9, "1.0 GB"), (5 * 10**15, "5,000.0 TB")],
)
def test_a_size_is_shown_in_a_unit_that_fits(size: int, text: str) -> None:
    assert size_text(size) == text


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────


def test_as_json_it_is_one_document_whose_records_balance(
    sample_lake: Path, capsys: Written
) -> None:
    status = status_of(sample_lake, capsys)
    assert set(status) == {"looked_at", "days_looked_back", "findings", "attribution", *SECTIONS}
    for row in status["objects_by_kind"]:
        assert row["records_read"] == sum(
            row[name] for name in ("events_written", "duplicates", "rejected")
        )
    rows = {row["table"]: row["rows"] for row in status["table_sizes"]}
    for section in ("newest_events", "verified_events"):
        assert sum(row["event_count"] for row in status[section]) == rows["events"]
    assert rows["rejected_records"] == 1
    claims = open_answers(str(sample_lake)).sql("select count(*) from attributions")
    assert claims.fetchone() == (rows["attributions"],)


def test_the_newest_events_are_those_that_the_lake_holds(
    sample_lake: Path, capsys: Written
) -> None:
    held = open_answers(str(sample_lake)).sql("""
        select recipient_account_id, aws_region, count(*), max(event_time)
        from events
        group by recipient_account_id, aws_region
        order by recipient_account_id, aws_region
    """)
    assert [
        (
            row["account_id"],
            row["region"],
            row["event_count"],
            datetime.fromisoformat(row["newest_event_at"]),
        )
        for row in status_of(sample_lake, capsys)["newest_events"]
    ] == held.fetchall()


# ── as a check ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("options", "finding"),
    [
        (["--max-age", "1h"], r"the newest log file is \d+"),
        (
            ["--max-gap", "8h"],
            "no log file of any account and region for 9 hours, 2026-09-17 06:00",
        ),
        (
            ["--max-lag", "9h50m"],
            "5% of the log files of 210987654321 eu-central-1 come 9h55m late",
        ),
        (["--fail-on-rejects"], r"1 rejected record or object, .*; see --rejected"),
    ],
)
def test_what_is_beyond_a_limit_is_a_finding_and_1(
    sample_lake: Path, capsys: Written, options: list[str], finding: str
) -> None:
    command = ["status", "--lake", str(sample_lake), *options]
    assert main(command) is ExitCode.SOME_REJECTED
    (said,) = capsys.readouterr().err.splitlines()
    assert re.match(f"warning: {finding}", said)


def test_what_is_within_its_limits_is_0(sample_lake: Path, capsys: Written) -> None:
    limits = ["--max-age", "99999d", "--max-gap", "9h", "--max-lag", "10h"]
    assert main(["status", "--lake", str(sample_lake), *limits]) is ExitCode.OK
    assert capsys.readouterr().err == ""


def test_findings_stand_in_the_json_too(sample_lake: Path, capsys: Written) -> None:
    (finding,) = status_of(sample_lake, capsys, "--max-gap", "0s")["findings"]
    assert finding == (
        "no log file of any account and region for 9 hours, 2026-09-17 06:00Z to 2026-09-17 15:00Z"
    )


def test_old_rejects_are_no_finding_for_ever(sample_lake: Path) -> None:
    found = lake_status(open_answers(str(sample_lake)), days=1)
    assert found.rejected_lately()
    (row,) = found.sections["rejection_reasons"]
    assert isinstance(row, dict)
    row["last_rejected_at"] = datetime(2026, 1, 1, tzinfo=UTC)
    assert not found.rejected_lately()


def test_a_lake_to_which_nothing_was_delivered_is_too_old(
    empty_lake: Path, capsys: Written
) -> None:
    command = ["status", "--max-age", "2h", "--lake", str(empty_lake)]
    assert main(command) is ExitCode.SOME_REJECTED
    assert capsys.readouterr().err == "warning: no log file was ever delivered\n"


@pytest.mark.parametrize(
    "options",
    [
        ["--max-age", "soon"],
        ["--days", "0"],
        ["--format", "csv"],
        ["--rejected", "--format", "prometheus"],
        ["--rejected", "--max-age", "2h"],
    ],
)
def test_what_makes_no_sense_is_2(sample_lake: Path, capsys: Written, options: list[str]) -> None:
    assert main(["status", "--lake", str(sample_lake), *options]) is ExitCode.NOTHING_DONE
    written = capsys.readouterr()
    assert written.out == ""
    assert len(written.err.splitlines()) == 1


def test_no_lake_is_2(tmp_path: Path) -> None:
    assert main(["status", "--lake", str(tmp_path / "none")]) is ExitCode.NOTHING_DONE


# ── what was rejected ────────────────────────────────────────────────────────────────────────


def test_what_was_rejected_is_listed_with_its_reason(sample_lake: Path, capsys: Written) -> None:
    arguments = ["status", "--rejected", "--format", "json", "--lake", str(sample_lake)]
    assert main(arguments) is ExitCode.OK
    (row,) = json.loads(capsys.readouterr().out)
    assert row["uri"].endswith(".json.gz")
    assert row["reason"] == "gzip ended early"


def test_status_knows_every_form_of_a_list() -> None:
    forms = {form.value for form in StatusFormat}
    assert forms - {"prometheus"} == {form.value for form in Format}


HOSTILE = '\x1b[2J\u202e"}\n\\n roletrail_days 9'


@pytest.fixture
def hostile_lake(tmp_path: Path, capsys: Written) -> Path:
    """Return a lake that rejected records for reasons which quote what attacks a reader."""
    records = [
        {"eventID": str(number), "eventVersion": "1.11", "eventTime": f"{number}{HOSTILE}"}
        for number in range(REASONS_NAMED + 2)
    ]
    (tmp_path / "log.json").write_text(json.dumps({"Records": records}))
    main(["ingest", str(tmp_path / "log.json"), "--lake", str(tmp_path / "lake")])
    capsys.readouterr()
    return tmp_path / "lake"


def test_a_hostile_reason_reaches_neither_terminal_nor_metrics(
    sample_lake: Path, capsys: Written
) -> None:
    found = lake_status(open_answers(str(sample_lake)), days=7)
    (row,) = found.sections["rejection_reasons"]
    assert isinstance(row, dict)
    row["reason"] = HOSTILE
    print_status(found)
    out = capsys.readouterr().out
    assert r"\x1b[2J\u202e" in out
    text = exposition(metrics_of(found))
    assert r'roletrail_rejected{reason="\\x1b[2J\\u202e\"}' in text
    assert all(line.isprintable() for line in (*out.split("\n"), *text.split("\n")))


# ── metrics ──────────────────────────────────────────────────────────────────────────────────


def test_metrics_say_what_the_tables_say(sample_lake: Path, capsys: Written) -> None:
    command = ["status", "--format", "prometheus", "--lake", str(sample_lake)]
    assert main(command) is ExitCode.OK
    lines = capsys.readouterr().out.splitlines()
    place = 'account_id="123456789012",region="us-east-1"'
    for line in (
        f"roletrail_newest_log_file_timestamp_seconds{{{place}}} 1789596300",
        'roletrail_gap_hours{account_id="all",region="all"} 9',
        f"roletrail_gap_hours{{{place}}} 0",
        f'roletrail_delivery_lag_seconds{{{place},quantile="0.95"}} 3943',
        'roletrail_records{kind="cloudtrail",outcome="duplicate"} 37',
        'roletrail_rejected{reason="gzip ended early"} 1',
        'roletrail_days{attributed="yes"} 4',
        'roletrail_table_rows{table="events"} 5195',
    ):
        assert line in lines


def test_no_series_is_written_twice_and_each_has_help_and_a_type(
    sample_lake: Path, hostile_lake: Path, empty_lake: Path
) -> None:
    for lake in (sample_lake, hostile_lake, empty_lake):
        lines = exposition(metrics_of(lake_status(open_answers(str(lake)), 7))).splitlines()
        series = [line.rpartition(" ")[0] for line in lines if not line.startswith("#")]
        assert len(series) == len(set(series))
        helped = [line.split()[2] for line in lines if line.startswith("# HELP ")]
        typed = [line.split()[2] for line in lines if line.startswith("# TYPE ")]
        assert helped == typed
        assert {name.partition("{")[0] for name in series} <= set(helped)


def test_reasons_are_put_together_beyond_a_number(hostile_lake: Path) -> None:
    text = exposition(metrics_of(lake_status(open_answers(str(hostile_lake)), 7)))
    reasons = [line for line in text.splitlines() if line.startswith("roletrail_rejected{")]
    assert len(reasons) == REASONS_NAMED + 1
    assert reasons[-1] == 'roletrail_rejected{reason="other"} 2'


def test_every_metric_is_documented(empty_lake: Path) -> None:
    text = (REPOSITORY / "docs" / "status.md").read_text()
    for metric in metrics_of(lake_status(open_answers(str(empty_lake)), 7)):
        assert f"`{metric.name}`" in text

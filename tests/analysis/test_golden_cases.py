"""Cases of attribution that can be checked by eye: each folder under `golden` is one.

A folder holds what AWS delivers (CloudTrail records, a session report, answers of the AWS CLI), the
expected row of each event in order of time, and a README that says what happens and why the answer
is what it is. The header of `expected.csv` names the columns that are compared; lists are joined
by `;`. What is in `later` is delivered after the first attribution; its `expected.csv` is about the
whole after that.
"""

import csv
import gzip
import json
import re
import shutil
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analysis import open_answers
from analysis.attribution import attribute
from ingest import ingest
from lake import Lake, open_lake

GOLDEN = Path(__file__).with_name("golden")
CASES = sorted(folder.name for folder in GOLDEN.iterdir() if folder.is_dir())
REPORT_BUCKET = "appstream-logs-eu-central-1-123456789012-example"


@pytest.mark.parametrize("case", CASES)
def test_every_event_comes_out_as_expected(case: str, tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake", create=True)
    for delivery in (GOLDEN / case, GOLDEN / case / "later"):
        if not delivery.exists():
            continue
        bucket = tmp_path / f"bucket-{delivery.name}"
        deliver(delivery, bucket)
        summary = ingest(lake, [bucket], processes=1)
        assert summary.first_rejection is None
        assert summary.objects_skipped == 0
        attribute(lake)
        header, *expected = rows_of(delivery / "expected.csv")
        assert attributed(lake, header) == [dict(zip(header, row, strict=True)) for row in expected]


@pytest.mark.parametrize("case", CASES)
def test_every_case_says_in_a_few_sentences_why_its_answer_is_what_it_is(case: str) -> None:
    title, text = (GOLDEN / case / "README.md").read_text().split("\n\n", 1)
    assert re.fullmatch(r"# [^\n.]+", title)
    assert 2 <= len(re.findall(r"\.\s", text)) <= 4


def deliver(delivery: Path, bucket: Path) -> None:
    """Lay a delivery out as AWS does in a bucket."""
    bucket.mkdir()
    if (delivery / "records.json").exists():
        deliver_records(json.loads((delivery / "records.json").read_text()), bucket)
    if (delivery / "session-report.csv").exists():
        day = bucket / REPORT_BUCKET / "sessions/schedule=DAILY/year=2026/month=09/day=14"
        day.mkdir(parents=True)
        shutil.copy(delivery / "session-report.csv", day / "daily-session-report-2026-09-14.csv")
    if (delivery / "inventory").exists():
        shutil.copytree(delivery / "inventory", bucket / "inventory")


def deliver_records(records: list[dict[str, Any]], bucket: Path) -> None:
    """Write one log file for each account and region that the records are of."""
    logs: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for record in records:
        logs[record["recipientAccountId"], record["awsRegion"]].append(record)
    for (account_id, region), its_records in logs.items():
        folder = bucket / f"AWSLogs/{account_id}/CloudTrail/{region}/2026/09/15"
        folder.mkdir(parents=True)
        name = f"{account_id}_CloudTrail_{region}_20260915T0300Z_golden0000000000.json.gz"
        (folder / name).write_bytes(gzip.compress(json.dumps({"Records": its_records}).encode()))


def attributed(lake: Lake, columns: list[str]) -> list[dict[str, str]]:
    """Return these columns of all events in order of time, each value as text."""
    chosen = ", ".join(columns)
    answers = open_answers(lake.location)
    events = answers.sql(f"select {chosen} from attributed_events order by event_time, event_id")
    return [
        dict(zip(columns, [text_of(value) for value in event], strict=True))
        for event in events.fetchall()
    ]


def text_of(value: object) -> str:
    """Return a value as `expected.csv` writes it; null is empty."""
    match value:
        case None:
            return ""
        case list():
            return ";".join(value)
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        case _:
            return str(value)


def rows_of(file: Path) -> list[list[str]]:
    """Return the rows of a CSV file, the header first."""
    with file.open(newline="") as lines:
        return list(csv.reader(lines))

"""Every oddity that log files are known to have, and what becomes of it.

`oddities/files` has one file for each, and `oddities/expected.tsv` a line for each file: what it
was taken for, how many of its records were written, doubled, in conflict and rejected, why, and in
which columns its last event differs from an ordinary one.
"""

import csv
import gzip
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ingest import IngestSummary, ingest
from ingest.rebuild import json_of, record_of
from lake import Lake, open_lake
from tests.ingest.fuzz.targets import check_object, check_record, taken
from tests.ingest.log_files import everything_in, rows
from tests.ingest.oddities.__main__ import FOLDER, contents
from tests.ingest.oddities.records import TOKEN, ordinary
from tests.ingest.oddities.whole_files import log

EXPECTED = Path(__file__).parent / "oddities" / "expected.tsv"
OWN = {"event_id", "source_object_id", "record_index"}  # columns that differ in every event
LONGEST = 100  # characters of a value that stands in the table
Row = dict[str, Any]


@cache
def expected() -> dict[str, dict[str, str]]:
    """Return the line of each file."""
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        return {line["file"]: line for line in csv.DictReader(file, delimiter="\t", quoting=3)}


FILES = sorted(FOLDER.iterdir())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What ingest made of all files: the lake, the summary, and the rows by file name."""

    lake: Lake
    summary: IngestSummary
    objects: Mapping[str, Row]
    events: Mapping[str, list[Row]]
    rejected: Mapping[str, list[Row]]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Return what ingest makes of all files in one run."""
    lake = open_lake(tmp_path_factory.mktemp("oddities") / "lake", create=True)
    summary = ingest(lake, [FOLDER], processes=1)
    objects = {row["uri"].rpartition("/")[2]: row for row in rows(lake, "source_objects")}
    names = {row["source_object_id"]: name for name, row in objects.items()}
    events: defaultdict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows(lake, "events"), key=lambda row: int(row["record_index"])):
        events[names[row["source_object_id"]]].append(row)
    rejected: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows(lake, "rejected_records"):
        rejected[names[row["source_object_id"]]].append(row)
    return Outcome(lake, summary, objects, events, rejected)


def line_of(outcome: Outcome, name: str) -> dict[str, str]:
    """Return what became of a file, as a line of the table."""
    row = outcome.objects[name]
    counts = ("records_read", "events_written", "duplicates", "conflicts", "rejected")
    reasons = sorted(
        (-1 if one["record_index"] is None else one["record_index"], said(one["reason"]))
        for one in outcome.rejected[name]
    )
    last = outcome.events[name][-1:]
    return {
        "file": name,
        "kind": row["kind"],
        "status": row["status"],
        **{column: str(row[column]) for column in counts},
        "reasons": "; ".join(
            f"{'file' if place < 0 else place}: {reason}" for place, reason in reasons
        ),
        "columns": json.dumps(difference(last[0]), ensure_ascii=False) if last else "",
    }


def said(reason: str) -> str:
    """Return a reason without what the library that unpacks or decodes adds to it."""
    return re.sub(r": Error .*| \(byte \d+\)", "", reason)


def difference(event: Row) -> Row:
    """Return the columns in which an event differs from an ordinary one."""
    usual = ordinary_event()
    return {
        name: shown(value)
        for name, value in sorted(event.items())
        if name not in OWN and value != usual[name]
    }


@cache
def ordinary_event() -> Row:
    """Return the columns of an ordinary record."""
    return taken(log(ordinary("x"))).rows[0]


def shown(value: object) -> object:
    """Return a value as it stands in the table."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and len(value) > LONGEST:
        return f"{value[:30]}… {len(value):,} characters"
    return value


def test_the_files_are_what_the_script_writes() -> None:
    assert {path.name: path.read_bytes() for path in FILES} == contents()


def test_each_file_has_its_line() -> None:
    assert [path.name for path in FILES] == list(expected())


@pytest.mark.parametrize("name", [path.name for path in FILES])
def test_each_file_becomes_what_its_line_says(outcome: Outcome, name: str) -> None:
    assert line_of(outcome, name) == expected()[name]


def test_every_file_and_record_is_accounted_for(outcome: Outcome) -> None:
    assert outcome.summary.balances
    assert outcome.summary.objects_new == len(FILES)
    for name, row in outcome.objects.items():
        parts = row["events_written"] + row["duplicates"] + row["rejected"]
        assert row["records_read"] == parts, name
        assert row["status"] == "ingested" or outcome.rejected[name] or row["status_reason"], name
        assert all(rejection["reason"] for rejection in outcome.rejected[name]), name


def test_running_again_finds_nothing_new(outcome: Outcome) -> None:
    assert ingest(outcome.lake, [FOLDER], processes=1).objects_new == 0


@pytest.mark.parametrize("name", [path.name for path in FILES])
def test_each_record_is_given_back_by_its_row(outcome: Outcome, name: str) -> None:
    records = records_in(FOLDER / name)
    for event in outcome.events[name]:
        place = event["record_index"]
        if place < len(records):
            assert redacted(record_of(event)) == redacted(records[place])


def test_many_of_the_records_can_be_compared() -> None:
    assert sum(len(records_in(path)) > 0 for path in FILES) > 120


def test_no_session_token_is_in_the_lake_or_the_summary(outcome: Outcome) -> None:
    everything = everything_in(outcome.lake)
    assert "REDACTED" in everything
    assert TOKEN[:24] not in everything
    assert TOKEN[-24:] not in everything
    assert TOKEN[:24] not in repr(outcome.summary)
    folder = Path(outcome.lake.location)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if TOKEN[:24].encode() in path.read_bytes()] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_holds_for_any_input_holds_for_each(path: Path) -> None:
    content = path.read_bytes()
    check_object(content)
    check_record(content)


def records_in(path: Path) -> list[Any]:
    """Return the records of a log file as Python reads them; none if it can't."""
    content = path.read_bytes()
    try:
        text = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
        document = json_of(text.decode("utf-8-sig"))
    except (ValueError, RecursionError, OSError, EOFError, zlib.error):
        return []
    records = document.get("Records") if isinstance(document, dict) else None
    return records if isinstance(records, list) else []


def redacted(value: object) -> object:
    """Return JSON without tokens, also in JSON that is text, whose white space doesn't count."""
    if isinstance(value, dict):
        return {
            name: "REDACTED" if name.lower().endswith(("sessiontoken", "session_token")) else part
            for name, part in zip(value, map(redacted, value.values()), strict=True)
        }
    if isinstance(value, list):
        return [redacted(part) for part in value]
    if not isinstance(value, str):
        return value
    try:
        inner = msgspec.json.decode(value)
    except ValueError:
        return value.replace(f"={TOKEN}", "REDACTED").replace(TOKEN, "REDACTED")
    return redacted(inner) if isinstance(inner, dict | list) else value

"""What would take too much memory is refused with its reason, and what is beside it is taken.

`benchmarks/ingest_hostile.py` measures the same with files of full size.
"""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ingest.log_files import event_ids, ingested, log_file, record, rows, text

HUGE = 5 * 2**20  # bytes


def outcome(folder: Path, odd: bytes) -> tuple[list[str], list[tuple[int | None, str]]]:
    """Return the events and the rejections of a log file with this record between two others."""
    content = b'{"Records":[%s,%s,%s]}' % (text(record(1)), odd, text(record(3)))
    lake, summary = ingested(folder, {"a.json": gzip.compress(content, 1)})
    assert summary.balances
    found = rows(lake, "rejected_records", "record_index, reason")
    return event_ids(lake), [(row["record_index"], row["reason"]) for row in found]


@pytest.mark.parametrize(
    "odd",
    [
        text(record(2, odd="⟦⟧")).replace(b'"odd":"', b'"odd":"' + b"x" * HUGE),
        text(record(2, odd=[[]] * (HUGE // 3))),
        text(record(2, userIdentity={"odd": [[]] * (HUGE // 3)})),
        text(record(2, resources=[{}] * (HUGE // 3))),
        text(record(2, readOnly="True", userAgent="x" * HUGE)),
    ],
    ids=["text", "lists", "caller", "resources", "odd flag"],
)
def test_a_huge_record_of_unusual_form_costs_only_itself(tmp_path: Path, odd: bytes) -> None:
    events, rejections = outcome(tmp_path, odd)
    assert events == ["event-1", "event-3"]
    assert rejections == [(1, "over 4 MiB, and not of the usual form")]


@pytest.mark.parametrize(
    "odd",
    [
        text(record(2, requestParameters={"a": "x" * HUGE})),
        text(record(2, responseElements={"credentials": [[]] * (HUGE // 3)})),
        text(record(2, eventName="CreateFleet", requestParameters=[[]] * (HUGE // 3))),
        text(record(2, resources=[{"ARN": "a"}] * 20_000)),
    ],
    ids=["text", "credentials", "fleet", "resources"],
)
def test_a_huge_part_of_a_usual_record_is_kept_unread(tmp_path: Path, odd: bytes) -> None:
    assert outcome(tmp_path, odd) == (["event-1", "event-2", "event-3"], [])


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_record_that_no_window_holds_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    monkeypatch.setattr("ingest.reading.BLOCK_BYTES", 2**16)
    monkeypatch.setattr("ingest.splitting.WINDOW_BYTES", 2**16)
    monkeypatch.setattr("ingest.windows.LARGEST_WINDOW", 2**20)
    monkeypatch.setattr("ingest.splitting.LARGEST_RECORD", 2**20)
    records = [text(record(number)) for number in (1, 2)]
    records.insert(place, text(record(9, odd="x" * HUGE)))
    content = b'{"Records":[%s]}' % b",".join([*records, text(record(1))])
    lake, summary = ingested(tmp_path, {"a.json": gzip.compress(content, 1)})
    counted = (summary.events_written, summary.duplicates, summary.records_rejected)
    assert (summary.records_read, *counted) == (4, 2, 1, 1)
    (rejected,) = rows(lake, "rejected_records", "record_index, reason, raw")
    assert (rejected["record_index"], rejected["reason"]) == (place, "a record of more than 1 MiB")
    assert rejected["raw"].startswith('{"eventVersion"')


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (lambda: text(record(2, odd=0)).replace(b'"odd":0', b'"odd":' + nested(300)), 200),
        (lambda: text(record(2, odd=0)).replace(b'"odd":0', b'"odd":' + nested(5_000)), 200),
        (lambda: text(record(2, requestParameters=0)).replace(b":0", b":" + nested(5_000)), 200),
    ],
    ids=["300", "5,000", "5,000 in parameters"],
)
def test_a_deep_record_costs_only_itself(
    tmp_path: Path, odd: Callable[[], bytes], reason: int
) -> None:
    events, rejections = outcome(tmp_path, odd())
    assert events == ["event-1", "event-3"]
    assert rejections == [(1, f"nested more than {reason} deep")]


def test_brackets_in_text_are_not_deep(tmp_path: Path) -> None:
    odd = text(record(2, readOnly="True", userAgent="[{" * 5_000))
    assert outcome(tmp_path, odd) == (["event-1", "event-2", "event-3"], [])


def test_gzip_in_gzip_is_not_unpacked_twice(tmp_path: Path) -> None:
    lake, summary = ingested(tmp_path, {"a.json.gz": gzip.compress(log_file(record(1)))})
    assert (summary.objects_skipped, summary.records_read) == (1, 0)
    assert event_ids(lake) == []


@pytest.mark.parametrize("after", [b"", b',"eventID":"1"', b',"other":{"Records":[]}'])
def test_what_follows_the_list_of_a_large_file_costs_none_of_its_records(
    tmp_path: Path, after: bytes
) -> None:
    records = [text(record(number, odd="x" * 1_000)) for number in range(4_000)]
    content = b'{"Records":[%s]%s}' % (b",".join(records), after)
    second = b'\n{"Records":[%s]}' % text(record(4_000))
    _, summary = ingested(tmp_path, {"a.json": gzip.compress(content + second, 1)})
    assert (summary.records_read, summary.events_written) == (4_001, 4_001)


@pytest.mark.parametrize("size", [10, 4_000])
def test_what_is_no_json_after_a_log_file_is_reported(tmp_path: Path, size: int) -> None:
    records = [text(record(number, odd="x" * 1_000)) for number in range(size)]
    content = b'{"Records":[%s]}, not all' % b",".join(records)
    lake, summary = ingested(tmp_path, {"a.json": gzip.compress(content, 1)})
    assert (summary.events_written, summary.records_rejected) == (size, 1)
    (rejected,) = rows(lake, "rejected_records", "reason, raw")
    assert rejected == {
        "reason": "the list of records ended before the text did",
        "raw": ", not all",
    }


def test_a_large_log_file_may_be_laid_out_for_people(tmp_path: Path) -> None:
    records = [record(number, odd="x" * 1_000) for number in range(4_000)]
    content = json.dumps({"Records": records}, indent=2).encode()
    _, summary = ingested(tmp_path, {"a.json": gzip.compress(content, 1)})
    assert (summary.records_read, summary.events_written) == (4_000, 4_000)

"""Bad input: what is good is taken, what is bad is kept with its reason, nothing is endless."""

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import IngestError, ingest
from lake import open_lake
from tests.ingest.log_files import (
    LOG_KEY,
    counts,
    event_ids,
    everything_in,
    ingested,
    ledger,
    log_file,
    put,
    record,
    rows,
    text,
)

TOKEN = "IQoJb3JpZ2luX2VjEXAMPLETOKENEXAMPLETOKEN"


def test_bad_records_are_kept_with_their_reason_and_the_others_are_taken(tmp_path: Path) -> None:
    name = LOG_KEY.format("a")
    content = log_file(record(1), "text", record(2, eventTime="soon"), record(3), {"eventTime": 1})
    lake, summary = ingested(tmp_path, {name: content})
    assert event_ids(lake) == ["event-1", "event-3"]
    found = rows(lake, "rejected_records", "record_index, field, reason, uri, raw")
    assert [tuple(row.values())[:3] for row in found] == [
        (1, None, "not a JSON object"),
        (2, "eventTime", "not a time: 'soon'"),
        (4, "eventID", "no eventID"),
    ]
    assert found[0]["uri"] == f"file://{tmp_path}/source/{name}"
    assert json.loads(found[1]["raw"]) == record(2, eventTime="soon")
    assert summary.records_rejected == 3
    assert summary.first_rejection == f"{name.rpartition('/')[2]}: not a JSON object"
    assert summary.balances


@pytest.mark.parametrize(("name", "kind"), [(LOG_KEY, "cloudtrail"), ("{}.gz", "unknown")])
def test_a_file_of_which_nothing_can_be_unpacked_is_rejected_and_not_called_empty(
    tmp_path: Path, name: str, kind: str
) -> None:
    damaged = gzip.compress(b"", mtime=0)[:10] + b"\xff" * 20
    lake, _ = ingested(tmp_path, {name.format("a"): damaged})
    (row,) = rows(lake, "source_objects", "kind, status, status_reason, records_read")
    assert (row["kind"], row["status"], row["records_read"]) == (kind, "rejected", 0)
    assert row["status_reason"].startswith("gzip is damaged")


def test_what_comes_before_the_damage_in_a_small_file_is_taken(tmp_path: Path) -> None:
    noise = random.Random(1)
    records = [record(number, userAgent=noise.randbytes(400).hex()) for number in range(20)]
    packed = gzip.compress(text({"Records": records}), mtime=0)
    place = len(packed) // 2
    lake, summary = ingested(
        tmp_path, {"a.json.gz": packed[:place] + b"\xff" * 500 + packed[place + 500 :]}
    )
    (row,) = rows(lake, "source_objects", "status, status_reason")
    assert row["status"] == "ingested"
    assert row["status_reason"].startswith("gzip is damaged")
    assert summary.events_written >= 8
    assert summary.balances


@pytest.mark.parametrize(
    ("content", "written", "rejections"),
    [
        (log_file(record(1))[:-1], 1, [(None, "gzip ended early")]),
        (
            gzip.compress(text({"Records": [record(1), record(2)]}), 0, mtime=0)[:-40],
            1,
            [(1, "gzip ended early")],
        ),
        (text({"Records": [record(1), record(2)]})[:-10], 1, [(1, "JSON ended early")]),
        (text({"Records": [record(1)]}).replace(b"a.txt", b"\xff"), 0, [(0, "not UTF-8")]),
        (text({"Records": [record(1), 5]}), 1, [(1, "not a JSON object")]),
        (b"\x1f\x8b\x08", 0, [(None, "gzip ended early")]),
        (
            b"\x1f\x8b\x08\x00" + b"\xff" * 20,
            0,
            [(None, "gzip is damaged: Error -1 Invalid deflate block found")],
        ),
        (b"garbage", 0, [(0, "not JSON: JSON is malformed: invalid character (byte 0)")]),
        (b"{}", 0, [(0, "no eventID")]),
    ],
)
def test_of_a_broken_file_what_is_good_is_taken(
    tmp_path: Path, content: bytes, written: int, rejections: list[tuple[int | None, str]]
) -> None:
    lake, summary = ingested(tmp_path, {LOG_KEY.format("a"): content})
    found = rows(lake, "rejected_records", "record_index, reason")
    assert [tuple(row.values()) for row in found] == rejections
    assert summary.events_written == written
    assert summary.objects_rejected == (0 if written else 1)
    is_about_itself = any(index is None for index, _ in rejections)
    assert summary.objects_damaged == (1 if written and is_about_itself else 0)
    assert not summary.is_whole
    assert summary.balances
    assert ingest(lake, [tmp_path / "source"], processes=1).objects_new == 0


def test_rejected_text_is_bounded_and_carries_no_session_token(tmp_path: Path) -> None:
    answer = {"credentials": {"sessionToken": TOKEN, "accessKeyId": "ASIA1"}}
    bad = record(1, responseElements=answer, eventTime=None, padding="x" * 200_000)
    lake, _ = ingested(tmp_path, {LOG_KEY.format("a"): log_file(bad)})
    [row] = rows(lake, "rejected_records", "raw")
    assert 60_000 < len(row["raw"]) <= 64 * 2**10
    assert TOKEN not in everything_in(lake)
    assert "REDACTED" in row["raw"]


def test_a_file_of_nothing_but_bad_records_is_given_up_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.reading.MOST_REJECTED", 100)
    monkeypatch.setattr("ingest.reading.CHUNK_RECORDS", 60)
    lake, summary = ingested(tmp_path, {LOG_KEY.format("a"): log_file(*range(2000))})
    assert (summary.records_read, summary.records_rejected, summary.balances) == (120, 120, True)
    [row] = rows(lake, "rejected_records", "record_index, reason")[-1:]
    assert tuple(row.values()) == (
        None,
        "over 100 of its records were rejected; the rest is unread",
    )


def test_a_file_that_may_not_be_read_is_counted_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = open_lake(tmp_path / "lake", create=True)
    source = put(
        tmp_path / "source", {"a.json": log_file(record(1)), "b.json": log_file(record(2))}
    )
    with monkeypatch.context() as patch:

        def denied(place: str) -> Iterator[bytes]:
            if place.endswith("b.json"):
                raise PermissionError(13, "Permission denied")
            return iter([Path(place).read_bytes()])

        patch.setattr("ingest.workers.pieces_of_file", denied)
        summary = ingest(lake, [source], processes=1)
    assert (summary.objects_rejected, summary.events_written) == (1, 1)
    assert summary.first_rejection == "b.json: Permission denied"
    assert list(ledger(lake)) == ["a.json"]

    assert ingest(lake, [source], processes=1).objects_new == 1
    assert event_ids(lake) == ["event-1", "event-2"]


def test_of_a_file_that_fails_half_way_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.splitting.WINDOW_BYTES", 1000)
    monkeypatch.setattr("ingest.reading.BLOCK_BYTES", 1000)
    monkeypatch.setattr("ingest.event_writer.BATCH_RECORDS", 1)

    def failing(_: str) -> Iterator[bytes]:
        content = text({"Records": [record(number) for number in range(50)]})
        yield content[:20_000]
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("ingest.workers.pieces_of_file", failing)
    lake, summary = ingested(tmp_path, {"a.json": b"x"})
    assert (summary.objects_rejected, summary.records_read, summary.balances) == (1, 0, True)
    assert counts(lake) == dict.fromkeys(counts(lake), 0)


def test_a_source_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake", create=True)
    with pytest.raises(IngestError, match="there is no file or folder"):
        ingest(lake, [tmp_path / "nowhere"])

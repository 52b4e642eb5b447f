"""Accounting: every object and every record, however they are mixed and by whom they are read."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import IngestSummary, Progress, ingest, staging
from lake import open_lake
from lake.batches import batches_of
from tests.ingest.log_files import (
    LOG_KEY,
    REPORT,
    essence,
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


def test_progress_goes_up_to_all_objects(tmp_path: Path) -> None:
    source = put(tmp_path / "source", {f"{n}.json": log_file(record(n)) for n in range(5)})
    lake = open_lake(tmp_path / "lake", create=True)
    steps: list[Progress] = []
    summary = ingest(lake, [source], processes=1, on_progress=steps.append)
    assert steps[0] == Progress(0, 5, 0, 0)
    assert steps[-1] == Progress(5, 5, 5, summary.bytes_read)
    assert steps == sorted(steps, key=lambda step: step.objects_done)
    assert summary.bytes_read == sum(path.stat().st_size for path in source.iterdir())


good = st.builds(record, st.integers(0, 9))
odd = st.builds(
    lambda number, field, value: record(number, **{field: value}),
    st.integers(0, 9),
    st.sampled_from(["userAgent", "requestParameters", "userIdentity", "eventVersion", "new"]),
    st.sampled_from([None, 1, "{}", ["a"], {"sessionToken": TOKEN}]),
)
bad: st.SearchStrategy[object] = st.sampled_from(
    ["text", None, 17, [], {"eventID": "1"}, {"sessionToken": TOKEN}]
)
contents = st.lists(good | odd | bad, max_size=6).flatmap(
    lambda records: st.sampled_from(
        [
            log_file(*records),
            log_file(*records)[:-3],
            text(records),
            b"\n".join(map(text, records)),
            text({"Records": records})[: max(12, len(text(records)) // 2)],
            text({"Events": [{"CloudTrailEvent": json.dumps(each)} for each in records]}),
        ]
    )
)
garbage = st.binary(max_size=40) | st.sampled_from([b"", b"{", b"[[[", b"\x1f\x8b", REPORT])


@settings(deadline=None, max_examples=12)
@given(st.lists(contents | garbage, max_size=4))
def test_every_record_is_accounted_for_and_no_session_token_gets_in(
    tmp_path_factory: pytest.TempPathFactory, files: list[bytes]
) -> None:
    names = {LOG_KEY.format(number): content for number, content in enumerate(files)}
    lake, summary = ingested(tmp_path_factory.mktemp("mix"), {"r.csv": REPORT} | names)
    assert summary.balances
    assert summary.objects_new == len(files) + 1
    written: Counter[str] = Counter(
        row["source_object_id"] for row in rows(lake, "events", "source_object_id")
    )
    rejected: Counter[str] = Counter(
        row["source_object_id"]
        for row in rows(lake, "rejected_records", "source_object_id, record_index")
        if row["record_index"] is not None
    )
    for row in rows(lake, "source_objects"):
        object_id = row["source_object_id"]
        parts = row["events_written"] + row["duplicates"] + row["rejected"]
        assert row["records_read"] == parts
        assert rejected[object_id] == row["rejected"]
        if row["kind"] != "session_report":
            assert written[object_id] == row["events_written"]
    assert TOKEN not in everything_in(lake)


def summary_of(summary: IngestSummary) -> dict[str, Any]:
    """Return a summary's counts, but for the time it took."""
    names = IngestSummary.__dataclass_fields__.keys() - {"seconds"}
    return {name: getattr(summary, name) for name in names}


def test_several_processes_give_what_one_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {LOG_KEY.format(n): log_file(record(n), record(n + 1), "bad") for n in range(12)}
    files |= {"report.csv": REPORT, "x": b"?"}
    alone, one = ingested(tmp_path / "one", files)
    shutil.copytree(tmp_path / "one" / "source", tmp_path / "many" / "source")
    lake = open_lake(tmp_path / "many" / "lake", create=True)
    monkeypatch.setattr("ingest.worker_context.FEW_OBJECTS", 0)
    monkeypatch.setattr("ingest.workers.PORTION_OBJECTS", 3)
    many = ingest(lake, [tmp_path / "many" / "source"], processes=2)
    assert summary_of(many) == summary_of(one)
    assert essence(lake) == essence(alone)
    assert (many.events_written, many.duplicates, many.records_rejected) == (13, 11, 12)


def test_batches_are_written_while_the_next_are_read_and_know_each_others_events(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "BATCH_EVENTS", 3)
    monkeypatch.setattr("ingest.workers.PORTION_OBJECTS", 1)
    files = {f"{n}.json": log_file(*map(record, range(n, n + 3))) for n in range(6)}
    lake, summary = ingested(tmp_path, files)
    assert event_ids(lake) == [f"event-{number}" for number in range(8)]
    assert ledger(lake)["0.json"] == ("cloudtrail", "ingested", 3, 3, 0, 0, 0)
    assert ledger(lake)["5.json"] == ("cloudtrail", "ingested", 3, 1, 2, 0, 0)
    assert len(batches_of(lake.table("events"))) == len(files)
    assert summary.balances


def test_reports_of_many_rows_fill_batches_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "BATCH_EVIDENCE", 1)
    monkeypatch.setattr("ingest.workers.PORTION_OBJECTS", 1)
    lake, summary = ingested(tmp_path, {"one.csv": REPORT, "two.csv": REPORT})
    assert len(batches_of(lake.table("events"))) == summary.objects_seen
    assert summary.evidence_rows == summary.records_read


def test_a_batch_of_many_events_is_written_in_several_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.event_files.FILE_EVENTS", 4)
    monkeypatch.setattr("ingest.event_writer.BATCH_RECORDS", 2)
    monkeypatch.setattr("ingest.reading.CHUNK_RECORDS", 1)
    numbers = [1, 2, 3, 4, 5, 1, 6, 7, 8, 2, 9]
    lake, summary = ingested(tmp_path, {"a.json": log_file(*map(record, numbers))})
    assert event_ids(lake) == [f"event-{number}" for number in range(1, 10)]
    assert ledger(lake) == {"a.json": ("cloudtrail", "ingested", 11, 9, 2, 0, 0)}
    assert len(batches_of(lake.table("events"))) == 1
    assert summary.balances

"""Objects are read in portions, here or elsewhere, and nothing is left behind."""

import os
import tempfile
from pathlib import Path

import pytest

from ingest import IngestError, ingest, workers
from ingest.s3_reading import Access
from ingest.sources import SourceObject, files_in
from ingest.workers import Portion, read_all
from lake import open_lake
from tests.ingest.log_files import LOG_KEY, log_file, put, record


@pytest.fixture
def sources(tmp_path: Path) -> list[SourceObject]:
    """Return ten log files of one event each."""
    files = {LOG_KEY.format(number): log_file(record(number)) for number in range(10)}
    return files_in(str(put(tmp_path / "source", files)))


def no_access(bucket: str) -> Access:
    raise AssertionError(bucket)


def test_portions_come_in_order_and_leave_no_files(
    sources: list[SourceObject], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "PORTION_OBJECTS", 4)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    read = []
    for readings, batches in read_all(sources, no_access, 1):
        events = [row["event_id"] for batch in batches for row in batch.to_pylist()]
        read.append((len(readings), events))
    assert [count for count, _ in read] == [4, 4, 2]
    assert [event for _, events in read for event in events] == [f"event-{n}" for n in range(10)]
    assert not list((tmp_path / "temporary").iterdir())


def test_events_of_a_portion_are_in_several_files_if_they_are_many(
    sources: list[SourceObject], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "FILE_BYTES", 1)
    monkeypatch.setattr("ingest.event_writer.BATCH_RECORDS", 4)
    files, readings = workers.read_portion(Portion(tuple(sources), {}, tmp_path))
    assert (len(files), len(readings)) == (3, 10)


def test_every_process_gets_some_of_it(sources: list[SourceObject], tmp_path: Path) -> None:
    portions = list(workers._portions(sources, no_access, tmp_path, processes=2))
    assert len(portions) >= 4
    assert [source for portion in portions for source in portion.sources] == sources


def test_nothing_to_read_is_nothing_to_do() -> None:
    assert list(read_all([], no_access, 2)) == []


def die(_: Portion) -> None:
    """End like a process that the system kills."""
    os._exit(9)


def test_a_worker_that_is_killed_is_said_in_one_line_and_the_next_run_does_it_all(
    sources: list[SourceObject], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = open_lake(tmp_path / "lake", create=True)
    source = tmp_path / "source"
    with monkeypatch.context() as patch:
        patch.setattr("ingest.worker_context.FEW_OBJECTS", 0)
        patch.setattr(workers, "read_portion", die)
        with pytest.raises(IngestError, match=r"^a worker process was ended, perhaps for lack of"):
            ingest(lake, [source], processes=2)
    assert ingest(lake, [source], processes=1).events_written == len(sources)


def test_objects_of_a_bucket_are_fetched_ahead_and_given_in_order(
    monkeypatch: pytest.MonkeyPatch, sources: list[SourceObject]
) -> None:
    fetched: list[str] = []

    def fetch(_access: object, key: str, _version: str) -> list[bytes]:
        fetched.append(key)
        return [key.encode()]

    monkeypatch.setattr(workers, "pieces_of_object", fetch)
    monkeypatch.setattr(workers, "FETCHERS", 3)
    time = sources[0].modified_at
    remote = tuple(
        SourceObject(f"s3://b/{number}", "v", size, time, str(number), "b")
        for number, size in enumerate([5, 0, 10**9, 5, 5, 5])
    )
    access = Access("b", "eu-central-1", "https://example", "k", "s", None)
    given = list(workers._fetched(Portion(remote, {"b": access}, Path())))
    assert [source for source, _ in given] == list(remote)
    assert sorted(fetched) == ["0", "3", "4", "5"], "the empty and the huge are not fetched ahead"
    _, pieces = given[2]
    assert list(pieces()) == [b"2"]

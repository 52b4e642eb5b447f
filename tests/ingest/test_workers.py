"""Objects are read in portions, here or elsewhere, and nothing is left behind."""

import os
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ingest import IngestError, ingest, workers
from ingest.event_files import EventTarget, WrittenEvents
from ingest.s3_reading import Access
from ingest.sources import SourceObject, files_in
from ingest.workers import Portion, read_all
from lake import open_lake
from lake.data_files import file_form
from tests.ingest.log_files import LOG_KEY, log_file, put, record


@pytest.fixture
def sources(tmp_path: Path) -> list[SourceObject]:
    """Return ten log files of one event each."""
    files = {LOG_KEY.format(number): log_file(record(number)) for number in range(10)}
    return files_in(str(put(tmp_path / "source", files)))


def no_access(bucket: str) -> Access:
    raise AssertionError(bucket)


@pytest.fixture
def target(tmp_path: Path) -> EventTarget:
    """Return where events are written, in the form of a lake's."""
    lake = open_lake(tmp_path / "empty-lake", create=True)
    return EventTarget(tmp_path / "events", file_form(lake.table("events")))


def events_of(written: list[WrittenEvents]) -> list[str]:
    """Return the events in the files, in their order there."""
    files = [events.folder / name for events in written for name in events.names]
    return [event for file in files for event in pq.read_table(file)["event_id"].to_pylist()]


def test_portions_come_in_order(
    sources: list[SourceObject], target: EventTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "PORTION_OBJECTS", 4)
    read = list(read_all(sources, no_access, target, 1))
    assert [len(readings) for readings, _ in read] == [4, 4, 2]
    events = [event for _, written in read for event in events_of(written)]
    assert events == [f"event-{number}" for number in range(10)]


def test_a_run_leaves_no_files_of_its_own(
    tmp_path: Path, sources: list[SourceObject], monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    lake = open_lake(tmp_path / "lake", create=True)
    for _ in range(2):  # the second time, all are duplicates, and what there is is written anew
        assert ingest(lake, [tmp_path / "source"], processes=1).balances
        for source in sources:
            os.utime(source.place, (0, 0))
        assert not list(temporary.iterdir())


def test_events_of_a_portion_are_in_several_files_if_they_are_many(
    sources: list[SourceObject], target: EventTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.event_files.FILE_EVENTS", 4)
    monkeypatch.setattr("ingest.event_writer.BATCH_RECORDS", 4)
    readings, written = workers.read_portion(Portion(tuple(sources), {}, target))
    assert (len(readings), [events.rows for events in written]) == (10, [4, 4, 2])
    monkeypatch.setattr("ingest.event_files.FILE_BYTES", 1)
    monkeypatch.setattr("ingest.event_writer.BATCH_RECORDS", 1)
    _, written = workers.read_portion(Portion(tuple(sources), {}, target))
    assert [events.rows for events in written] == [1] * 10


def test_events_of_several_days_are_in_a_file_for_each(tmp_path: Path, target: EventTarget) -> None:
    days = [record(day, eventTime=f"2026-09-0{day}T10:00:00Z") for day in (2, 1, 2)]
    source = put(tmp_path / "days", {LOG_KEY.format("a"): log_file(*days)})
    _, [events] = workers.read_portion(Portion(tuple(files_in(str(source))), {}, target))
    folders = [Path(name).parent.name for name in events.names]
    assert folders == ["event_time_day=2026-09-01", "event_time_day=2026-09-02"]
    (times,) = events.times.values()
    assert [time.day for time in times] == [1, 2]


def test_every_process_gets_some_of_it(sources: list[SourceObject], target: EventTarget) -> None:
    portions = list(workers._portions(sources, no_access, target, processes=2))
    assert len(portions) >= 4
    assert [source for portion in portions for source in portion.sources] == sources


def test_nothing_to_read_is_nothing_to_do(target: EventTarget) -> None:
    assert list(read_all([], no_access, target, 2)) == []


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
    monkeypatch: pytest.MonkeyPatch, sources: list[SourceObject], target: EventTarget
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
    given = list(workers._fetched(Portion(remote, {"b": access}, target)))
    assert [source for source, _ in given] == list(remote)
    assert sorted(fetched) == ["0", "3", "4", "5"], "the empty and the huge are not fetched ahead"
    _, pieces = given[2]
    assert list(pieces()) == [b"2"]

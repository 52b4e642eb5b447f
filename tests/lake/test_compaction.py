"""Compaction makes few files of many and changes nothing else, whoever writes meanwhile."""

import threading
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pyiceberg.exceptions import CommitFailedException

from lake import Lake, compaction, file_replacement, open_lake
from lake.commits import commit_batch
from lake.compaction import Compaction, compact
from lake.connection import connect, planned_files
from lake.data_files import write_data_files
from lake.events_table import EVENTS
from lake.file_marks import mark_text
from lake.file_replacement import current_files, replace_files
from lake.tables import SOURCE_OBJECTS
from tests.lake.event_rows import NOON, event, rows_of, staged


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Return an empty lake."""
    return open_lake(tmp_path / "lake", create=True)


def write(lake: Lake, *event_ids: str, days: int = 0) -> None:
    """Commit a batch per event, each of which leaves a file in `events` and in the ledger."""
    for event_id in event_ids:
        row = event(event_id, NOON + timedelta(days=days), source_object_id=f"object-{event_id}")
        commit_batch(lake, staged(lake, f"batch-{event_id}", row))


def event_ids(lake: Lake) -> list[str]:
    with connect(lake, ["events"]) as connection:
        rows = connection.execute("select event_id from events order by event_id").fetchall()
    return [event_id for (event_id,) in rows]


def marks(lake: Lake) -> str:
    return mark_text(planned_files(lake.table("events")))


def test_small_files_become_one_per_day(lake: Lake) -> None:
    write(lake, "a", "b")
    write(lake, "c", "d", "e", days=1)
    result = compact(lake, EVENTS)
    assert (result.files_before, result.files_after, result.copies) == (5, 2, 0)
    assert result.bytes_after == sum(
        file.file_size_in_bytes for file in current_files(lake.table("events"))
    )
    assert event_ids(lake) == ["a", "b", "c", "d", "e"]


def test_a_table_without_days_becomes_one_file(lake: Lake) -> None:
    write(lake, "a", "b", "c")
    assert compact(lake, SOURCE_OBJECTS).files_after == 1
    with connect(lake, ["source_objects"]) as connection:
        rows = connection.execute("select source_object_id from source_objects order by all")
        assert rows.fetchall() == [("object-a",), ("object-b",), ("object-c",)]


def test_what_is_compact_stays_as_it_is(lake: Lake) -> None:
    write(lake, "a", "b")
    compact(lake, EVENTS)
    files = planned_files(lake.table("events"))
    assert compact(lake, EVENTS).files_before == 1
    assert planned_files(lake.table("events")) == files


def test_an_empty_lake_has_nothing_to_compact(lake: Lake) -> None:
    assert compact(lake, EVENTS) == Compaction("events", 0, 0, 0, 0)


def test_a_dry_run_says_what_would_be_merged_and_merges_nothing(lake: Lake) -> None:
    write(lake, "a", "b")
    result = compact(lake, EVENTS, dry_run=True)
    assert (result.files_before, result.files_after) == (2, 1)
    assert len(planned_files(lake.table("events"))) == 2


def test_every_column_comes_through(lake: Lake) -> None:
    write(lake, "a", "b")
    with connect(lake, ["events"]) as connection:
        before = connection.execute("select * from events order by event_id").fetchall()
    compact(lake, EVENTS)
    with connect(lake, ["events"]) as connection:
        assert connection.execute("select * from events order by event_id").fetchall() == before


def test_rows_are_in_order_of_time_with_filters_for_their_keys(lake: Lake) -> None:
    for minutes in (2, 0, 1):
        row = event(f"e{minutes}", NOON + timedelta(minutes=minutes))
        commit_batch(lake, staged(lake, f"batch-{minutes}", row))
    compact(lake, EVENTS)
    (path,) = planned_files(lake.table("events"))
    assert pq.read_table(path).column("event_id").to_pylist() == ["e0", "e1", "e2"]
    with connect(lake, ["events"]) as connection:
        filters = connection.execute(
            "select path_in_schema from parquet_metadata($path) "
            "where bloom_filter_length > 0 order by all",
            {"path": path},
        ).fetchall()
    assert ("event_id",) in filters


def test_files_are_merged_up_to_the_size_aimed_at(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(lake, "a", "b", "c", "d")
    sizes = [file.file_size_in_bytes for file in current_files(lake.table("events"))]
    monkeypatch.setattr(compaction, "TARGET_BYTES", 2 * max(sizes) + 2)
    assert compact(lake, EVENTS).files_after == 2


def test_a_large_file_is_left_alone(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    write(lake, "a", "b")
    sizes = [file.file_size_in_bytes for file in current_files(lake.table("events"))]
    monkeypatch.setattr(compaction, "TARGET_BYTES", 2 * min(sizes))
    assert compact(lake, EVENTS).files_after == 2


def test_a_copy_that_slipped_in_is_taken_out(lake: Lake) -> None:
    write(lake, "a", "b")
    copy = event("a", source_object_id="object-z")
    files = write_data_files(lake.table("events"), rows_of(lake, "events", copy))
    lake.table("events").add_files(files)
    assert event_ids(lake) == ["a", "a", "b"]
    before = marks(lake)

    assert compact(lake, EVENTS).copies == 1

    assert event_ids(lake) == ["a", "b"]
    with connect(lake, ["events"]) as connection:
        kept = connection.execute("select source_object_id from events where event_id = 'a'")
        assert kept.fetchall() == [("object-a",)]
    assert marks(lake) != before


def test_the_mark_of_a_day_outlives_compaction_but_not_new_events(lake: Lake) -> None:
    write(lake, "a", "b")
    first = marks(lake)
    compact(lake, EVENTS)
    assert marks(lake) == first
    write(lake, "c")
    second = marks(lake)
    assert second != first
    compact(lake, EVENTS)
    assert marks(lake) == second


def test_files_that_come_while_others_are_merged_stay(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    merge = compaction._merge

    def interrupted(*arguments: object) -> compaction._Merged:
        merged = merge(*arguments)  # type: ignore[arg-type]  # passed on as they came
        write(lake, "meanwhile")
        return merged

    write(lake, "a", "b")
    monkeypatch.setattr(compaction, "_merge", interrupted)
    compact(lake, EVENTS)
    assert event_ids(lake) == ["a", "b", "meanwhile"]
    assert len(planned_files(lake.table("events"))) == 2


def test_a_compaction_that_dies_before_its_commit_leaves_everything_to_the_next(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> bool:
        raise KeyboardInterrupt

    write(lake, "a", "b")
    monkeypatch.setattr(compaction, "replace_files", dies)
    with pytest.raises(KeyboardInterrupt):
        compact(lake, EVENTS)
    monkeypatch.undo()
    assert event_ids(lake) == ["a", "b"]
    assert compact(lake, EVENTS).files_after == 1
    assert event_ids(lake) == ["a", "b"]


def test_a_commit_that_failed_only_in_appearance_is_not_done_twice(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = file_replacement._commit
    calls = []

    def lost_answer(*arguments: object) -> None:
        calls.append(arguments)
        commit(*arguments)  # type: ignore[arg-type]  # passed on as they came
        raise CommitFailedException

    write(lake, "a", "b")
    monkeypatch.setattr(file_replacement, "_commit", lost_answer)
    assert compact(lake, EVENTS).files_after == 1
    assert len(calls) == 1
    assert event_ids(lake) == ["a", "b"]


def test_of_two_compactions_at_once_only_one_takes_effect(lake: Lake) -> None:
    write(lake, "a", "b")
    files = current_files(lake.table("events"))
    compact(lake, EVENTS)
    late = write_data_files(lake.table("events"), rows_of(lake, "events", event("a"), event("b")))
    assert not replace_files(lake, "events", files, late)
    assert event_ids(lake) == ["a", "b"]


def test_writers_and_a_compaction_at_the_same_time_lose_and_double_nothing(lake: Lake) -> None:
    write(lake, "first", "second")
    writers = [
        threading.Thread(target=write, args=(lake, *(f"{name}-{n}" for n in range(6))))
        for name in "ab"
    ]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        compact(lake, EVENTS)
        compact(lake, SOURCE_OBJECTS)
    for writer in writers:
        writer.join()
    compact(lake, EVENTS)

    names = [f"{name}-{n}" for name in "ab" for n in range(6)]
    assert event_ids(lake) == sorted(["first", "second", *names])
    assert len(planned_files(lake.table("events"))) == 1
    with connect(lake, ["source_objects"]) as connection:
        rows = connection.execute("select count(*), sum(events_written) from source_objects")
        assert rows.fetchall() == [(14, 14)]


def test_a_batch_staged_before_a_compaction_finds_its_duplicates_after_it(lake: Lake) -> None:
    write(lake, "a", "b")
    base = lake.table("events").current_snapshot()
    assert base is not None
    rows = (event("c", source_object_id="late"), event("new", source_object_id="late"))
    late = staged(lake, "late", *rows, base_snapshot_id=base.snapshot_id)
    write(lake, "c")
    compact(lake, EVENTS)

    commit_batch(lake, late)

    assert event_ids(lake) == ["a", "b", "c", "new"]


def test_a_reader_from_before_keeps_reading(lake: Lake) -> None:
    write(lake, "a", "b")
    with connect(lake, ["events"]) as connection:
        compact(lake, EVENTS)
        assert connection.execute("select count(*) from events").fetchall() == [(2,)]

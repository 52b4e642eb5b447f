"""A batch is in all its tables or in none that counts, and never twice."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from lake import Lake, commits, open_lake
from lake.batches import FOLLOWERS, files_since
from lake.commits import commit_batch, finish_interrupted
from lake.connection import connect
from tests.lake.event_rows import NOON, event, staged


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Return an empty lake."""
    return open_lake(tmp_path / "lake", create=True)


def event_ids(lake: Lake) -> list[str]:
    with connect(lake, ["events"]) as connection:
        rows = connection.execute("select event_id from events order by event_id").fetchall()
    return [event_id for (event_id,) in rows]


def ledger(lake: Lake) -> list[tuple[int, int, int, int]]:
    """Return read, written, duplicates and conflicts of each object, in order of their ids."""
    with connect(lake, ["source_objects"]) as connection:
        return connection.execute(
            "select records_read, events_written, duplicates, conflicts "
            "from source_objects order by source_object_id"
        ).fetchall()


def test_a_batch_is_in_its_tables_after_the_commit(lake: Lake) -> None:
    commit_batch(lake, staged(lake, "batch-1", event("a"), event("b", record_index=1)))
    assert event_ids(lake) == ["a", "b"]
    assert ledger(lake) == [(2, 2, 0, 0)]


def test_committing_a_batch_twice_does_it_once(lake: Lake) -> None:
    batch = staged(lake, "batch-1", event("a"))
    first = commit_batch(lake, batch)
    again = commit_batch(lake, batch)
    assert event_ids(lake) == ["a"]
    assert ledger(lake) == [(1, 1, 0, 0)]
    assert first.equals(again)


def test_a_batch_without_events_still_brings_its_ledger(lake: Lake) -> None:
    commit_batch(lake, staged(lake, "batch-1"))
    assert event_ids(lake) == []
    assert ledger(lake) == [(0, 0, 0, 0)]


@pytest.mark.parametrize("stop_before", FOLLOWERS)
def test_a_writer_that_dies_between_the_tables_is_finished_by_the_next(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, stop_before: str
) -> None:
    append_once = commits._append_once

    def dies(lake: Lake, name: str, batch_id: str, files: list[str]) -> None:
        if name == stop_before:
            raise KeyboardInterrupt
        append_once(lake, name, batch_id, files)

    batch = staged(lake, "batch-1", event("a"))
    files = {**batch.files, **{name: batch.files.get(name, ()) for name in FOLLOWERS}}
    monkeypatch.setattr(commits, "_append_once", dies)
    with pytest.raises(KeyboardInterrupt):
        commit_batch(lake, commits.StagedBatch("batch-1", files, None))
    monkeypatch.undo()

    # Readers see it whole already, and so it stays.
    for finished in (1, 0):
        assert event_ids(lake) == ["a"]
        assert ledger(lake) == [(1, 1, 0, 0)]
        assert finish_interrupted(lake) == finished


def test_a_reader_in_the_midst_of_a_commit_sees_the_batch_whole_or_not_at_all(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    append_files = commits.append_files

    def look_and_append(*arguments: object) -> None:
        seen.append((event_ids(lake), ledger(lake)))
        append_files(*arguments)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(commits, "append_files", look_and_append)
    commit_batch(lake, staged(lake, "batch-1", event("a")))
    seen.append((event_ids(lake), ledger(lake)))

    whole = (["a"], [(1, 1, 0, 0)])
    assert seen == [([], []), whole, whole]


def test_what_another_writer_brought_meanwhile_counts_as_duplicate(lake: Lake) -> None:
    mine = staged(
        lake,
        "mine",
        event("a", source_object_id="object-2"),
        event("b", source_object_id="object-2", record_index=1),
    )
    commit_batch(lake, staged(lake, "theirs", event("a")))

    commit_batch(lake, mine)

    assert event_ids(lake) == ["a", "b"]
    assert ledger(lake) == [(1, 1, 0, 0), (2, 1, 1, 0)]


def test_a_copy_with_other_content_is_counted_as_a_conflict_and_the_first_one_stays(
    lake: Lake,
) -> None:
    forged = event("a", source_object_id="object-2", event_name="DeleteBucket")
    batch = staged(lake, "later", forged)
    commit_batch(lake, staged(lake, "first", event("a")))

    commit_batch(lake, batch)

    assert ledger(lake) == [(1, 1, 0, 0), (1, 0, 1, 1)]
    with connect(lake, ["events"]) as connection:
        assert connection.execute("select event_name from events").fetchall() == [("ListBuckets",)]


def test_writers_at_the_same_time_lose_and_double_nothing(lake: Lake) -> None:
    def write(writer: int) -> None:
        for number in range(4):
            name = f"{writer}-{number}"
            commit_batch(
                lake,
                staged(
                    lake,
                    f"batch-{name}",
                    event("shared", source_object_id=f"object-{name}"),
                    event(name, source_object_id=f"object-{name}", record_index=1),
                ),
            )

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    names = [f"{writer}-{number}" for writer in range(3) for number in range(4)]
    assert event_ids(lake) == sorted([*names, "shared"])
    assert sum(read for read, *_ in ledger(lake)) == 24
    assert sum(written for _, written, *_ in ledger(lake)) == 13
    assert sum(duplicates for _, _, duplicates, _ in ledger(lake)) == 11


def test_each_day_is_a_partition_of_its_own(lake: Lake) -> None:
    late = event("b", NOON + timedelta(days=1), record_index=1)
    commit_batch(lake, staged(lake, "batch-1", event("a"), late))
    days = {task.file.partition[0] for task in lake.table("events").scan().plan_files()}
    assert len(days) == 2


def test_manifests_are_merged_and_what_came_since_a_snapshot_is_still_told(lake: Lake) -> None:
    with lake.table("events").transaction() as transaction:
        transaction.set_properties({"commit.manifest.min-count-to-merge": "3"})
    commit_batch(lake, staged(lake, "batch-0", event("e0")))
    base = lake.table("events").current_snapshot()
    assert base is not None
    for number in range(1, 8):
        commit_batch(lake, staged(lake, f"batch-{number}", event(f"e{number}")))
    events = lake.table("events")
    current = events.current_snapshot()
    assert current is not None
    assert len(current.manifests(events.io)) < 4
    added = files_since(events, base.snapshot_id)
    assert added is not None
    assert len(added) == len(set(added)) == 7
    assert event_ids(lake) == [f"e{number}" for number in range(8)]

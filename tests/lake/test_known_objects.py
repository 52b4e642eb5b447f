"""An object that two writers read at the same time is in the ledger once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lake import Lake, commits, known_objects, open_lake
from lake.commits import StagedBatch, commit_batch, finish_interrupted
from lake.compaction import compact
from lake.connection import connect
from lake.data_files import write_data_files
from lake.expiry import expire_snapshots
from lake.known_objects import ledger_snapshot_id
from lake.tables import RESOURCE_HISTORY, SOURCE_OBJECTS
from tests.lake.event_rows import event, rows_of, staged


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return open_lake(tmp_path / "lake", create=True)


def read_of_object_1(lake: Lake, batch_id: str) -> StagedBatch:
    """Return a batch with an event and a state of a resource, both from object-1."""
    batch = staged(lake, batch_id, event("a"))
    state = rows_of(lake, RESOURCE_HISTORY.name, {"source_object_id": "object-1"})
    files = write_data_files(lake.table(RESOURCE_HISTORY.name), state)
    return StagedBatch(batch_id, {**batch.files, RESOURCE_HISTORY.name: tuple(files)}, None)


def counts(lake: Lake) -> tuple[int, ...]:
    """Return the number of events, of states of resources, and of objects in the ledger."""
    tables = ("events", "resource_history", "source_objects")
    with connect(lake, tables) as connection:
        return tuple(len(connection.table(table)) for table in tables)


def test_what_another_writer_took_in_is_not_committed_again(lake: Lake) -> None:
    mine = read_of_object_1(lake, "mine")
    commit_batch(lake, read_of_object_1(lake, "theirs"))
    assert commit_batch(lake, mine).num_rows == 0
    assert counts(lake) == (1, 1, 1)
    assert finish_interrupted(lake) == 0


@pytest.mark.parametrize("is_compacted", [False, True])
def test_only_what_came_since_the_objects_were_looked_up_is_looked_at(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, *, is_compacted: bool
) -> None:
    commit_batch(lake, staged(lake, "before", event("z", source_object_id="object-0")))
    since = ledger_snapshot_id(lake)
    mine = replace(read_of_object_1(lake, "mine"), ledger_snapshot_id=since)
    commit_batch(lake, read_of_object_1(lake, "theirs"))
    if is_compacted:
        compact(lake, SOURCE_OBJECTS)
    with monkeypatch.context() as patch:
        patch.setattr(known_objects, "_in_ledger", None)
        assert commit_batch(lake, mine).num_rows == 0
    assert counts(lake) == (2, 1, 2)


def test_where_that_moment_is_forgotten_the_whole_ledger_is_looked_at(lake: Lake) -> None:
    commit_batch(lake, staged(lake, "before", event("z", source_object_id="object-0")))
    since = ledger_snapshot_id(lake)
    mine = replace(read_of_object_1(lake, "mine"), ledger_snapshot_id=since)
    commit_batch(lake, read_of_object_1(lake, "theirs"))
    expire_snapshots(lake, datetime.now(UTC) + timedelta(minutes=1))
    assert commit_batch(lake, mine).num_rows == 0
    assert counts(lake) == (2, 1, 2)


def test_the_other_objects_of_the_batch_are_committed(lake: Lake) -> None:
    mine = read_of_object_1(lake, "mine")
    other = staged(lake, "other", event("b", source_object_id="object-2"))
    both = {
        name: mine.files.get(name, ()) + other.files.get(name, ())
        for name in {*mine.files, *other.files}
    }
    commit_batch(lake, read_of_object_1(lake, "theirs"))
    assert commit_batch(lake, StagedBatch("both", both, None)).num_rows == 1
    assert counts(lake) == (2, 1, 2)


def test_what_a_writer_committed_that_died_before_the_ledger_is_known_too(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(commits, "_append_once", dies)
        with pytest.raises(KeyboardInterrupt):
            commit_batch(lake, read_of_object_1(lake, "theirs"))

    assert commit_batch(lake, read_of_object_1(lake, "mine")).num_rows == 0
    assert finish_interrupted(lake) == 1
    assert counts(lake) == (1, 1, 1)


def test_a_writer_that_was_overtaken_leaves_out_what_came_meanwhile(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = read_of_object_1(lake, "mine"), read_of_object_1(lake, "theirs")
    append_files = commits.append_files

    def overtaken(*arguments: object) -> None:
        monkeypatch.setattr(commits, "append_files", append_files)
        commit_batch(lake, theirs)
        append_files(*arguments)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(commits, "append_files", overtaken)
    assert commit_batch(lake, mine).num_rows == 0
    assert counts(lake) == (1, 1, 1)

"""Old snapshots go; those that a reader, a batch or an attribution needs stay."""

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lake import Lake, commits, open_lake
from lake.batches import batches_of
from lake.catalog import ensure_tables
from lake.commits import commit_batch, finish_interrupted
from lake.compaction import compact
from lake.connection import connect
from lake.data_files import write_data_files
from lake.derived_tables import DERIVED_TABLES, ENDPOINT_OWNERSHIP
from lake.events_table import EVENTS
from lake.expiry import expire_snapshots
from lake.garbage import collect_garbage
from lake.publication import Publication, last_publication, publish
from lake.replacement import replace_rows
from lake.tables import SOURCE_OBJECTS
from tests.lake.event_rows import event, ledger_row, rows_of, staged


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Return an empty lake with the tables of an attribution."""
    lake = open_lake(tmp_path / "lake", create=True)
    ensure_tables(lake, DERIVED_TABLES)
    return lake


def soon() -> datetime:
    """Return a time before which everything so far has been replaced, if it was at all."""
    return datetime.now(UTC) + timedelta(minutes=1)


def with_batch_id(batch: commits.StagedBatch, lake: Lake) -> commits.StagedBatch:
    """Return the batch with a ledger row that names it, as ingest writes it."""
    row = ledger_row(batch.batch_id, 1) | {"batch_id": batch.batch_id}
    table = rows_of(lake, "source_objects", row)
    files = write_data_files(lake.table("source_objects"), table)
    return commits.StagedBatch(
        batch.batch_id,
        {**batch.files, "source_objects": tuple(files)},
        batch.base_snapshot_id,
    )


def write(lake: Lake, *event_ids: str) -> None:
    for event_id in event_ids:
        row = event(event_id, source_object_id=f"object-{event_id}")
        commit_batch(lake, staged(lake, f"batch-{event_id}", row))


def snapshot_count(lake: Lake, name: str) -> int:
    return len(lake.table(name).snapshots())


def event_ids(lake: Lake) -> list[str]:
    with connect(lake, ["events"]) as connection:
        rows = connection.execute("select event_id from events order by event_id").fetchall()
    return [event_id for (event_id,) in rows]


def test_what_was_replaced_before_the_time_is_forgotten(lake: Lake) -> None:
    write(lake, "a", "b", "c")
    expired = expire_snapshots(lake, soon())
    assert (expired["events"], expired["source_objects"]) == (2, 2)
    assert snapshot_count(lake, "events") == 1
    assert event_ids(lake) == ["a", "b", "c"]


def test_an_old_snapshot_stays_while_it_was_replaced_only_lately(lake: Lake) -> None:
    write(lake, "a", "b")
    made = lake.table("events").snapshots()[-1].timestamp_ms / 1000
    between = datetime.fromtimestamp(made, UTC) + timedelta(milliseconds=1)
    write(lake, "c")

    expire_snapshots(lake, between)

    # The first was replaced before that time, the second was still read then.
    assert snapshot_count(lake, "events") == 2


def test_a_dry_run_counts_and_keeps(lake: Lake) -> None:
    write(lake, "a", "b")
    assert expire_snapshots(lake, soon(), dry_run=True)["events"] == 1
    assert snapshot_count(lake, "events") == 2


def test_an_empty_lake_has_nothing_to_forget(lake: Lake) -> None:
    assert set(expire_snapshots(lake, soon()).values()) == {0}


def test_a_batch_that_is_not_in_the_ledger_is_finished_after_expiry(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    batch = staged(lake, "batch-a", event("a", source_object_id="object-a"))
    monkeypatch.setattr(commits, "_append_once", dies)
    with pytest.raises(KeyboardInterrupt):
        commit_batch(lake, batch)
    monkeypatch.undo()
    write(lake, "b", "c")

    expire_snapshots(lake, soon())

    assert set(batches_of(lake.table("events"))) == {"batch-a", "batch-c"}
    assert finish_interrupted(lake) == 1
    with connect(lake, ["source_objects"]) as connection:
        assert connection.execute("select count(*) from source_objects").fetchall() == [(3,)]


def test_no_batch_looks_unfinished_because_its_ledger_was_forgotten(lake: Lake) -> None:
    write(lake, "a", "b")
    compact(lake, SOURCE_OBJECTS)
    expire_snapshots(lake, soon())
    assert set(batches_of(lake.table("events"))) == {"batch-b"}
    assert finish_interrupted(lake) == 0


@pytest.mark.parametrize("is_known", [True, False], ids=["base known", "first of the lake"])
def test_a_batch_is_not_committed_again_after_its_snapshot_is_forgotten(
    lake: Lake, *, is_known: bool
) -> None:
    base_id = None
    if is_known:
        write(lake, "before")
        base = lake.table("events").current_snapshot()
        assert base is not None
        base_id = base.snapshot_id
    batch = with_batch_id(staged(lake, "batch-a", event("a"), base_snapshot_id=base_id), lake)
    first = commit_batch(lake, batch)
    write(lake, "b")
    compact(lake, EVENTS)
    expire_snapshots(lake, soon())
    assert "batch-a" not in batches_of(lake.table("events"))
    known = event_ids(lake)

    again = commit_batch(lake, batch)

    assert event_ids(lake) == known
    assert again.to_pylist() == first.to_pylist()


def test_a_batch_staged_before_expiry_finds_its_duplicates_after_it(lake: Lake) -> None:
    write(lake, "a")
    base = lake.table("events").current_snapshot()
    assert base is not None
    rows = (event("b", source_object_id="late"), event("new", source_object_id="late"))
    late = staged(lake, "late", *rows, base_snapshot_id=base.snapshot_id)
    write(lake, "b", "c")
    compact(lake, EVENTS)
    expire_snapshots(lake, soon())

    commit_batch(lake, late)

    assert event_ids(lake) == ["a", "b", "c", "new"]


def owners(lake: Lake) -> list[tuple[str]]:
    with connect(lake, ["endpoint_ownership"]) as connection:
        return connection.execute("select vpc_endpoint_id from endpoint_ownership").fetchall()


def derive(lake: Lake, vpc_endpoint_id: str) -> int:
    rows = rows_of(lake, "endpoint_ownership", {"vpc_endpoint_id": vpc_endpoint_id})
    return replace_rows(lake, ENDPOINT_OWNERSHIP, [rows])


def test_what_an_attribution_published_stays_when_a_later_one_died(lake: Lake) -> None:
    published = last_publication(lake)
    publish(lake, Publication({"endpoint_ownership": derive(lake, "vpce-1")}), published)
    derive(lake, "vpce-2")
    derive(lake, "vpce-3")
    expire_snapshots(lake, soon())
    assert owners(lake) == [("vpce-1",)]


def test_what_was_published_until_lately_stays(lake: Lake) -> None:
    first = derive(lake, "vpce-1")
    publish(lake, Publication({"endpoint_ownership": first}), last_publication(lake))
    second = derive(lake, "vpce-2")
    # Iceberg tells times to the millisecond: keep them apart.
    time.sleep(0.1)
    derived_at = datetime.now(UTC)
    time.sleep(0.1)
    published = last_publication(lake)
    snapshots = {**published.snapshots, "endpoint_ownership": second}
    publish(lake, Publication(snapshots), published)

    expire_snapshots(lake, derived_at)
    assert lake.table("endpoint_ownership").snapshot_by_id(first) is not None

    expire_snapshots(lake, soon())
    assert lake.table("endpoint_ownership").snapshot_by_id(first) is None
    assert owners(lake) == [("vpce-2",)]


def test_writers_beside_compaction_and_expiry_lose_and_double_nothing(lake: Lake) -> None:
    def write_shared(writer: int) -> None:
        for number in range(4):
            name = f"{writer}-{number}"
            rows = (
                event("shared", source_object_id=name),
                event(name, source_object_id=name, record_index=1),
            )
            commit_batch(lake, staged(lake, f"batch-{name}", *rows))

    writers = [threading.Thread(target=write_shared, args=(writer,)) for writer in range(2)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        compact(lake, EVENTS)
        compact(lake, SOURCE_OBJECTS)
        expire_snapshots(lake, soon())
    for writer in writers:
        writer.join()

    names = [f"{writer}-{number}" for writer in range(2) for number in range(4)]
    assert event_ids(lake) == sorted([*names, "shared"])
    with connect(lake, ["source_objects"]) as connection:
        counts = connection.execute(
            "select count(*), sum(events_written), sum(duplicates) from source_objects"
        )
        assert counts.fetchall() == [(8, 9, 7)]


def test_what_an_append_has_replaced_goes_sooner_than_what_a_merge_has(lake: Lake) -> None:
    write(lake, "a", "b", "c")
    compact(lake, EVENTS)
    write(lake, "d", "e")
    with connect(lake, ["events"]) as connection:
        before = datetime.now(UTC) - timedelta(hours=1)
        expired = expire_snapshots(lake, before, appended_before=soon())
        # Left: the one before the merge, and the current one.
        assert (expired["events"], snapshot_count(lake, "events")) == (4, 2)
        collect_garbage(lake, "events", soon())
        assert len(connection.execute("select event_id from events").fetchall()) == 5
    write(lake, "f")
    assert event_ids(lake) == ["a", "b", "c", "d", "e", "f"]


def test_a_reader_from_before_a_merge_keeps_its_files(lake: Lake) -> None:
    write(lake, "a", "b")
    with connect(lake, ["events"]) as connection:
        compact(lake, EVENTS)
        write(lake, "c")
        before = datetime.now(UTC) - timedelta(hours=1)
        expire_snapshots(lake, before, appended_before=soon())
        collect_garbage(lake, "events", soon())
        assert len(connection.execute("select event_id from events").fetchall()) == 2


def test_a_writer_who_slept_until_its_batch_was_forgotten_adds_nothing_again(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    append_once = commits._append_once

    def sleeps(*arguments: object) -> None:
        monkeypatch.setattr(commits, "_append_once", append_once)
        finish_interrupted(lake)
        write(lake, "later")
        expire_snapshots(lake, soon())
        append_once(*arguments)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(commits, "_append_once", sleeps)
    commit_batch(lake, with_batch_id(staged(lake, "mine", event("a")), lake))
    with connect(lake, ["source_objects"]) as connection:
        found = connection.execute("select source_object_id from source_objects").fetchall()
    assert sorted(found) == [("mine",), ("object-later",)]

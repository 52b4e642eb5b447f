"""Only files that nobody needs and that are old are deleted, and never one too many."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyiceberg.utils.config import Config

from lake import Lake, LakeError, commits, open_lake
from lake.commits import commit_batch, finish_interrupted
from lake.compaction import compact
from lake.connection import connect, planned_files
from lake.events_table import EVENTS
from lake.expiry import expire_snapshots
from lake.garbage import collect_garbage
from tests.lake.event_rows import event, staged

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LATER = timedelta(minutes=1)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Return an empty lake."""
    return open_lake(tmp_path / "lake", create=True)


def soon() -> datetime:
    """Return a time that makes everything so far old."""
    return datetime.now(UTC) + LATER


def write(lake: Lake, *event_ids: str) -> None:
    for event_id in event_ids:
        row = event(event_id, source_object_id=f"object-{event_id}")
        commit_batch(lake, staged(lake, f"batch-{event_id}", row))


def event_count(lake: Lake) -> int:
    with connect(lake, ["events"]) as connection:
        rows = connection.execute("select count(*) from events").fetchall()
    return int(rows[0][0])


def data_files(lake: Lake, name: str = "events") -> set[Path]:
    folder = Path(lake.table(name).location().removeprefix("file://"))
    return set((folder / "data").rglob("*.parquet"))


def test_what_compaction_left_is_deleted_once_its_snapshots_are_forgotten(lake: Lake) -> None:
    write(lake, "a", "b", "c")
    compact(lake, EVENTS)
    assert collect_garbage(lake, "events", soon()).files == 0
    assert len(data_files(lake)) == 4

    expire_snapshots(lake, soon())
    garbage = collect_garbage(lake, "events", soon())

    assert data_files(lake) == {Path(path) for path in planned_files(lake.table("events"))}
    assert garbage.files > 3
    assert garbage.bytes > 0
    assert event_count(lake) == 3
    write(lake, "d")
    assert event_count(lake) == 4


def test_a_dry_run_counts_and_deletes_nothing(lake: Lake) -> None:
    write(lake, "a", "b")
    compact(lake, EVENTS)
    expire_snapshots(lake, soon())
    would = collect_garbage(lake, "events", soon(), dry_run=True)
    assert len(data_files(lake)) == 3
    assert collect_garbage(lake, "events", soon()) == would


def test_a_young_file_may_be_a_writers_who_is_about_to_commit(lake: Lake) -> None:
    write(lake, "a")
    batch = staged(lake, "batch-b", event("b"))
    (path,) = (Path(location.removeprefix("file://")) for location in batch.files["events"])
    assert collect_garbage(lake, "events", datetime.now(UTC) - timedelta(hours=1)).files == 0

    commit_batch(lake, batch)
    assert event_count(lake) == 2

    abandoned = path.with_name("abandoned.parquet")
    abandoned.write_bytes(path.read_bytes())
    long_ago = (datetime.now(UTC) - timedelta(hours=2)).timestamp()
    os.utime(abandoned, (long_ago, long_ago))
    assert collect_garbage(lake, "events", datetime.now(UTC) - timedelta(hours=1)).files == 1
    assert not abandoned.exists()
    assert path.exists()


def test_files_of_a_batch_that_is_not_in_all_its_tables_stay(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    batch = staged(lake, "batch-a", event("a"))
    monkeypatch.setattr(commits, "_append_once", dies)
    with pytest.raises(KeyboardInterrupt):
        commit_batch(lake, batch)
    monkeypatch.undo()

    expire_snapshots(lake, soon())
    assert collect_garbage(lake, "source_objects", soon()).files == 0

    assert finish_interrupted(lake) == 1
    with connect(lake, ["source_objects"]) as connection:
        assert connection.execute("select count(*) from source_objects").fetchall() == [(1,)]


def test_nothing_is_deleted_where_the_listing_lacks_files_in_use(lake: Lake) -> None:
    write(lake, "a", "b")
    compact(lake, EVENTS)
    expire_snapshots(lake, soon())
    (in_use,) = (Path(path) for path in planned_files(lake.table("events")))
    in_use.rename(in_use.with_suffix(".elsewhere"))
    before = data_files(lake)
    with pytest.raises(LakeError, match="none was deleted"):
        collect_garbage(lake, "events", soon())
    assert data_files(lake) == before


def test_a_lake_in_s3_is_compacted_and_collected_too(
    s3: "S3Client", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.create_bucket(
        Bucket="our-lake", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    settings = {
        "TYPE": "sql",
        "URI": f"sqlite:///{tmp_path / 'catalog.db'}",
        "WAREHOUSE": "s3://our-lake/warehouse",
        "S3__REGION": "eu-central-1",
        "S3__ACCESS_KEY_ID": "testing",
        "S3__SECRET_ACCESS_KEY": "testing",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"PYICEBERG_CATALOG__PROD__{name}", value)
    # PyIceberg reads its settings when it is imported.
    monkeypatch.setattr("pyiceberg.catalog._ENV_CONFIG", Config())
    lake = open_lake("catalog:prod", create=True)
    write(lake, "a", "b", "c")

    assert compact(lake, EVENTS).files_after == 1
    expire_snapshots(lake, soon())
    assert collect_garbage(lake, "events", soon()).files > 3

    prefix = lake.table("events").location().removeprefix("s3://our-lake/") + "/data/"
    keys = [key["Key"] for key in s3.list_objects_v2(Bucket="our-lake", Prefix=prefix)["Contents"]]
    # PyArrow leaves an empty object in the place of a folder.
    left = [f"s3://our-lake/{key}" for key in keys if not key.endswith("/")]
    assert left == planned_files(lake.table("events"))
    assert event_count(lake) == 3

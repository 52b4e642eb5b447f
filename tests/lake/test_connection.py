"""DuckDB sees the current snapshot by field id, and nothing else on the machine."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from pyiceberg.types import StringType

from lake import Lake, LakeError, open_lake
from lake.commits import commit_batch
from lake.connection import close_to_outside, comment_tables, connect, planned_files, relation_sql
from tests.lake.event_rows import event, staged


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Return a lake with one event."""
    lake = open_lake(tmp_path / "lake", create=True)
    commit_batch(lake, staged(lake, "batch-1", event("a")))
    return lake


def test_a_renamed_column_is_found_in_old_files(lake: Lake) -> None:
    with lake.table("events").update_schema() as update:
        update.rename_column("event_name", "api_name")
        update.add_column("later_column", StringType())
    connection = duckdb.connect()
    table = lake.table("events")
    query = relation_sql(table.schema(), planned_files(table))
    row = connection.execute(f"select api_name, later_column from ({query})").fetchone()
    assert row == ("ListBuckets", None)


def test_a_table_of_an_older_release_gets_the_columns_it_lacks(lake: Lake) -> None:
    with lake.table("events").update_schema() as update:
        update.delete_column("cipher_suite")
    again = open_lake(lake.location, create=True)
    assert "cipher_suite" in again.table("events").schema().column_names
    with connect(again, ["events"]) as connection:
        assert connection.execute("select event_id, cipher_suite from events").fetchall() == [
            ("a", None)
        ]


def test_a_table_of_an_older_release_gets_the_settings_it_lacks_once(lake: Lake) -> None:
    name = "commit.manifest-merge.enabled"
    with lake.table("events").transaction() as transaction:
        transaction.remove_properties(name)
    again = open_lake(lake.location, create=True)
    assert again.table("events").properties[name] == "true"
    before = [again.table(name).metadata_location for name in sorted(again.table_names())]
    open_lake(lake.location, create=True)
    assert [again.table(name).metadata_location for name in sorted(again.table_names())] == before


@pytest.mark.parametrize(
    "query",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from glob('/*')",
        "copy (select 1) to '{folder}/stolen.csv'",
        "attach '{folder}/other.duckdb'",
        "set enable_external_access = true",
        "install httpfs",
    ],
)
def test_a_closed_connection_reaches_nothing_but_the_lake(
    lake: Lake, tmp_path: Path, query: str
) -> None:
    with connect(lake) as connection:
        close_to_outside(connection)
        with pytest.raises(duckdb.Error):
            connection.execute(query.format(folder=tmp_path)).fetchall()
        assert connection.execute("select count(*) from events").fetchone() == (1,)


def test_what_was_read_of_a_file_is_kept_for_cursors_too(lake: Lake) -> None:
    with connect(lake) as connection:
        setting = connection.cursor().execute("select current_setting('parquet_metadata_cache')")
        assert setting.fetchone() == (True,)


def test_days_are_those_of_utc_wherever_the_machine_is(lake: Lake) -> None:
    lines = (
        "from lake import open_lake\nfrom lake.connection import connect\n"
        f"cursor = connect(open_lake({lake.location!r}), []).cursor()\n"
        "print(*cursor.execute(\"select current_setting('timezone')\").fetchone())"
    )
    zone = subprocess.run(
        [sys.executable, "-c", lines],
        env=os.environ | {"TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert zone == "UTC\n"


def test_every_view_and_column_carries_its_comment(lake: Lake) -> None:
    with connect(lake) as connection:
        comment_tables(connection)
        silent = connection.execute(
            "select table_name, column_name from duckdb_columns() "
            "where comment is null and not internal"
        ).fetchall()
        assert silent == []


def test_a_folder_that_is_no_lake_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match=r"has no events yet\. Run: roletrail ingest"):
        open_lake(tmp_path / "nothing")


def test_a_lake_of_an_older_release_answers_with_nulls_for_what_it_lacks(lake: Lake) -> None:
    with lake.table("events").update_schema() as update:
        update.delete_column("cipher_suite")
    lake.catalog.drop_table("roletrail.resource_history")
    with connect(lake) as connection:
        assert connection.execute("select event_id, cipher_suite from events").fetchall() == [
            ("a", None)
        ]
        assert connection.execute("from resource_history").fetchall() == []


def test_a_file_that_is_no_catalog_is_named(tmp_path: Path) -> None:
    (tmp_path / "catalog.db").write_text("not a database")
    with pytest.raises(LakeError, match=r"is no catalog of a lake"):
        open_lake(tmp_path)

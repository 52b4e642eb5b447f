"""The script for somebody's own DuckDB, run by one that knows nothing of ours."""

import csv
import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from analysis import duckdb_script, open_answers
from analysis.views import READER_VIEWS
from lake import Lake, open_lake
from lake.commits import commit_batch
from lake.connection import TableView
from lake.tables import TABLES
from roletrail.cli import main
from roletrail.errors import ExitCode
from tests.lake.event_rows import event, staged

if TYPE_CHECKING:
    from collections.abc import Iterator

ELSEWHERE = """
import duckdb, json, sys
with duckdb.connect(sys.argv[1]) as shell:
    shell.execute(sys.stdin.read())
with duckdb.connect(sys.argv[1], read_only=True) as shell:  # what the file keeps of it
    views = [name for name, in shell.sql(
        "select view_name from duckdb_views() where not internal order by 1").fetchall()]
    answer = {name: [shell.table(name).columns, shell.table(name).count("*").fetchone()[0]]
        for name in views}
    comments = shell.sql("select count(comment) from duckdb_columns() where not internal"
        " union all select count(comment) from duckdb_views() where not internal").fetchall()
print(json.dumps([answer, comments, "roletrail" in sys.modules or "lake" in sys.modules]))
"""


def run_elsewhere(script: str, folder: Path) -> list[object]:
    """Run the script in a process without our packages; return what is then there."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", ELSEWHERE, folder / "their.duckdb"],
        input=script,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: list[object] = json.loads(done.stdout)
    return answer


def test_another_duckdb_has_the_same_tables_and_views_with_their_comments(
    sample_lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = ["--lake", str(sample_lake)]
    assert main(["duckdb-init", *lake]) is ExitCode.OK
    script = capsys.readouterr().out
    there, comments, has_ours = run_elsewhere(script, tmp_path)
    assert not has_ours
    counts = " union all ".join(
        f"select '{name}' as name, count(*) as rows from {name}"
        for name in sorted({*TABLES, *READER_VIEWS})
    )
    main(["sql", counts, *lake, "--format", "csv"])
    rows = csv.DictReader(io.StringIO(capsys.readouterr().out))
    answers = open_answers(str(sample_lake))
    here = {
        row["name"]: [answers.sql(f"from {row['name']}").columns, int(row["rows"])] for row in rows
    }
    assert there == here
    assert comments == [
        list(row)
        for row in answers.sql("""
            select count(comment) from duckdb_columns() where not internal
            union all select count(comment) from duckdb_views() where not internal
        """).fetchall()
    ]


def test_a_folder_with_any_name_stays_a_name(tmp_path: Path) -> None:
    location = tmp_path / 'it\'s a ; drop "lake" --'
    lake = open_lake(location, create=True)
    commit_batch(lake, staged(lake, "first", event("a")))
    answers = open_answers(str(location))
    there, *_ = run_elsewhere(duckdb_script.duckdb_script(answers), tmp_path)
    assert isinstance(there, dict)
    assert there["events"][1] == 1
    # DuckDB's shell takes a line that begins with a dot between statements for a command.
    broken = replace(answers, lake=replace(answers.lake, location="our\n.shell touch x"))
    lines = duckdb_script.duckdb_script(broken).splitlines()
    assert not [line for line in lines if line.startswith(".")]


def test_for_a_lake_in_s3_the_script_has_a_secret_but_none_of_our_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    location = str(tmp_path / "lake")
    open_lake(location, create=True)
    answers = open_answers(location)
    properties = {
        "s3.region": "eu-central-1",
        "s3.endpoint": "http://127.0.0.1:9000",
        "s3.access-key-id": "AKIAOFTHECATALOG",
        "s3.secret-access-key": "secret of the catalog",
    }
    table: Any = SimpleNamespace(io=SimpleNamespace(properties=properties))

    def in_s3(_: Lake) -> "Iterator[TableView]":
        yield TableView("events", "select 1 as a", ("s3://our-lake/e.parquet",), table)

    monkeypatch.setattr(duckdb_script, "table_views", in_s3)
    script = duckdb_script.duckdb_script(answers)
    assert (
        "create or replace secret roletrail_1 (type s3, provider credential_chain, "
        "region 'eu-central-1', endpoint '127.0.0.1:9000', url_style 'path', use_ssl false, "
        "scope 's3://our-lake');"
    ) in script
    assert "AKIAOFTHECATALOG" not in script
    assert "secret of" not in script
    assert len(duckdb.extract_statements(script)) > len(READER_VIEWS)

import io
from pathlib import Path

import pytest

from roletrail.cli import main
from roletrail.errors import ExitCode

COUNT = "select count(*) > 5000 as many from attributed_events"


def test_a_query_comes_as_argument_or_on_standard_input(
    sample_lake: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["--format", "csv", "--lake", str(sample_lake)]
    assert main(["sql", COUNT, *options]) is ExitCode.OK
    monkeypatch.setattr("sys.stdin", io.StringIO(COUNT))
    assert main(["sql", *options]) is ExitCode.OK
    assert capsys.readouterr().out == "many\ntrue\n" * 2


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("selec 1", 'Parser Error: syntax error at or near "selec"'),
        (
            "select evnt_id from events",
            'Binder Error: Referenced column "evnt_id" not found in FROM clause! Candidate',
        ),
        (
            "select * from attributed_event",
            "Catalog Error: Table with name attributed_event does not exist! Did you mean",
        ),
        (
            "select cast(chr(27) || '[2J' as integer) from events",  # found only while reading
            r"Conversion Error: Could not convert string '\x1b[2J' to INT32",
        ),
        ("drop table events", "only one query that reads is taken"),
        ("select 1; select 2", "only one query that reads is taken"),
        ("copy (select 1) to 'answer.csv'", "only one query that reads is taken"),
        ("from read_csv('/etc/passwd')", 'Permission Error: Cannot access file "/etc/passwd"'),
    ],
)
def test_a_query_that_cannot_be_answered_is_one_line_with_duckdbs_hint(
    query: str, line: str, sample_lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sql", query, "--lake", str(sample_lake)]) is ExitCode.NOTHING_DONE
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.startswith(f"error: {line}")
    assert written.err.count("\n") == 1
    assert "LINE" not in written.err


def test_nothing_on_standard_input_is_no_query(
    sample_lake: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff"), encoding="utf-8"))
    assert main(["sql", "--lake", str(sample_lake)]) is ExitCode.NOTHING_DONE
    assert capsys.readouterr().err == "error: the query isn't utf-8 text\n"

from pathlib import Path

import pytest

import roletrail
from roletrail.cli import main
from roletrail.errors import ExitCode


def test_an_explanation_starts_with_its_claim_and_folds_its_links(
    sample_lake: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    lake = roletrail.open(sample_lake)
    query = "select event_id from attributed_events where user_id = 'hoge' limit 1"
    row = lake.sql(query).fetchone()
    assert row is not None

    assert main(["explain", row[0], "--lake", str(sample_lake)]) is ExitCode.OK
    claim, *links = capsys.readouterr().out.splitlines()
    assert "hoge" in claim
    assert links
    assert all(line.startswith("  ") and len(line) <= 100 for line in links)


def test_an_unknown_id_is_an_error(sample_lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["explain", "no-such-id\x1b[2J", "--lake", str(sample_lake)]
    assert main(arguments) is ExitCode.NOTHING_DONE
    written = capsys.readouterr()
    assert written.err.startswith("error: ")
    assert r"no-such-id\x1b[2J" in written.err

"""The demo: its answer, what it accounts for, and that it leaves nothing behind."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import roletrail
from roletrail.cli import main
from roletrail.errors import ExitCode
from tests.conftest import REPOSITORY


def test_its_answer_names_people_fleets_and_apis_and_accounts_for_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)
    assert main(["demo", "--no-serve", "--lake", "kept"]) is ExitCode.OK
    written = capsys.readouterr()
    answer, account = written.out.split("\nFrom the sample logs:\n\n")
    assert "hoge" in answer
    assert "s3:GetObject" in answer
    assert all(len(line) <= 100 for line in answer.splitlines())
    assert " objects = 0 known + " in account
    assert "calls behind AppStream fleets: " in account
    assert written.err.splitlines() == [
        "reading the sample logs …",
        "working out who made each call …",
        "the lake is kept in kept: try roletrail sessions --lake kept",
    ]
    people = roletrail.open("kept").sql("select distinct user_id from attributed_events").fetchall()
    assert {("hoge",), ("fuga",)} <= set(people)


def test_it_never_touches_the_users_own_lake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLETRAIL_LAKE", str(tmp_path / "our-lake"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert main(["demo", "--no-serve"]) is ExitCode.OK
    assert not list(tmp_path.iterdir())
    assert "Who called what" in capsys.readouterr().out


def test_stopped_while_it_serves_it_takes_its_lake_along(tmp_path: Path) -> None:
    demo = subprocess.Popen(
        [sys.executable, "-m", "roletrail", "demo", "--port", "18765"],
        cwd=REPOSITORY,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert demo.stderr is not None
    lines = iter(demo.stderr.readline, "")
    assert any(line.startswith("dashboard: http://127.0.0.1:18765") for line in lines)
    assert list(tmp_path.glob("roletrail-demo-*"))
    demo.send_signal(signal.SIGTERM)
    demo.communicate()
    assert demo.returncode == 0
    assert not list(tmp_path.glob("roletrail-demo-*"))

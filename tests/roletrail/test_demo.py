"""The demo: its answer, what it accounts for, and that it leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
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


def test_stopped_while_it_serves_it_takes_its_lake_along(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    demo = subprocess.Popen(
        [sys.executable, "-m", "roletrail", "demo", "--port", str(port)],
        cwd=REPOSITORY,
        env=os.environ | {"TMPDIR": str(tmp_path), "ROLETRAIL_LAKE": str(tmp_path / "our-lake")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert demo.stderr is not None
    lines = iter(demo.stderr.readline, "")
    assert any(line.startswith(f"dashboard: http://127.0.0.1:{port}") for line in lines)
    (folder,) = tmp_path.iterdir()
    assert folder.name.startswith("roletrail-demo-"), "not the user's own lake"
    demo.send_signal(signal.SIGTERM)
    demo.communicate(timeout=60)
    assert demo.returncode == 0
    assert not list(tmp_path.iterdir())

"""Maintenance beside a follower: when it starts, what is said of it, and that it ends."""

import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from lake import Lake, open_lake
from lake.turns import maintained_at, take_turn
from roletrail.upkeep import NEVER, Upkeep, maintained

HOUR = timedelta(hours=1)
ENDS_WITHIN = 60  # seconds


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Return an empty lake."""
    return open_lake(tmp_path / "lake", create=True)


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the lake be asked each time."""
    monkeypatch.setattr("roletrail.upkeep.ASKED_EVERY", 0)


def said_of(upkeep: Upkeep, capsys: pytest.CaptureFixture[str]) -> str:
    """See to it again and again, as a follower does, and return the first that it says."""
    deadline = time.monotonic() + ENDS_WITHIN
    while not (said := capsys.readouterr().err):
        assert time.monotonic() < deadline
        upkeep.see_to_it()
        time.sleep(0.1)
    return said


@pytest.mark.usefixtures("no_pause")
def test_what_is_due_is_done_in_a_process_of_its_own_and_said(
    lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    upkeep = Upkeep(lake, HOUR, ())
    said = said_of(upkeep, capsys)
    assert said.startswith("maintenance: 0 snapshots expired, 0 files deleted (0.0 MB)")
    assert maintained_at(lake) is not None
    upkeep.see_to_it()
    assert not upkeep.is_running


@pytest.mark.usefixtures("no_pause")
def test_nothing_is_started_while_it_is_somebody_elses_turn(lake: Lake) -> None:
    assert take_turn(lake, HOUR)
    upkeep = Upkeep(lake, HOUR, ())
    upkeep.see_to_it()
    assert not upkeep.is_running


@pytest.mark.usefixtures("no_pause")
def test_one_that_fails_is_a_warning_and_no_more(
    lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    upkeep = Upkeep(lake, HOUR, ("--keep-days", "0"))
    said = said_of(upkeep, capsys)
    assert said.startswith("warning: maintenance failed, ")
    assert said.count("\n") == 1


def test_what_runs_ends_with_the_follower(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    upkeep = Upkeep(lake, HOUR, ())
    monkeypatch.setattr(upkeep, "_command", [sys.executable, "-c", "import time; time.sleep(600)"])
    upkeep.see_to_it()
    assert upkeep.is_running
    upkeep.stop()
    assert not upkeep.is_running


def test_never_is_never(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(subprocess, "Popen", fail)
    with maintained(lake, NEVER, ()) as see_to_it:
        assert see_to_it is None
    assert maintained_at(lake) is None

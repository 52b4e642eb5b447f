"""Every way that a command can end, as its exit status and one line on standard error."""

import os
import shlex
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from roletrail.cli import main
from roletrail.errors import ExitCode
from tests.conftest import REPOSITORY


def error_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the one line that a command which can do nothing says."""
    assert main(arguments) is ExitCode.NOTHING_DONE
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.count("\n") == 1
    assert written.err.startswith("error: ")
    return written.err.removeprefix("error: ").rstrip("\n")


@pytest.mark.parametrize(
    ("command_line", "line"),
    [
        ("sesions", "no such command 'sesions'. Did you mean 'sessions'? See: roletrail --help"),
        ("ingest", "missing argument 'SOURCE'. See: roletrail ingest --help"),
        (
            "sessions --since 2026-02-01 --until 2026-01-01",
            "--until 2026-01-01 00:00:00+00:00 isn't after --since 2026-02-01 00:00:00+00:00",
        ),
        (
            "status --format csv",
            "status is several tables, so it has no csv form. Take --format json",
        ),
        (
            "sql ''",
            'no query. Write it behind the command, as in: roletrail sql "show tables"',
        ),
        ("explain \udcff", "an argument isn't UTF-8 text"),
    ],
)
def test_a_wrong_command_line_is_one_line(
    command_line: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert error_of(capsys, *shlex.split(command_line)) == line


@pytest.mark.parametrize(
    ("command_line", "words"),
    [
        ("sessions --acount 1", "no such option: --acount (Possible options: --account"),
        ("status --format xml", "invalid value for '--format': 'xml' is not one of 'table', 'csv'"),
        ("sessions --since yesterday", "Write 2026-01-31, or 2026-01-31T22:41:00Z; UTC is meant"),
        ("attribute --until 2026-01-31T10:00", "is no day. Write it as 2026-01-31"),
        ("dashboard --port 0", "invalid value for '--port'"),
    ],
)
def test_a_wrong_option_says_what_it_takes(
    command_line: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    line = error_of(capsys, *shlex.split(command_line))
    assert words in line
    assert line.endswith(f"See: roletrail {command_line.split(maxsplit=1)[0]} --help")


@pytest.mark.parametrize(
    "command",
    [["sessions"], ["explain", "1"], ["sql", "select 1"], ["status"], ["attribute"], ["dashboard"]],
    ids=lambda command: command[0],
)
def test_a_missing_lake_says_how_to_make_one(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = str(tmp_path / "no-lake")
    assert error_of(capsys, *command, "--lake", lake) == (
        f"{lake} has no events yet. Run: roletrail ingest sample_logs --lake {lake}"
    )
    assert not list(tmp_path.iterdir())


def test_a_missing_source_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = str(tmp_path / "no-such-folder")
    assert missing in error_of(capsys, "ingest", missing, "--lake", str(tmp_path / "lake"))


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) is ExitCode.OK
    assert "Usage: roletrail" in capsys.readouterr().out


def test_the_version_is_that_of_the_distribution(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) is ExitCode.OK
    assert capsys.readouterr().out == f"roletrail {version('roletrail')}\n"


def test_the_default_lake_is_the_lakes_own() -> None:
    from lake.catalog import DEFAULT_LOCATION
    from roletrail.options import DEFAULT_LAKE

    assert DEFAULT_LAKE == DEFAULT_LOCATION


# ── in a process of its own, as a shell starts it ────────────────────────────────────────────


def start(*arguments: str | Path, stdout: int = subprocess.PIPE) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "roletrail", *arguments],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_exit_status_and_line_reach_the_shell(tmp_path: Path) -> None:
    process = start("sessions", "--lake", tmp_path / "none")
    out, err = process.communicate()
    assert (process.returncode, out) == (2, "")
    assert err.startswith("error: ")
    assert "Traceback" not in err


def test_ctrl_c_in_the_middle_of_a_query_ends_it(sample_lake: Path) -> None:
    """The first row is out when the signal comes, and the rest would take for ever."""
    endless = "select * from range(1000000000000) as numbers(number)"
    process = start("sql", endless, "--format", "csv", "--lake", sample_lake)
    assert process.stdout is not None
    assert process.stdout.readline() == "number\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert (process.returncode, err) == (130, "error: interrupted\n")


def test_a_reader_that_has_enough_is_no_error(sample_lake: Path) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    process = start("sql", "show tables", "--lake", sample_lake, stdout=write_end)
    os.close(write_end)
    _, err = process.communicate()
    assert (process.returncode, err) == (0, "")

"""The dashboard's process: where it listens, what it is told, and that it ends with us."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from roletrail import serving
from roletrail.errors import FrontDoorError
from roletrail.serving import serve

HOST = "127.0.0.1"


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.create_server((HOST, 0)) as listener:
        yield listener.getsockname()[1]


def stand_in(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let this Python code run in the place of Streamlit."""
    monkeypatch.setattr(serving, "_command", lambda *_: [sys.executable, "-c", code])


def test_a_port_that_was_asked_for_and_is_in_use_is_refused(busy_port: int) -> None:
    with pytest.raises(FrontDoorError) as failure:
        serve("roletrail-lake", HOST, busy_port)
    assert str(failure.value) == (
        f"can't listen on {HOST}:{busy_port}: Address already in use. Name another: --port N"
    )


def test_without_a_port_the_next_free_one_is_taken(
    busy_port: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serving, "FIRST_PORT", busy_port)
    stand_in(monkeypatch, "raise SystemExit(3)")
    with pytest.raises(FrontDoorError, match="ended with status 3"):
        serve("roletrail-lake", HOST, None)
    written = capfd.readouterr()
    assert written.out == ""
    port = int(written.err.removeprefix(f"dashboard: http://{HOST}:").split()[0])
    assert busy_port < port < busy_port + serving.PORTS_TRIED


def test_the_dashboard_is_told_where_the_lake_is_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code = "import os, pathlib; pathlib.Path('seen').write_text(os.environ['ROLETRAIL_LAKE'])"
    stand_in(monkeypatch, code)
    for lake, seen in (("a-lake", f"{tmp_path}/a-lake"), ("catalog:trail", "catalog:trail")):
        with pytest.raises(FrontDoorError, match="ended with status 0"):
            serve(lake, HOST, None)
        assert (tmp_path / "seen").read_text() == seen


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_stopping_us_stops_the_dashboard_and_is_no_error(
    stop: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    say_who = f"import os, time; open({str(pipe)!r}, 'w').write(str(os.getpid()))"
    stand_in(monkeypatch, f"{say_who}; time.sleep(600)")
    process_ids = []

    def stop_once_it_runs() -> None:
        process_ids.append(int(pipe.read_text()))
        os.kill(os.getpid(), stop)

    threading.Thread(target=stop_once_it_runs).start()
    serve("roletrail-lake", HOST, None)
    with pytest.raises(ProcessLookupError):
        os.kill(process_ids[0], 0)

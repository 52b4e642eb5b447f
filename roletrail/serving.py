"""Running the dashboard: Streamlit in a process of its own, until it is stopped."""

import os
import socket
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from roletrail.errors import FrontDoorError
from roletrail.options import LAKE_VARIABLE
from roletrail.stopping import terminated_like_interrupted
from roletrail.terminal import note

LOCAL_HOST = "127.0.0.1"
FIRST_PORT = 8501  # Streamlit's own
PORTS_TRIED = 20
STOPS_WITHIN = 10  # seconds


def serve(lake: str, host: str, port: int | None) -> None:
    """Serve the dashboard over this lake until Ctrl-C or SIGTERM.

    Without a port, the first free one from 8501 on is taken. Raises FrontDoorError if there is
    none, or if the dashboard ends by itself.
    """
    chosen = _free_port(host, port)
    environment = os.environ | {LAKE_VARIABLE: _from_anywhere(lake)}
    server: subprocess.Popen[bytes] | None = None
    with terminated_like_interrupted():
        try:
            server = subprocess.Popen(  # noqa: S603 - our own Python, and options that were checked
                _command(host, chosen), env=environment, stdout=sys.stderr
            )
            note(f"dashboard: http://{host}:{chosen} (Ctrl-C stops it)")
            code = server.wait()
        except KeyboardInterrupt:
            return
        finally:
            if server is not None:
                _stop(server)
    raise FrontDoorError(f"the dashboard ended with status {code}; its last words are above")


def _command(host: str, port: int) -> list[str]:
    options = {
        "server.headless": "true",
        "server.address": host,
        "server.port": str(port),
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
        "logger.hideWelcomeMessage": "true",
        "logger.level": "warning",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    page = str(files("dashboard").joinpath("app.py"))
    # -P keeps the folder we were called from off the import path: it may hold another `lake.py`.
    return [sys.executable, "-P", "-m", "streamlit", "run", page, *words]


def _from_anywhere(lake: str) -> str:
    return lake if lake.startswith("catalog:") else str(Path(lake).expanduser().resolve())


def _free_port(host: str, port: int | None) -> int:
    wanted = range(FIRST_PORT, FIRST_PORT + PORTS_TRIED) if port is None else (port,)
    reason = ""
    for candidate in wanted:
        try:
            family = socket.getaddrinfo(host, candidate, type=socket.SOCK_STREAM)[0][0]
            with socket.create_server((host, candidate), family=family):
                return candidate
        except OSError as error:
            reason = str(error.strerror).partition(" (")[0]
    raise FrontDoorError(
        f"can't listen on {host}:{port or FIRST_PORT}: {reason}. Name another: --port N"
    )


def _stop(server: "subprocess.Popen[bytes]") -> None:
    server.terminate()
    try:
        server.wait(STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()

"""The dashboard as a server of its own, for whoever looks at it with a browser."""

import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.dashboard.showing import APP

STARTS_WITHIN = 60  # seconds
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
)


def start(lake: Path, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Serve a lake from this folder; return the process and the address, once it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command: list[str | Path] = [sys.executable, "-P", "-m", "streamlit", "run", APP]
    server = subprocess.Popen(
        [*command, "--server.port", str(port), "--server.address", "127.0.0.1"],
        cwd=folder,
        env=os.environ | {"ROLETRAIL_LAKE": str(lake)},
        stdout=subprocess.DEVNULL,
    )
    wait_until_it_answers(server, port)
    return server, f"http://127.0.0.1:{port}"


def wait_until_it_answers(server: subprocess.Popen[bytes], port: int) -> None:
    """Return once the dashboard answers on this machine; stop it and fail if it doesn't."""
    for _ in range(STARTS_WITHIN * 10):
        assert server.poll() is None, "the dashboard ended by itself"
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", "/_stcore/health")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            time.sleep(0.1)
    server.kill()
    message = f"the dashboard didn't answer within {STARTS_WITHIN} seconds"
    raise AssertionError(message)

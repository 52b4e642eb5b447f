"""Lakes to look at, and a browser to look at them with."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lake import open_lake
from tests.conftest import REPOSITORY
from tests.dashboard.lakes import make_hostile_lake, make_unattributed_lake

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

APP = REPOSITORY / "dashboard" / "app.py"
STARTS_WITHIN = 60  # seconds
PATIENCE = 60_000  # milliseconds until a page is taken to be broken; a busy machine is slow
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
)


@pytest.fixture(scope="session")
def hostile_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a lake whose every text attacks its reader."""
    return make_hostile_lake(tmp_path_factory.mktemp("hostile") / "lake")


@pytest.fixture(scope="session")
def unattributed_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a lake with one event, whose caller has not been worked out."""
    return make_unattributed_lake(tmp_path_factory.mktemp("unattributed") / "lake")


@pytest.fixture(scope="session")
def empty_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a lake that nothing has been ingested into."""
    folder = tmp_path_factory.mktemp("empty") / "lake"
    open_lake(folder, create=True)
    return folder


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], str]]:
    """Yield a function that serves a lake, as any user would, and returns the address."""
    servers: dict[Path, tuple[subprocess.Popen[bytes], str]] = {}
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    def serve(lake: Path) -> str:
        if lake not in servers:
            servers[lake] = _start(lake, elsewhere)
        return servers[lake][1]

    yield serve
    for server, _ in servers.values():
        server.terminate()
    for server, _ in servers.values():
        server.wait(timeout=STARTS_WITHIN)


def _start(lake: Path, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command: list[str | Path] = [sys.executable, "-P", "-m", "streamlit", "run", APP]
    server = subprocess.Popen(
        [*command, "--server.port", str(port)],
        cwd=folder,
        env=os.environ | {"ROLETRAIL_LAKE": str(lake)},
        stdout=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(STARTS_WITHIN * 10):
        assert server.poll() is None, "the dashboard ended by itself"
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", "/_stcore/health")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return server, address
        except OSError:
            time.sleep(0.1)
    server.kill()
    pytest.fail(f"the dashboard didn't answer within {STARTS_WITHIN} seconds")


@pytest.fixture(scope="module")
def chromium(browser: str) -> Iterator["Browser"]:
    """Yield a running browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser, args=list(QUIET))
        yield running
        running.close()


@pytest.fixture
def page(chromium: "Browser") -> Iterator["Page"]:
    """Yield an empty tab that reaches this machine only, and fails if it was asked for more."""
    from playwright.sync_api import expect

    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    asked_elsewhere: list[str] = []
    context.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(("http://127.0.0.1:", "data:", "blob:"))
            else asked_elsewhere.append(request.url)
        ),
    )
    yield context.new_page()
    context.close()
    assert not asked_elsewhere

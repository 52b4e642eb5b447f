"""Lakes to look at, and a browser to look at them with."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lake import open_lake
from tests.dashboard.lakes import make_hostile_lake, make_unattributed_lake
from tests.dashboard.serving import QUIET, STARTS_WITHIN, start
from tests.dashboard.showing import Show

if TYPE_CHECKING:
    import subprocess

    from playwright.sync_api import Browser, Page

PATIENCE = 60_000  # milliseconds until a page is taken to be broken; a busy machine is slow


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Show:
    """Return a function that runs a page over a lake."""
    return Show(monkeypatch)


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
            servers[lake] = start(lake, elsewhere)
        return servers[lake][1]

    yield serve
    for server, _ in servers.values():
        server.terminate()
    for server, _ in servers.values():
        server.wait(timeout=STARTS_WITHIN)


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

"""Signing in to the dashboard, in a real browser, at a provider of OpenID Connect."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from joserfc.jwk import RSAKey

from tests.dashboard.openid_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    Claims,
    OpenIDProvider,
    running_provider,
)
from tests.dashboard.serving import STARTS_WITHIN, wait_until_it_answers

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

ANA: Claims = {"sub": "1", "email": "Ana@Example.com", "email_verified": True}
EVE: Claims = {"sub": "2", "email": "eve@evil-example.com", "email_verified": True}
GIL: Claims = {"sub": "3", "email": "gil@other.test", "groups": ["security"]}
PERSON = "jiwoo.park@example.com"  # whom the sample logs know
LINK = "/people?range=All+time&search=jiwoo"


class Dashboard:
    """A dashboard with sign-in that is served at all addresses, and the provider of its people."""

    def __init__(self, provider: OpenIDProvider, address: str, log: Path) -> None:
        self.provider = provider
        self.address = address
        self.log = log

    def status_of(self, path: str, **headers: str) -> int:
        """Return the status of an answer to somebody without a browser."""
        connection = http.client.HTTPConnection(self.address.removeprefix("http://"), timeout=60)
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status


@pytest.fixture(scope="module")
def served(
    sample_lake: Path, browser: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dashboard]:
    """Yield a dashboard, started as any user would."""
    del browser  # where there is none, nothing is started
    folder = tmp_path_factory.mktemp("sign-in")
    log = folder / "log"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with running_provider() as provider, log.open("wb") as writing:
        settings = {
            "--discovery-url": provider.discovery_url,
            "--client-id": CLIENT_ID,
            "--redirect-uri": f"{address}/oauth2callback",
            "--cookie-secret-file": str(folder / "cookie-secret"),
            "--allow-domain": "example.com",
            "--allow-group": "security",
        }
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "roletrail", "dashboard", "--lake", sample_lake),
                *("--host", "0.0.0.0", "--port", str(port)),
                *(word for option in settings.items() for word in option),
            ],
            cwd=folder,
            env=os.environ | {"ROLETRAIL_CLIENT_SECRET": CLIENT_SECRET},
            stderr=writing,
        )
        wait_until_it_answers(server, port)
        yield Dashboard(provider, address, log)
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=STARTS_WITHIN)


@pytest.fixture
def dashboard(served: Dashboard) -> Dashboard:
    """Return the dashboard, with a provider that refuses nobody."""
    served.provider.is_refusing = False
    return served


def heading(page: "Page", name: str) -> "Locator":
    return page.get_by_role("heading", name=name)


def first_cell(page: "Page") -> "Locator":
    return page.get_by_test_id("glide-cell-1-0")


def user_cookie(page: "Page") -> str:
    """Return the header with the cookie of the sign-in, which scripts of a page can't read."""
    (cookie,) = (it for it in page.context.cookies() if it["name"] == "_streamlit_user")
    assert cookie["httpOnly"]
    return f"_streamlit_user={cookie['value']}"


def sign_in(page: "Page", dashboard: Dashboard, person: Claims, path: str) -> None:
    from playwright.sync_api import expect

    dashboard.provider.person = person
    page.goto(dashboard.address + path)
    expect(heading(page, "Sign in to see this dashboard")).to_be_visible()
    with page.expect_navigation(url=f"{dashboard.address}{path}*"):  # there, and back again
        page.get_by_role("button", name="Sign in").click()


def test_a_link_survives_the_sign_in_and_signing_out_closes_everything(
    page: "Page", dashboard: Dashboard
) -> None:
    from playwright.sync_api import expect

    sign_in(page, dashboard, ANA, LINK)
    expect(heading(page, "People")).to_be_visible()
    assert page.url == dashboard.address + LINK
    expect(first_cell(page)).to_have_text(PERSON)
    expect(page.get_by_test_id("stSidebar").get_by_text("Ana@Example.com")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert PERSON in download.value.path().read_text()
    file = download.value.url.removeprefix(dashboard.address)
    cookie = user_cookie(page)
    for path in (file, "/_stcore/metrics"):
        assert dashboard.status_of(path, cookie=cookie) == http.HTTPStatus.OK
        assert dashboard.status_of(path) == http.HTTPStatus.FORBIDDEN
        assert dashboard.status_of(path, cookie=f"{cookie}x") == http.HTTPStatus.FORBIDDEN

    elsewhere = page.context.new_page()
    elsewhere.goto(dashboard.address + LINK)
    expect(first_cell(elsewhere)).to_have_text(PERSON)
    page.get_by_role("button", name="Sign out").click()
    expect(heading(page, "Sign in to see this dashboard")).to_be_visible()
    assert "/end" in dashboard.provider.asked
    assert dashboard.status_of("/_stcore/metrics", cookie=cookie) == http.HTTPStatus.FORBIDDEN
    expect(heading(elsewhere, "Sign in to see this dashboard")).to_be_visible()
    expect(first_cell(elsewhere)).to_have_count(0)


def test_who_is_not_on_the_list_sees_that_and_nothing_of_the_lake(
    page: "Page", dashboard: Dashboard
) -> None:
    from playwright.sync_api import expect

    received: list[bytes] = []
    page.on(
        "websocket",
        lambda socket: socket.on(
            "framereceived",
            lambda frame: received.append(frame if isinstance(frame, bytes) else frame.encode()),
        ),
    )
    sign_in(page, dashboard, EVE, LINK)
    expect(heading(page, "You are not on the list")).to_be_visible()
    expect(page.get_by_text("eve@evil-example.com").first).to_be_visible()
    everything = b"".join(received)
    assert b"eve@evil-example.com" in everything
    for secret in (PERSON, "Streaming sessions", "roletrail/lake", CLIENT_SECRET):
        assert secret.encode() not in everything
    cookie = user_cookie(page)
    assert dashboard.status_of("/_stcore/metrics", cookie=cookie) == http.HTTPStatus.FORBIDDEN

    page.get_by_role("button", name="Sign out").click()
    expect(heading(page, "Sign in to see this dashboard")).to_be_visible()
    sign_in(page, dashboard, GIL, "/health")
    expect(heading(page, "Health").first).to_be_visible()


@pytest.mark.parametrize("what", ["refused", "another key", "another client", "too old"])
def test_a_sign_in_that_cannot_be_verified_is_none(
    page: "Page", dashboard: Dashboard, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from playwright.sync_api import expect

    person = dict(ANA)
    match what:
        case "refused":
            dashboard.provider.is_refusing = True
        case "another key":
            forged = RSAKey.generate_key(2048, {"kid": "2026"})
            monkeypatch.setattr(dashboard.provider, "key", forged)
        case "another client":
            person |= {"aud": "another", "azp": CLIENT_ID}
        case "too old":
            person |= {"iat": 1_700_000_000}
    sign_in(page, dashboard, person, LINK)
    if what in {"refused", "another key"}:
        expect(page.get_by_text("That didn't work")).to_be_visible()
    expect(heading(page, "Sign in to see this dashboard")).to_be_visible()
    written = dashboard.log.read_text()
    assert CLIENT_SECRET not in written
    assert "\x1b" not in written


def test_only_what_signing_in_needs_is_answered_to_everyone(dashboard: Dashboard) -> None:
    for path in ("/", "/people", "/_stcore/health", "/_stcore/host-config"):
        assert dashboard.status_of(path) == http.HTTPStatus.OK
    for path in ("/_stcore/metrics", "/_stcore/upload_file/a/b", "/media/a.csv", "/_stcore/other"):
        assert dashboard.status_of(path) == http.HTTPStatus.FORBIDDEN

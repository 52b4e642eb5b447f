"""The way to the provider and back, as the guard sees it around a stand-in for Streamlit."""

import asyncio
from typing import TYPE_CHECKING

import pytest
from starlette.responses import RedirectResponse

from dashboard.allow_list import AllowList
from dashboard.gate import Gate
from dashboard.sign_in_guard import SignInGuard
from dashboard.sign_in_settings import SignInSettings

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

ORIGIN = "https://roletrail.example.com"
GATE = Gate(
    SignInSettings(
        discovery_url="https://login.example.com/.well-known/openid-configuration",
        client_id="roletrail",
        client_secret="secret",
        cookie_secret="cookie",
        redirect_uri=f"{ORIGIN}/oauth2callback",
        allow=AllowList(domains=("example.com",)),
        hours=2,
    )
)


async def signs_in(scope: "Scope", receive: "Receive", send: "Send") -> None:
    """Answer as Streamlit does when a sign-in has worked."""
    answer = RedirectResponse("/")
    answer.set_cookie("_streamlit_user", "signed", max_age=2_592_000, httponly=True)
    await answer(scope, receive, send)


async def fails(scope: "Scope", receive: "Receive", send: "Send") -> None:
    """Answer as Streamlit does when a sign-in hasn't worked."""
    answer = RedirectResponse("/")
    answer.delete_cookie("_streamlit_user")
    await answer(scope, receive, send)


def headers_of(path: str, app: object = signs_in, **headers: str) -> list[tuple[str, str]]:
    """Return the headers of the guard's answer."""
    sent: list[Message] = []

    async def send(message: "Message") -> None:
        sent.append(message)

    async def receive() -> "Message":
        return {"type": "http.request"}

    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), text.encode()) for name, text in headers.items()],
        "server": ("127.0.0.1", 8501),
    }
    asyncio.run(SignInGuard(app, GATE)(scope, receive, send))  # type: ignore[arg-type]
    return [(name.decode(), text.decode()) for name, text in sent[0]["headers"]]


def cookie_of(headers: list[tuple[str, str]], name: str) -> str:
    (cookie,) = (text for key, text in headers if key == "set-cookie" and text.startswith(name))
    return cookie


@pytest.mark.parametrize(
    ("referer", "link"),
    [
        (f"{ORIGIN}/people?person=ana%40example.com", "/people?person=ana%40example.com"),
        (f"{ORIGIN}/people?person=a+b&sign_in=failed", "/people?person=a+b"),
        (f"{ORIGIN}/people?person=%E2%80%AE", "/people?person=%E2%80%AE"),
        (ORIGIN, "/"),
        ("", "/"),
        ("https://evil.test/people", "/"),
        ("http://roletrail.example.com/people", "/"),
        (f"{ORIGIN}.evil.test/people", "/"),
        (f"{ORIGIN}/ask?query={'x' * 5000}", "/"),
    ],
)
def test_the_page_that_asked_for_the_sign_in_is_where_it_ends(referer: str, link: str) -> None:
    asked = headers_of("/auth/login", referer=referer)
    kept = cookie_of(asked, "roletrail_link").partition(";")[0]
    back = headers_of("/oauth2callback?state=x&code=y", cookie=kept)
    assert dict(back)["location"] == f"{ORIGIN}{link}"
    assert "Max-Age=0" in cookie_of(back, "roletrail_link")


@pytest.mark.parametrize(
    "link",
    ["//evil.test", "/\\evil.test", "https://evil.test", "@evil.test", "%2F%2Fevil.test", "\\\\e"],
)
def test_a_sign_in_ends_nowhere_else(link: str) -> None:
    back = headers_of("/oauth2callback?state=x", cookie=f"roletrail_link={link}")
    assert dict(back)["location"].startswith(f"{ORIGIN}/")


def test_a_sign_in_that_failed_keeps_its_link_and_says_so() -> None:
    kept = "roletrail_link=%2Fpeople%3Fperson%3Da"
    back = headers_of("/oauth2callback?state=x", fails, cookie=kept)
    assert dict(back)["location"] == f"{ORIGIN}/people?person=a&sign_in=failed"


def test_cookies_go_by_encrypted_ways_only_and_end_with_the_sign_in() -> None:
    cookie = cookie_of(headers_of("/oauth2callback?state=x"), "_streamlit_user")
    assert cookie.count("Max-Age") == 1
    assert {"Max-Age=7200", "Secure", "HttpOnly"} <= {*cookie.split("; ")}
    assert "Max-Age=0" in cookie_of(headers_of("/oauth2callback?state=x", fails), "_streamlit_user")


def test_the_provider_sends_people_home_after_signing_out() -> None:
    assert dict(headers_of("/oauth2callback", fails))["location"] == "/"


def test_addresses_which_name_people_are_told_to_nobody_else() -> None:
    assert dict(headers_of("/people"))["referrer-policy"] == "same-origin"

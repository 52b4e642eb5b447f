"""Sign-in where the pages can't see it: files, metrics, cookies, and the way there and back.

The pages themselves are behind the entrance. What the browser asks for beside them, it asks of the
server by address alone, so each such request has to show the cookie of a sign-in that counts.
"""

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from dashboard.escaping import visible
from dashboard.gate import Claims, Gate, Standing
from dashboard.sign_in_settings import CALLBACK

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOGIN, LOGOUT = "/auth/login", "/auth/logout"
# Of Streamlit's own addresses, those that a page needs in order to ask for a sign-in.
OPEN = {"/_stcore/health", "/_stcore/host-config"}
BEHIND = ("/_stcore/", "/media/")
LINK_COOKIE = "roletrail_link"
LINK_HOLDS = 15 * 60  # seconds to sign in at the provider
LONGEST_LINK = 2_000  # characters; a cookie can have 4,096
FAILED = "sign_in"  # the parameter that tells the page that signing in failed


class SignInGuard:
    """Middleware around Streamlit's server that answers on behalf of the gate."""

    def __init__(self, app: "ASGIApp", gate: Gate) -> None:
        self.app = app
        self.gate = gate

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request, or hand it on to Streamlit."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        path = request.url.path
        if path.startswith(BEHIND) and path not in OPEN and not self._is_admitted(request):
            answer = PlainTextResponse("Sign in first.", HTTPStatus.FORBIDDEN)
            await answer(scope, receive, send)
            return
        if path == CALLBACK and "state" not in request.query_params:
            # The provider sends people here, too, when they have signed out.
            await RedirectResponse("/", HTTPStatus.FOUND)(scope, receive, send)
            return
        if path == LOGOUT:
            self.gate.end(self._claims(request))
        if path == CALLBACK:
            scope = {**scope, "query_string": _printable(scope["query_string"])}
        await self.app(scope, receive, self._completed(request, send))

    def _is_admitted(self, request: Request) -> bool:
        return self.gate.standing(self._claims(request)) is Standing.ADMITTED

    def _claims(self, request: Request) -> Claims:
        """Return what the signed cookie says, or nothing if there is none of this dashboard."""
        secret = self.gate.settings.cookie_secret

        def part(name: str) -> bytes | None:
            return decode_signed_value(secret, name, request.cookies.get(name, ""))

        cookie = get_cookie_with_chunks(part, USER_COOKIE_NAME)
        claims: dict[str, Any] = json.loads(cookie) if cookie else {}
        return claims if claims.get("origin") == self.gate.settings.origin else {}

    def _completed(self, request: Request, send: "Send") -> "Send":
        """Return what sends a response of Streamlit's with what it lacks."""

        async def complete(message: "Message") -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # Addresses name people: they stay here. The way to sign in reads them, see _link.
                headers["referrer-policy"] = "same-origin"
                if request.url.path.startswith(BEHIND):
                    headers["cache-control"] = "private, no-store"
                self._shorten_cookies(headers)
                if request.url.path == LOGIN:
                    self._remember_link(request, headers)
                elif request.url.path == CALLBACK:
                    self._return_to_link(request, headers)
            await send(message)

        return complete

    def _shorten_cookies(self, headers: MutableHeaders) -> None:
        """Let the browser forget a sign-in when it ends, and send it by encrypted ways only."""
        cookies = headers.getlist("set-cookie")
        del headers["set-cookie"]
        for cookie in cookies:
            name, *attributes = cookie.split("; ")
            if name.startswith(USER_COOKIE_NAME) and "Max-Age=0" not in attributes:
                seconds = int(self.gate.settings.holds_for.total_seconds())
                kept = [text for text in attributes if not text.lower().startswith("max-age=")]
                attributes = [*kept, f"Max-Age={seconds}"]
            headers.append("set-cookie", "; ".join([name, *attributes, *self._secure(attributes)]))

    def _secure(self, attributes: list[str]) -> list[str]:
        is_https = self.gate.settings.origin.startswith("https:")
        return ["Secure"] if is_https and "Secure" not in attributes else []

    def _remember_link(self, request: Request, headers: MutableHeaders) -> None:
        """Keep the page that asked for the sign-in, until the provider has sent the person back."""
        link = self._link(request.headers.get("referer", ""))
        self._set_link(headers, quote(link, safe=""), LINK_HOLDS)

    def _link(self, address: str) -> str:
        parts = urlsplit(address)
        query = urlencode([pair for pair in parse_qsl(parts.query) if pair[0] != FAILED])
        link = f"{parts.path or '/'}?{query}" if query else parts.path or "/"
        is_ours = f"{parts.scheme}://{parts.netloc}" == self.gate.settings.origin
        return link if is_ours and len(quote(link, safe="")) <= LONGEST_LINK else "/"

    def _return_to_link(self, request: Request, headers: MutableHeaders) -> None:
        """Send the person to where they wanted to go, on this dashboard and nowhere else."""
        link = unquote(request.cookies.get(LINK_COOKIE, "")) or "/"
        parts = urlsplit(f"{self.gate.settings.origin}/{link.lstrip('/')}")
        is_signed_in = any(
            cookie.startswith(f"{USER_COOKIE_NAME}=") and "Max-Age=0" not in cookie
            for cookie in headers.getlist("set-cookie")
        )
        query = parse_qsl(parts.query) + ([] if is_signed_in else [(FAILED, "failed")])
        path = quote(parts.path, safe="/%")
        headers["location"] = parts._replace(path=path, query=urlencode(query)).geturl()
        self._set_link(headers, "", 0)

    def _set_link(self, headers: MutableHeaders, link: str, seconds: int) -> None:
        attributes = [f"Max-Age={seconds}", f"Path={CALLBACK}", "HttpOnly", "SameSite=lax"]
        headers.append(
            "set-cookie", "; ".join([f"{LINK_COOKIE}={link}", *attributes, *self._secure([])])
        )


def _printable(query_string: bytes) -> bytes:
    """Return the query with its reason of failure fit for a log, which anyone can make us write."""
    pairs = parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)
    return urlencode(
        [(name, visible(text) if name.startswith("error") else text) for name, text in pairs]
    ).encode()

"""A small OpenID Connect provider: whoever comes is signed in at once, as the person of the day."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "roletrail"
CLIENT_SECRET = "of-the-client-and-nobody-else"
KEY = RSAKey.generate_key(2048, {"kid": "2026", "use": "sig", "alg": "RS256"})

Claims = dict[str, Any]


class OpenIDProvider:
    """Who signs in next, and what was asked of the provider so far."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.person: Claims = {}
        self.key = KEY
        self.is_refusing = False
        self.asked: list[str] = []
        self.codes: dict[str, dict[str, str]] = {}

    @property
    def discovery_url(self) -> str:
        return f"{self.address}/.well-known/openid-configuration"

    def metadata(self) -> Claims:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "end_session_endpoint": f"{self.address}/end",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Return where the browser is sent to: back to the client, with a code or a refusal."""
        answer = {"state": asked["state"]}
        if self.is_refusing:
            answer |= {"error": "access_denied", "error_description": "not \x1b[31mtoday"}
        else:
            answer["code"] = secrets.token_urlsafe()
            self.codes[answer["code"]] = asked
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def token(self, asked: dict[str, str], authorization: str) -> Claims | None:
        """Return the tokens for a code; None unless client, code and its verifier are right."""
        credentials = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        was_asked = self.codes.pop(asked.get("code", ""), None)
        if was_asked is None or authorization != f"Basic {credentials}":
            return None
        digest = hashlib.sha256(asked["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != was_asked["code_challenge"]:
            return None
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": was_asked["nonce"],
        } | self.person
        header = {"alg": "RS256", "kid": "2026"}
        return {
            "access_token": "an-access-token",
            "token_type": "Bearer",
            "id_token": jwt.encode(header, claims, self.key),
        }


class ProviderServer(ThreadingHTTPServer):
    """The provider on a free port of this machine."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.provider = OpenIDProvider(f"http://127.0.0.1:{self.server_port}")


class Answers(BaseHTTPRequestHandler):
    """What the provider answers to browsers and to the dashboard."""

    server: ProviderServer

    @property
    def provider(self) -> OpenIDProvider:
        return self.server.provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.provider.asked.append(parts.path)
        match parts.path:
            case "/authorize":
                self.redirect(self.provider.authorize(asked))
            case "/end":
                self.redirect(asked["post_logout_redirect_uri"])
            case "/keys":
                self.answer({"keys": [KEY.as_dict(private=False)]})
            case "/.well-known/openid-configuration":
                self.answer(self.provider.metadata())
            case _:
                self.send_error(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        asked = {name: values[0] for name, values in parse_qs(body).items()}
        tokens = self.provider.token(asked, self.headers.get("authorization", ""))
        if tokens is None:
            self.answer({"error": "invalid_grant"}, HTTPStatus.BAD_REQUEST)
        else:
            self.answer(tokens)

    def answer(self, content: Claims, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def redirect(self, address: str) -> None:
        self.send_response(HTTPStatus.FOUND)
        self.send_header("location", address)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def running_provider() -> Iterator[OpenIDProvider]:
    """Yield a provider that answers until the end of the block."""
    server = ProviderServer()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.provider
    finally:
        server.shutdown()
        server.server_close()

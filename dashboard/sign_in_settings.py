"""What sign-in needs to know, and the form in which the server of the dashboard gets it."""

from datetime import timedelta
from urllib.parse import urlsplit

import msgspec

from dashboard.allow_list import AllowList
from dashboard.loopback import is_loopback

CALLBACK = "/oauth2callback"  # where Streamlit takes the provider's answer
OPENID = "openid"


class SignInSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One OpenID Connect provider, this dashboard as its client, and who is admitted."""

    discovery_url: str
    client_id: str
    client_secret: str
    cookie_secret: str
    redirect_uri: str
    allow: AllowList
    scope: str = f"{OPENID} email profile"
    prompt: str = "select_account"
    hours: float = 8

    def __post_init__(self) -> None:
        """Raise ValueError for settings that can't work, or not safely."""
        _check_encrypted("discovery URL", self.discovery_url)
        _check_encrypted("redirect URI", self.redirect_uri)
        parts = urlsplit(self.redirect_uri)
        if parts.path != CALLBACK or parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError(
                f"the redirect URI {self.redirect_uri!r} has to be the dashboard's address and "
                f"{CALLBACK}, as in https://roletrail.example.com{CALLBACK}"
            )
        if OPENID not in self.scope.split():
            raise ValueError(f"the scope {self.scope!r} lacks {OPENID}")
        if not 0 < self.hours <= 24 * 30:  # Streamlit's cookie holds for 30 days
            raise ValueError(f"a sign-in can't hold for {self.hours:g} hours. Take 720 at most")
        if self.allow.is_empty():
            raise ValueError("nobody is on the allow-list. Name mail addresses, domains or groups")

    def __repr__(self) -> str:
        """Return no secrets."""
        return f"SignInSettings({self.discovery_url!r}, {self.client_id!r})"

    @property
    def origin(self) -> str:
        """The address at which people reach the dashboard, without a path."""
        parts = urlsplit(self.redirect_uri)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def holds_for(self) -> timedelta:
        """How long a sign-in holds."""
        return timedelta(hours=self.hours)


def as_bytes(settings: SignInSettings) -> bytes:
    """Return the settings, secrets included, for the server that is started with them."""
    return msgspec.json.encode(settings)


def from_bytes(settings: bytes) -> SignInSettings:
    """Return the settings that were written by `as_bytes`. Raises msgspec.DecodeError."""
    return msgspec.json.decode(settings, type=SignInSettings)


def _check_encrypted(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        parts.port  # noqa: B018 - raises for one that is no number
    except ValueError:
        host = ""
    if not host or parts.scheme not in {"http", "https"}:
        raise ValueError(f"the {name} {url!r} is no https:// address")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError(f"the {name} {url!r} has to begin with https://: secrets go that way")

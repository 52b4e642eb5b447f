"""Who stands before the dashboard: what the claims of their sign-in are worth now."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum, auto

from dashboard.sign_in_settings import SignInSettings

PROVIDER = "default"  # Streamlit's name for the one that is configured

Claims = Mapping[str, object]


class Standing(Enum):
    """What a visitor gets to see."""

    SIGNED_OUT = auto()
    NOT_LISTED = auto()
    ADMITTED = auto()


class Gate:
    """Judges visitors of a dashboard that has sign-in.

    Claims come from a cookie that Streamlit has signed, so they are the provider's. They outlast
    signing out wherever a copy of the cookie is left, so those that have ended are remembered.
    """

    def __init__(self, settings: SignInSettings) -> None:
        self.settings = settings
        self._ended: dict[tuple[object, ...], float] = {}

    def standing(self, claims: Claims) -> Standing:
        """Return what somebody with these claims gets to see at this moment."""
        signed_in_at = claims.get("iat")  # seconds since 1970, UTC
        if (
            claims.get("is_logged_in") is not True
            or claims.get("provider") != PROVIDER
            or not self._is_for_us(claims.get("aud"))
            or not isinstance(signed_in_at, int | float)
            or not signed_in_at + self.settings.holds_for.total_seconds() > _now()
            or _sign_in(claims) in self._ended
        ):
            return Standing.SIGNED_OUT
        return Standing.ADMITTED if self.settings.allow.admits(claims) else Standing.NOT_LISTED

    def end(self, claims: Claims) -> None:
        """Let these claims count no more, in whatever tab or copy of the cookie."""
        if self.standing(claims) is Standing.SIGNED_OUT:
            return
        oldest = _now() - self.settings.holds_for.total_seconds()
        self._ended = {key: at for key, at in self._ended.items() if at > oldest}
        self._ended[_sign_in(claims)] = _now()

    def _is_for_us(self, audience: object) -> bool:
        return self.settings.client_id in (audience if isinstance(audience, list) else [audience])


def _sign_in(claims: Claims) -> tuple[object, ...]:
    return tuple(str(claims.get(name)) for name in ("sub", "iat", "nonce"))


def _now() -> float:
    return datetime.now(UTC).timestamp()


_gates: list[Gate] = []


def raise_gate(gate: Gate) -> None:
    """Put this gate before every page of this process, for as long as it runs."""
    _gates.append(gate)


def raised_gate() -> Gate | None:
    """Return the gate before the pages of this process, or None where there is no sign-in."""
    return _gates[-1] if _gates else None

"""The secret that signs cookies of the dashboard: made once, kept where only its owner reads."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from roletrail.errors import FrontDoorError
from roletrail.terminal import warn

SHORTEST = 32  # characters
OTHERS = 0o077  # permissions of group and others


def default_file() -> Path:
    """Return where the secret is kept if no other place is named."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "roletrail" / "cookie-secret"


def cookie_secret(file: Path, purpose: tuple[str, ...]) -> str:
    """Return the secret for this purpose, derived from the one in the file; it is made if missing.

    Another purpose, such as another provider, gives another secret: no cookie counts for both.
    Raises FrontDoorError for a secret that is too short, OSError if there can't be a file.
    """
    try:
        kept = _kept_in(file)
    except FileNotFoundError:
        kept = _made_in(file)
    if len(kept) < SHORTEST:
        raise FrontDoorError(
            f"the cookie secret in {file} is shorter than {SHORTEST} characters. "
            "Delete the file, and a new one is made"
        )
    return hmac.new(kept.encode(), "\n".join(purpose).encode(), hashlib.sha256).hexdigest()


def _kept_in(file: Path) -> str:
    kept = file.read_text().strip()
    if file.stat().st_mode & OTHERS:
        warn(f"others can read the cookie secret, and sign themselves in: chmod 600 {file}")
    return kept


def _made_in(file: Path) -> str:
    """Make a secret. Where two do so at once, the first one counts for both."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = secrets.token_hex(SHORTEST)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as writing:
            writing.write(f"{made}\n")
        os.link(draft, file)
    except FileExistsError:
        return _kept_in(file)
    finally:
        draft.unlink()
    return made

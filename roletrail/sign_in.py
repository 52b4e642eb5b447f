"""How people sign in to the dashboard: options first, then the file of settings."""

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roletrail.cookie_secret import cookie_secret, default_file
from roletrail.errors import FrontDoorError
from roletrail.sign_in_options import SECRET_VARIABLE, SignInOptions

if TYPE_CHECKING:
    from dashboard.sign_in_settings import SignInSettings

PROVIDER = ("discovery_url", "client_id", "redirect_uri")
FILES = ("client_secret_file", "cookie_secret_file")
ALLOW = ("emails", "domains", "groups", "group_claim")


def sign_in_settings(options: SignInOptions) -> "SignInSettings | None":
    """Return how people sign in, or None if nothing was said about it.

    Raises FrontDoorError if what was said is not enough, or wrong.
    """
    if options.file is None and not options.given(*PROVIDER, *FILES, *ALLOW):
        return None
    import msgspec

    from dashboard.sign_in_settings import SignInSettings

    settings = _in_file(options.file) if options.file else {}
    allow = settings.pop("allow", {})
    settings |= options.given(*PROVIDER, *FILES, "hours")
    files = {name: settings.pop(name, None) for name in FILES}
    secret = _client_secret(files["client_secret_file"])
    _check_complete(settings, secret)
    purpose = (str(settings["discovery_url"]), str(settings["client_id"]))
    settings |= {
        "allow": {**allow, **options.given(*ALLOW)} if isinstance(allow, dict) else allow,
        "client_secret": secret,
        "cookie_secret": cookie_secret(
            Path(files["cookie_secret_file"] or default_file()), purpose
        ),
    }
    try:
        return msgspec.convert(settings, SignInSettings)
    except msgspec.ValidationError as error:
        raise FrontDoorError(f"sign-in: {str(error).partition(' - at `$`')[0]}") from None


def _in_file(file: Path) -> dict[str, Any]:
    """Return what the file says; its paths are relative to where it is."""
    try:
        settings = tomllib.loads(file.read_text())
    except ValueError as error:  # of a wrong form, or no UTF-8
        raise FrontDoorError(f"{file} is no TOML: {error}") from None
    for name in ("client_secret", "cookie_secret"):
        if name in settings:
            raise FrontDoorError(f"{file}: a secret has a file of its own. Name it: {name}_file")
    paths = {name: str(file.parent / str(settings[name])) for name in FILES if name in settings}
    return settings | paths


def _client_secret(file: str | Path | None) -> str:
    return Path(file).read_text().strip() if file else os.environ.get(SECRET_VARIABLE, "")


def _check_complete(settings: dict[str, Any], secret: str) -> None:
    missing = [f"--{name.replace('_', '-')}" for name in PROVIDER if not settings.get(name)]
    if not secret:
        missing.append(f"--client-secret-file or {SECRET_VARIABLE}")
    if missing:
        raise FrontDoorError(
            f"sign-in isn't complete. Give {', '.join(missing)}, or a file of settings: "
            "--sign-in FILE"
        )

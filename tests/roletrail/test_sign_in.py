"""What the command line makes of sign-in, before anything is served."""

import socket
import sys
from pathlib import Path

import pytest

from roletrail import serving
from roletrail.cli import main
from roletrail.cookie_secret import cookie_secret
from roletrail.errors import ExitCode, FrontDoorError
from roletrail.sign_in import sign_in_settings
from roletrail.sign_in_options import SignInOptions

SECRET = "of-the-client-and-nobody-else"
DISCOVERY = "https://login.example.com/.well-known/openid-configuration"
FILE = f"""
discovery_url = "{DISCOVERY}"
client_id = "roletrail"
client_secret_file = "client-secret"
cookie_secret_file = "kept/cookie-secret"
redirect_uri = "https://roletrail.example.com/oauth2callback"
scope = "openid email groups"
hours = 4

[allow]
domains = ["example.com"]
groups = ["security"]
"""


@pytest.fixture
def settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "client-secret").write_text(f"{SECRET}\n")
    file = tmp_path / "sign-in.toml"
    file.write_text(FILE)
    return file


def error_of(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["dashboard", *words]) is ExitCode.NOTHING_DONE
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.count("\n") == 1
    assert SECRET not in written.err
    return written.err.strip()


# ── where other machines can reach it ────────────────────────────────────────────────────────


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "0", "192.0.2.7"])
@pytest.mark.parametrize("command", ["dashboard", "demo"])
def test_without_sign_in_only_this_machine_is_served(
    command: str, host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--host", host]) is ExitCode.NOTHING_DONE
    assert capsys.readouterr().err == (
        f"error: other machines can reach {host or 'every address'}, and there is no sign-in. "
        "Set it up: --sign-in FILE. Or let everyone in: --without-sign-in\n"
    )


def test_a_waiver_is_possible_and_said_aloud(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    code = "import os; print(os.environ['ROLETRAIL_WITHOUT_SIGN_IN'])"
    monkeypatch.setattr(serving, "_command", lambda *_: [sys.executable, "-c", code])
    with socket.create_server(("0.0.0.0", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(FrontDoorError, match="ended with status 0"):
        serving.serve("a-lake", "0.0.0.0", port, is_waived=True)
    warning = f"warning: everyone who can reach http://0.0.0.0:{port} can read the lake"
    assert warning in capfd.readouterr().err


def test_sign_in_and_its_waiver_exclude_each_other(
    settings_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = error_of(capsys, "--sign-in", str(settings_file), "--without-sign-in")
    assert line == "error: sign-in is set up, and waived by --without-sign-in. Leave out one"


# ── what is read ─────────────────────────────────────────────────────────────────────────────


def test_options_go_before_the_file(settings_file: Path) -> None:
    settings = sign_in_settings(
        SignInOptions(file=settings_file, client_id="other", hours=1, domains=["example.org"])
    )
    assert settings is not None
    assert (settings.client_id, settings.hours, settings.scope) == (
        "other",
        1,
        "openid email groups",
    )
    assert settings.allow.domains == ("example.org",)
    assert settings.allow.groups == ("security",)
    assert settings.client_secret == SECRET
    assert SECRET not in repr(settings)


def test_the_environment_is_enough(
    sample_lake: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Settings reach the server by its standard input, secrets nowhere else."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for name, value in {
        "DISCOVERY_URL": DISCOVERY,
        "CLIENT_ID": "roletrail",
        "CLIENT_SECRET": SECRET,
        "REDIRECT_URI": "https://roletrail.example.com/oauth2callback",
        "ALLOW_DOMAIN": "example.com example.org",
    }.items():
        monkeypatch.setenv(f"ROLETRAIL_{name}", value)
    code = (
        "import os, sys; from dashboard.sign_in_settings import from_bytes; "
        "settings = from_bytes(sys.stdin.buffer.read()); "
        f"assert settings.client_secret == {SECRET!r} and len(settings.allow.domains) == 2; "
        f"assert {SECRET!r} not in str(os.environ)"
    )
    monkeypatch.setattr(serving, "_command", lambda *_: [sys.executable, "-c", code])
    assert main(["dashboard", "--lake", str(sample_lake)]) is ExitCode.NOTHING_DONE
    written = capfd.readouterr()
    assert "dashboard: https://roletrail.example.com, listening on 127.0.0.1:" in written.err
    assert "the dashboard ended with status 0" in written.err


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ('client_id = "roletrail"', "", "sign-in isn't complete. Give --client-id, or a file"),
        ("client_secret_file", "client_secret", "a secret has a file of its own"),
        ('"client-secret"', '"no-such-file"', "No such file"),
        ("https://login", "http://login", "the discovery URL 'http://login.example.com"),
        ("https://roletrail", "http://roletrail", "has to begin with https://"),
        ("/oauth2callback", "/callback", "has to be the dashboard's address and /oauth2callback"),
        ("/oauth2callback", "/oauth2callback?x=1", "has to be the dashboard's address"),
        ("openid email", "email", "lacks openid"),
        ("hours = 4", "hours = 721", "can't hold for 721 hours"),
        ("hours = 4", "hours = nan", "can't hold for nan hours"),
        ("hours = 4", "hours = '4'", "Expected `float`, got `str`"),
        ("hours = 4", "ours = 4", "unknown field `ours`"),
        ('["example.com"]', '["@example.com"]', "is no domain. Write it as example.com"),
        ("hours = 4", "hours =", "is no TOML: Invalid value"),
        ("[allow]", "[allowed]", "unknown field `allowed`"),
    ],
)
def test_a_wrong_setting_is_one_line(
    settings_file: Path, before: str, after: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert before in FILE
    settings_file.write_text(FILE.replace(before, after))
    assert complaint in error_of(capsys, "--sign-in", str(settings_file))


def test_an_empty_allow_list_is_refused(
    settings_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings_file.write_text(FILE.partition("[allow]")[0])
    assert "nobody is on the allow-list" in error_of(capsys, "--sign-in", str(settings_file))


# ── the secret of cookies ────────────────────────────────────────────────────────────────────


def test_the_secret_of_cookies_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "state" / "roletrail" / "cookie-secret"
    made = cookie_secret(file, ("provider", "client"))
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert [file] == [*file.parent.iterdir()]
    assert cookie_secret(file, ("provider", "client")) == made
    assert cookie_secret(file, ("another provider", "client")) != made
    assert file.read_text().strip() not in made


def test_a_secret_of_cookies_that_others_read_or_guess_is_noticed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cookie-secret"
    file.write_text("0" * 64)
    file.chmod(0o644)
    cookie_secret(file, ())
    assert "warning: others can read the cookie secret" in capsys.readouterr().err
    file.write_text("short")
    with pytest.raises(FrontDoorError, match="shorter than 32 characters"):
        cookie_secret(file, ())

"""Running the dashboard: Streamlit in a process of its own, until it is stopped."""

import contextlib
import os
import socket
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from roletrail.errors import FrontDoorError
from roletrail.options import LAKE_VARIABLE
from roletrail.sign_in_options import SECRET_VARIABLE
from roletrail.stopping import terminated_like_interrupted
from roletrail.terminal import note, warn

if TYPE_CHECKING:
    from dashboard.sign_in_settings import SignInSettings

LOCAL_HOST = "127.0.0.1"
FIRST_PORT = 8501  # Streamlit's own
PORTS_TRIED = 20
STOPS_WITHIN = 10  # seconds
WAIVED_VARIABLE = "ROLETRAIL_WITHOUT_SIGN_IN"  # tells the pages what the command line said


def check_who_can_reach(
    host: str, sign_in: "SignInSettings | None", *, is_waived: bool = False
) -> None:
    """Raise FrontDoorError if other machines can reach the address and nobody has to sign in."""
    from dashboard.loopback import is_loopback

    if sign_in is not None and is_waived:
        raise FrontDoorError("sign-in is set up, and waived by --without-sign-in. Leave out one")
    if sign_in is None and not is_waived and not is_loopback(host):
        raise FrontDoorError(
            f"other machines can reach {host or 'every address'}, and there is no sign-in. Set it "
            "up: --sign-in FILE. Or let everyone in: --without-sign-in"
        )


def serve(
    lake: str,
    host: str,
    port: int | None,
    sign_in: "SignInSettings | None" = None,
    *,
    is_waived: bool = False,
) -> None:
    """Serve the dashboard over this lake until Ctrl-C or SIGTERM.

    Without a port, the first free one from 8501 on is taken. Raises FrontDoorError if there is
    none, if the dashboard ends by itself, or as `check_who_can_reach` does.
    """
    check_who_can_reach(host, sign_in, is_waived=is_waived)
    chosen = _free_port(host, port)
    environment = _environment(lake, is_waived=is_waived)
    server: subprocess.Popen[bytes] | None = None
    with terminated_like_interrupted():
        try:
            server = subprocess.Popen(  # noqa: S603 - our own Python, and options that were checked
                _command(host, chosen, sign_in),
                env=environment,
                stdin=subprocess.PIPE if sign_in else None,
                stdout=sys.stderr,
            )
            if sign_in is not None:
                _hand_over(sign_in, server)
            _say_where(host, chosen, sign_in, is_waived=is_waived)
            code = server.wait()
        except KeyboardInterrupt:
            return
        finally:
            if server is not None:
                _stop(server)
    raise FrontDoorError(f"the dashboard ended with status {code}; its last words are above")


def _command(host: str, port: int, sign_in: "SignInSettings | None") -> list[str]:
    options = {
        "server.headless": "true",
        "server.address": host,
        "server.port": str(port),
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
        "logger.hideWelcomeMessage": "true",
        "logger.level": "warning",
    }
    if sign_in is not None:
        # Ways into Streamlit that a configuration of the user's could open beside the gate.
        options |= {"server.enableAgentApi": "false", "server.trustedUserHeaders": "{}"}
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    page = str(files("dashboard").joinpath("sign_in_server.py" if sign_in else "app.py"))
    # -P keeps the folder we were called from off the import path: it may hold another `lake.py`.
    return [sys.executable, "-P", "-m", "streamlit", "run", page, *words]


def _environment(lake: str, *, is_waived: bool) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name != SECRET_VARIABLE}
    waiver = {WAIVED_VARIABLE: "yes"} if is_waived else {}
    return inherited | {LAKE_VARIABLE: _from_anywhere(lake)} | waiver


def _hand_over(sign_in: "SignInSettings", server: "subprocess.Popen[bytes]") -> None:
    from dashboard.sign_in_settings import as_bytes

    if server.stdin is not None:
        with contextlib.suppress(BrokenPipeError), server.stdin:  # how it ended is said below
            server.stdin.write(as_bytes(sign_in))


def _say_where(host: str, port: int, sign_in: "SignInSettings | None", *, is_waived: bool) -> None:
    here = f"http://{host}:{port}"
    if sign_in is not None:
        here = f"{sign_in.origin}, listening on {host}:{port}"
    elif is_waived:
        warn(f"everyone who can reach {here} can read the lake: there is no sign-in")
    note(f"dashboard: {here} (Ctrl-C stops it)")


def _from_anywhere(lake: str) -> str:
    return lake if lake.startswith("catalog:") else str(Path(lake).expanduser().resolve())


def _free_port(host: str, port: int | None) -> int:
    wanted = range(FIRST_PORT, FIRST_PORT + PORTS_TRIED) if port is None else (port,)
    reason = ""
    for candidate in wanted:
        try:
            family = socket.getaddrinfo(host, candidate, type=socket.SOCK_STREAM)[0][0]
            with socket.create_server((host, candidate), family=family):
                return candidate
        except OSError as error:
            reason = str(error.strerror).partition(" (")[0]
    raise FrontDoorError(
        f"can't listen on {host}:{port or FIRST_PORT}: {reason}. Name another: --port N"
    )


def _stop(server: "subprocess.Popen[bytes]") -> None:
    server.terminate()
    try:
        server.wait(STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()

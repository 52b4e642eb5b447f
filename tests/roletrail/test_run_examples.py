import json
import re
import shlex
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml

from roletrail.cli import main
from roletrail.errors import ExitCode
from roletrail.runs.settings_file import settings_in
from tests.conftest import REPOSITORY

EXAMPLES = REPOSITORY / "docs" / "examples"
PROGRAM = "/opt/roletrail/bin/roletrail"
PLACE = "/etc/roletrail/roletrail.toml"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the example's settings, with the secrets that they refer to in their places."""
    (tmp_path / "soar-url").write_text("https://soar.example.com/hooks/secret")
    monkeypatch.setenv("ROLETRAIL_CHAT_URL", "slack://TokenA/TokenB/TokenC")
    return Path(shutil.copy(EXAMPLES / "roletrail.toml", tmp_path))


def check(command: list[str], place: Path) -> None:
    """Check a command as an example has it, on the example's settings."""
    assert command[0] in {PROGRAM, "roletrail"}
    words = [str(place) if word == PLACE else word for word in command[1:]]
    assert str(place) in words
    assert main([*words, "--check"]) is ExitCode.OK


def test_cron_runs_the_command(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (EXAMPLES / "crontab").read_text().splitlines()
    said = [line for line in lines if not line.startswith("#")]
    for name, value in (line.split("=", 1) for line in said[:-1]):
        monkeypatch.setenv(name, value)
    *times, command = said[-1].split(maxsplit=5)
    assert times == ["30", "2", "*", "*", "*"]
    assert "%" not in command  # cron makes it a new line
    check(shlex.split(command), place)


def test_systemd_runs_the_command(place: Path, tmp_path: Path) -> None:
    units = ("roletrail-run.service", "roletrail-run.timer")
    service, timer = (ConfigParser(interpolation=None, delimiters="=") for _ in units)
    service.read(EXAMPLES / units[0])
    timer.read(EXAMPLES / units[1])
    check(shlex.split(service["Service"]["ExecStart"]), place)
    if shutil.which("systemd-analyze") is None:
        return
    for name in units:
        text = (EXAMPLES / name).read_text().replace(PROGRAM, sys.executable)
        (tmp_path / name).write_text(text)
    verify = ["systemd-analyze", "verify", *(str(tmp_path / name) for name in units)]
    done = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    subprocess.run(
        ["systemd-analyze", "calendar", timer["Timer"]["OnCalendar"]],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def test_the_container_runs_the_command_with_the_lake_on_a_volume(place: Path) -> None:
    text = (EXAMPLES / "Dockerfile").read_text()
    said = dict(re.findall(r"^(ENTRYPOINT|CMD) (.*)$", text, re.MULTILINE))
    entry = json.loads(said["ENTRYPOINT"])
    check([*entry, *json.loads(said["CMD"])], place)
    job = yaml.safe_load((EXAMPLES / "cronjob.yaml").read_text())["spec"]
    assert job["concurrencyPolicy"] == "Forbid"
    pod = job["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    check([*entry, *container["args"]], place)
    mounted = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    assert set(mounted.values()) == {volume["name"] for volume in pod["volumes"]}
    assert mounted[str(Path(PLACE).parent)] == "settings"
    assert any(Path(settings_in(place).lake).is_relative_to(path) for path in mounted)

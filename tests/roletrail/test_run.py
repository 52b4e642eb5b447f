import json
import subprocess
import sys
from pathlib import Path

import pytest

from lake import Lake, open_lake
from roletrail.cli import main
from roletrail.commands.findings import Level
from roletrail.errors import ExitCode, FrontDoorError
from roletrail.runs.alone import alone, lock_file
from roletrail.runs.outcome_steps import findings_step
from roletrail.runs.settings import Finding
from roletrail.runs.steps import Done, OnStep, Result, Step, exit_code, outcomes_of
from tests.analysis.findings_lakes import COPIED_KEY
from tests.analysis.test_golden_cases import deliver
from tests.conftest import REPOSITORY
from tests.roletrail.webhook import webhook

SETTINGS = """
lake = "lake"
dashboard_url = "https://trail.example.com"
[[sources]]
source = "bucket"
processes = 1
[findings]
rules = ["credentials_outside_network"]
fail_at = "high"
[[notices]]
name = "team"
to = "webhook"
url_env = "HOOK"
[[reports]]
out = "reports"
kinds = ["denied"]
formats = ["json"]
[maintain]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with settings and a bucket in which there is something to find."""
    deliver(COPIED_KEY, tmp_path / "bucket")
    (tmp_path / "roletrail.toml").write_text(SETTINGS)
    monkeypatch.delenv("HOOK", raising=False)
    return tmp_path


def run(folder: Path, capsys: pytest.CaptureFixture[str], code: ExitCode) -> dict[str, list[str]]:
    """Run the settings, which must end like this; return result and words of each step."""
    arguments = ["run", "--config", str(folder / "roletrail.toml"), "--format", "json"]
    assert main(arguments) is code
    rows = json.loads(capsys.readouterr().out)
    return {row["step"]: [row["result"], row["what"]] for row in rows}


def files_of(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return the rows' files and the reports below the folder: when changed, and their bytes."""
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.suffix in {".json", ".parquet"} and "metadata" not in path.parts
    }


def test_runs_do_what_is_new_and_a_step_that_fails_stops_only_what_needs_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder / "roletrail.toml"
    file.write_text(SETTINGS.replace("credentials_outside", "credentials_outsize"))
    misspelt = run(folder, capsys, ExitCode.SOME_REJECTED)
    results = {name: result for name, (result, _) in misspelt.items()}
    assert list(results) == ["ingest", "attribute", "findings", "notice", "report", "maintain"]
    assert [name for name, result in results.items() if result != "done"] == ["findings", "notice"]
    assert "did you mean credentials_outside_network?" in misspelt["findings"][1]
    assert misspelt["notice"] == ["skipped", "findings failed"]

    file.write_text(SETTINGS)
    with webhook() as hook, pytest.MonkeyPatch.context() as environment:
        environment.setenv("HOOK", hook.url)
        hook.status = 500
        refused = run(folder, capsys, ExitCode.SOME_REJECTED)
        assert refused["findings"] == ["found", "1 rule run, 1 finding, 1 new, 1 at least high"]
        assert refused["notice"] == ["failed", "not delivered: the webhook answers 500"]
        hook.status = 200
        assert run(folder, capsys, ExitCode.SOME_REJECTED)["notice"] == ["done", "1 finding told"]
        *_, document = hook.sent
        (told,) = document["findings"]
        assert told["url"] == f"https://trail.example.com/findings?id={told['finding_id']}"

        before = files_of(folder)
        again = run(folder, capsys, ExitCode.SOME_REJECTED)
        assert again["notice"] == ["done", "nothing new to tell"]
        assert files_of(folder) == before
        assert len(hook.sent) == 2

    wanted = Finding(rules=("credentials_outside_network",), fail_at=Level.HIGH, fail_within_days=1)
    recent = findings_step(wanted, open_lake(folder / "lake"), None)
    assert recent == Done("1 rule run, 1 finding, 0 new, 0 at least high")


def test_a_check_shows_the_steps_and_what_they_lack_and_does_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(folder.rglob("*"))
    arguments = ["run", "--config", str(folder / "roletrail.toml"), "--check", "--format", "csv"]
    assert main(arguments) is ExitCode.SOME_REJECTED
    written = capsys.readouterr()
    assert written.out.splitlines()[:3] == ["step,of", f"ingest,{folder}/bucket", "attribute,"]
    assert "warning: notice team: the environment variable HOOK holds no URL" in written.err
    assert sorted(folder.rglob("*")) == before


# ── steps ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def empty_lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return open_lake(tmp_path_factory.mktemp("empty"), create=True)


def step(name: str, result: Result | Exception, needs: str | None = None) -> Step:
    def do(_lake: Lake, _on_step: OnStep) -> Done:
        if isinstance(result, Exception):
            raise result
        return Done("words", result)

    return Step(name, "", do, needs)


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ((Result.DONE, Result.DONE), ExitCode.OK),
        ((Result.DONE, Result.INCOMPLETE), ExitCode.SOME_REJECTED),
        ((Result.FOUND, Result.DONE), ExitCode.SOME_REJECTED),
        ((FrontDoorError("no"), Result.DONE), ExitCode.SOME_REJECTED),
        ((FrontDoorError("no"), OSError("no")), ExitCode.NOTHING_DONE),
    ],
)
def test_the_exit_status_tells_how_the_steps_ended(
    empty_lake: Lake, results: tuple[Result | Exception, ...], code: ExitCode
) -> None:
    steps = [step(str(number), result) for number, result in enumerate(results)]
    assert exit_code(list(outcomes_of(steps, empty_lake, None))) is code


def test_a_fault_of_our_own_keeps_its_traceback_and_stops_nothing_else(
    empty_lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = [
        step("first", ZeroDivisionError("a bug")),
        step("second", Result.DONE, needs="first"),
        step("third", Result.DONE, needs="second"),
        step("last", Result.DONE),
    ]
    outcomes = list(outcomes_of(steps, empty_lake, None))
    assert [outcome.done.result.value for outcome in outcomes] == [
        "failed",
        "skipped",
        "skipped",
        "done",
    ]
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_in_a_query_ends_the_run(empty_lake: Lake) -> None:
    stopped = RuntimeError("query interrupted")
    stopped.__cause__ = KeyboardInterrupt()
    with pytest.raises(RuntimeError):
        list(outcomes_of([step("first", stopped)], empty_lake, None))


# ── one at a time ────────────────────────────────────────────────────────────────────────────


def test_a_second_run_ends_at_once_and_a_killed_one_blocks_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hold = (
        "import sys, time\nfrom roletrail.runs.alone import alone\n"
        "with alone(sys.argv[1]):\n    print('held', flush=True)\n    time.sleep(600)"
    )
    lake = str(folder / "lake")
    with subprocess.Popen(
        [sys.executable, "-c", hold, lake], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        arguments = ["run", "--config", str(folder / "roletrail.toml")]
        assert main(arguments) is ExitCode.NOTHING_DONE
        (line,) = capsys.readouterr().err.splitlines()
        assert f"another run works on {lake}: process {other.pid}, since 20" in line
        other.kill()
    with alone(lake), pytest.raises(FrontDoorError), alone(lake):
        pass


def test_a_lake_of_a_catalog_has_its_lock_among_temporary_files() -> None:
    places = {lock_file(name) for name in ("catalog:a", "catalog:b", "folder")}
    assert len(places) == 3
    assert {place.name for place in places if place.is_absolute()} == {
        lock_file(name).name for name in ("catalog:a", "catalog:b")
    }

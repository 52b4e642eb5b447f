"""A process that has loaded everything, and makes a child for each run: soon started, soon killed.

It has no threads of its own, so that its children are as good as processes started anew. Requests
and answers are lines of JSON; see `Nursery`, which is the other end.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Self

from tests.conftest import REPOSITORY
from tests.exactly_once.faults import Steps

MAINTAIN_AT_ONCE = "maintain-at-once"  # as if no snapshot and no file were needed any longer
HIDDEN_SECONDS = 1
LOADED = (
    "boto3",
    "duckdb",
    "obstore",
    "pyiceberg.io.pyarrow",
    "analysis.attribution",
    "ingest.following",
    "lake.maintenance",
    "roletrail.cli",
)


@dataclass(frozen=True, slots=True)
class Run:
    """A command of roletrail's, and when it dies: at a step, or after some seconds, or never."""

    arguments: tuple[str, ...]
    die_at: int = 0
    kill_after: float | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: its status (negative for a signal), seconds, steps if it came to the end."""

    status: int
    seconds: float
    steps: int
    said: str


@dataclass(slots=True)
class Nursery:
    """The near end: asks for runs at the same time, and waits for them."""

    folder: Path
    environment: Mapping[str, str]
    _process: "subprocess.Popen[str]" = field(init=False)

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.exactly_once.nursery"],
            cwd=REPOSITORY,
            env=os.environ | self.environment | {"TMPDIR": str(self.folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(self, *runs: Run) -> list[Ended]:
        """Run all of them at the same time and return how they ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(
            json.dumps([[str(self.folder), asdict(run)] for run in runs]),
            file=self._process.stdin,
            flush=True,
        )
        return [Ended(**ended) for ended in json.loads(self._process.stdout.readline())]


# ── the far end ──────────────────────────────────────────────────────────────────────────────


def serve() -> None:
    """Make children until there are no more requests."""
    load_everything()
    for line in sys.stdin:
        requests = [(Path(folder), Run(**run)) for folder, run in json.loads(line)]
        begun = time.monotonic()
        children = {start(number, *request): request[1] for number, request in enumerate(requests)}
        sys.stdout.write(json.dumps(ended(children, requests[0][0], begun)) + "\n")
        sys.stdout.flush()


def load_everything() -> None:
    """Import what the commands import; none of it may start a thread."""
    for module in LOADED:
        import_module(module)


def start(number: int, folder: Path, run: Run) -> int:
    """Start a child and return its process id."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        os.setpgid(0, 0)
        said = os.open(folder / f"said-{number}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (1, 2):
            os.dup2(said, stream)
        steps = Steps(run.die_at)
        steps.install()
        status = do(run.arguments)
        (folder / f"steps-{os.getpid()}").write_text(str(steps.count))
    finally:
        os._exit(status)


def do(arguments: tuple[str, ...]) -> int:
    """Do what the arguments say in this process; return its status."""
    import ingest.following
    import ingest.queues
    import lake.maintenance
    from lake import open_lake
    from roletrail.cli import main

    ingest.queues.HIDDEN_SECONDS = HIDDEN_SECONDS
    ingest.following.DRAINED_SECONDS = 0
    try:
        if arguments[0] == MAINTAIN_AT_ONCE:
            lake.maintenance.GARBAGE_AGE = timedelta(0)
            lake.maintenance.maintain(open_lake(arguments[1]), snapshots_kept=timedelta(0))
            return 0
        return int(main(list(arguments)))
    except BaseException:  # noqa: BLE001 - told to whoever asked for the run
        import traceback

        traceback.print_exc()
        return 70
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def ended(children: dict[int, Run], folder: Path, begun: float) -> list[dict[str, object]]:
    """Wait for the children, kill those whose time has come, and return how each ended."""
    result: dict[int, dict[str, object]] = {}
    while len(result) < len(children):
        for number, (child, run) in enumerate(children.items()):
            if child in result:
                continue
            seconds = time.monotonic() - begun
            found, status = os.waitpid(child, os.WNOHANG)
            if found:
                steps = folder / f"steps-{child}"
                result[child] = {
                    "status": os.waitstatus_to_exitcode(status),
                    "seconds": seconds,
                    "steps": int(steps.read_text()) if steps.exists() else 0,
                    "said": (folder / f"said-{number}").read_text(),
                }
            elif run.kill_after is not None and seconds >= run.kill_after:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
        time.sleep(0.002)
    return [result[child] for child in children]


if __name__ == "__main__":
    serve()

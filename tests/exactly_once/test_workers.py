"""Worker processes of an ingest that is killed don't outlive it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ingest.log_files import log_file, record

WITHIN = 120  # seconds; the machine may be busy
# A worker says who it is and stays at work until its time is up.
READ_SLOWLY = """
import os, sys, time
from pathlib import Path
from ingest import ingest, worker_context, workers
from lake import open_lake

def read_portion(portion):
    (Path(sys.argv[2]) / str(os.getpid())).touch()
    time.sleep(600)

worker_context.FEW_OBJECTS = 0
if __name__ == "__main__":
    workers.read_portion = read_portion
    ingest(open_lake(sys.argv[3], create=True), [sys.argv[1]], processes=2)
"""


@pytest.mark.skipif(not Path("/proc").exists(), reason="asks /proc which processes there are")
def test_the_workers_of_an_ingest_that_was_killed_end_and_tidy_up(tmp_path: Path) -> None:
    source, seen = tmp_path / "source", tmp_path / "seen"
    # Not below tmp_path: what workers are called through has a short path of its own in it.
    temporary = Path(tempfile.mkdtemp(prefix="workers-"))
    for folder in (source, seen):
        folder.mkdir()
    for number in range(4):
        (source / f"{number}.json.gz").write_bytes(log_file(record(number)))
    script = tmp_path / "slow.py"
    script.write_text(READ_SLOWLY)
    command = [sys.executable, str(script), str(source), str(seen), str(tmp_path / "lake")]
    process = subprocess.Popen(command, env=os.environ | {"TMPDIR": str(temporary)})
    try:
        wait_until(lambda: any(seen.iterdir()))
        workers = [int(path.name) for path in seen.iterdir()]
        assert all(is_alive(worker) for worker in workers)
        assert any(temporary.glob("roletrail-*"))
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    wait_until(lambda: not any(is_alive(worker) for worker in workers))
    assert not any(temporary.glob("roletrail-*"))
    shutil.rmtree(temporary)


def is_alive(process: int) -> bool:
    """Return whether there is such a process that hasn't ended."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


def wait_until(is_so: Callable[[], bool]) -> None:
    """Come back once it is so."""
    deadline = time.monotonic() + WITHIN
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)

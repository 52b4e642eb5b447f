"""Log files in S3 into a lake, against the same files in a folder.

    python benchmarks/ingest_s3.py [--events 200000] [--per-file 100] [--runs 3] [--latency 0.03]

The files are served by static_s3.py, in a process of its own on the same cores: its processor time
is shown beside that of ingest. Each way is run in turn, in new processes, and the best of the runs
shown: `folder` and `s3` are whole runs of ingest into a new lake, `s3, slow` too, with the latency
in seconds before the first byte of each answer; `get` reads every object as ingest does and does
nothing with it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from made_up_trail import MadeUpTrail

SERVER = Path(__file__).with_name("static_s3.py")
BUCKET = "s3://trail/"
WAYS = ("folder", "s3", "s3, slow", "get", "get, slow")


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds on the clock, and of processor time: of what is measured, and of the server."""

    seconds: float
    cpu_seconds: float
    server_cpu_seconds: float = 0.0


def run_ingest(source: str, lake: str) -> None:
    """Ingest into a new lake, everything on, as the command does."""
    from ingest.worker_context import load_early

    load_early([source])
    from ingest import ingest
    from lake import open_lake

    summary = ingest(open_lake(lake, create=True), [source])
    if summary.objects_rejected or not summary.objects_new:
        raise SystemExit(f"not everything was taken: {summary}")


def run_get(source: str, _lake: str) -> None:
    """Read every object, with as many requests at a time as ingest makes."""
    from ingest.s3_listing import Bucket
    from ingest.s3_reading import pieces_of_object
    from ingest.workers import FETCHERS, default_processes

    bucket = Bucket("trail")
    objects = bucket.objects(source.removeprefix(BUCKET))
    access = bucket.access()
    with ThreadPoolExecutor(FETCHERS * default_processes()) as threads:
        deque(
            threads.map(
                lambda found: sum(map(len, pieces_of_object(access, found.place, found.version))),
                objects,
            ),
            maxlen=0,
        )


@contextmanager
def served(folder: Path, latency: float) -> Iterator[tuple[str, int]]:
    """Yield the address and the process id of a server of this folder."""
    command = [sys.executable, str(SERVER), str(folder), "--latency", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            port = server.stdout.readline().strip() if server.stdout else ""
            yield f"http://127.0.0.1:{port}", server.pid
        finally:
            server.terminate()


def measured(way: str, folder: Path, latency: float) -> Run:
    """Run one way in a new process, and return what it took."""
    with tempfile.TemporaryDirectory(prefix="roletrail-benchmark-") as place:
        command = [sys.executable, __file__, "--run", way.partition(",")[0]]
        if way == "folder":
            seconds, cpu = timed([*command, str(folder), f"{place}/lake"], {})
            return Run(seconds, cpu)
        with served(folder, latency if "slow" in way else 0.0) as (endpoint, server):
            before = cpu_seconds_of(server)
            environment = {
                "AWS_ENDPOINT_URL": endpoint,
                "AWS_ACCESS_KEY_ID": "none",
                "AWS_SECRET_ACCESS_KEY": "none",
                "AWS_REGION": "us-east-1",
            }
            seconds, cpu = timed([*command, BUCKET, f"{place}/lake"], environment)
            return Run(seconds, cpu, cpu_seconds_of(server) - before)


def timed(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Run a command; return its seconds, and the processor's for it and its children."""
    before, started = os.times(), os.times().elapsed
    subprocess.run(command, check=True, env=os.environ | environment)
    after = os.times()
    cpu = after.children_user + after.children_system
    return after.elapsed - started, cpu - before.children_user - before.children_system


def cpu_seconds_of(process: int) -> float:
    """Return a process's seconds of processor time so far (Linux only; elsewhere none)."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Make the input, run all ways in turn, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--per-file", type=int, default=100)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--latency", type=float, default=0.03)
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        way, source, lake = arguments.run
        (run_get if way == "get" else run_ingest)(source, lake)
        return
    with tempfile.TemporaryDirectory(prefix="roletrail-benchmark-") as place:
        folder = Path(place)
        MadeUpTrail(arguments.events).write(folder, arguments.per_file)
        sizes = [file.stat().st_size for file in folder.rglob("*.gz")]
        runs: dict[str, list[Run]] = {way: [] for way in WAYS}
        for _ in range(arguments.runs):
            for way in WAYS:
                runs[way].append(measured(way, folder, arguments.latency))
    print(f"{len(sizes):,} objects of {sum(sizes) / len(sizes) / 1000:.0f} kB, best of runs")
    print(f"{'way':<10} {'objects/s':>10} {'seconds':>8} {'cpu s':>7} {'server':>7} {'ratio':>6}")
    local = min(run.seconds for run in runs["folder"])
    for way in WAYS:
        best = min(runs[way], key=lambda run: run.seconds)
        cpu = min(run.cpu_seconds for run in runs[way])
        print(
            f"{way:<10} {len(sizes) / best.seconds:>10,.0f} {best.seconds:>8.2f} {cpu:>7.2f} "
            f"{best.server_cpu_seconds:>7.2f} {best.seconds / local:>6.2f}"
        )


if __name__ == "__main__":
    main()

"""Local log files into a lake, against what others take for a plain conversion of the same files.

    python benchmarks/ingest_local.py [--runs 3] [--shape large|small|one] [--events N] [--only WAY]

Makes its own input with a fixed seed: 100 files of 10,000 events, 4,000 files of 100, or one file
of 50 MB. Runs all ways in turn, each in processes of its own, and prints the best of the runs:
events per second, processor time, peak memory of all processes together (Linux only), how many
times as fast roletrail is, and the share of what two cores can at most unpack and parse. Memory is
looked at in a run of its own, since looking takes time. roletrail is the command, and does
everything it always does: deduplication, ledger, redaction, evidence, bloom filters, commits. The
others, in `conversions.py`, only convert. Those that aren't installed are left out:
`pip install -e .[bench]` installs them.
"""

import argparse
import ctypes
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conversions import WAYS
from made_up_trail import MadeUpTrail

SHAPES = {"large": (1_000_000, 10_000), "small": (400_000, 100), "one": (250_000, 250_000)}
"""How many events there are, and how many in each file."""
LIMIT = 839_000  # events a second: unpacking and finding the marks of JSON, on two cores
SAMPLE_SECONDS = 0.1
SUBREAPER = 36  # prctl(2): orphans become this process's children
ROLETRAIL = "roletrail"


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds on the clock, and seconds of processor time."""

    seconds: float
    cpu_seconds: float


@contextmanager
def started(way: str, source: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run one way in a new process with a group of its own, and wait for it and its children."""
    with tempfile.TemporaryDirectory(prefix="roletrail-benchmark-") as target:
        command = [__file__, "--run", way, str(source), target]
        if way == ROLETRAIL:
            command = ["-m", "roletrail", "ingest", str(source), "--lake", f"{target}/lake"]
        process = subprocess.Popen([sys.executable, *command], start_new_session=True)
        yield process
        _await_orphans()
    if process.returncode:
        raise SystemExit(f"{way} failed")


def measured(way: str, source: Path) -> Run:
    """Return how long one way takes."""
    begun, cpu_before = time.perf_counter(), _cpu_seconds_of_children()
    with started(way, source) as process:
        process.wait()
        seconds = time.perf_counter() - begun
    return Run(seconds, _cpu_seconds_of_children() - cpu_before)


def peak_bytes_of(way: str, source: Path) -> int:
    """Return the most memory that one way and its children have together, in a run of its own."""
    peak_bytes = 0
    with started(way, source) as process:
        while process.poll() is None:
            peak_bytes = max(peak_bytes, sum(map(_proportional_bytes, _processes(process.pid))))
            time.sleep(SAMPLE_SECONDS)
    return peak_bytes


def _adopt_orphans() -> None:
    """Let the processor time of workers whose parent is gone count too, where that can be."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)


def _await_orphans() -> None:
    try:
        while True:
            os.wait()
    except ChildProcessError:
        return


def _cpu_seconds_of_children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _processes(group: int) -> Iterator[Path]:
    """Yield the process folders of a group; none where there is no /proc."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            yield folder


def _proportional_bytes(folder: Path) -> int:
    """Return a process's memory, with what it shares divided among those who share it."""
    try:
        lines = (folder / "smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def compare(shape: str, events: int, ways: list[str], runs: int) -> None:
    """Make the input, run all ways in turn, and print a table."""
    per_file = SHAPES[shape][1]
    with tempfile.TemporaryDirectory(prefix="roletrail-benchmark-") as source:
        MadeUpTrail(events).write(Path(source), per_file)
        peaks = {way: peak_bytes_of(way, Path(source)) for way in ways}
        done: dict[str, list[Run]] = {way: [] for way in ways}
        for _ in range(runs):
            for way in ways:
                done[way].append(measured(way, Path(source)))
    print(f"\n{shape}: {events:,} events, {per_file:,} to a file, best of {runs}\n")
    print("| way | events/s | CPU seconds | peak MB | roletrail is | of the limit |")
    print("|---|---|---|---|---|---|")
    seconds = {way: min(run.seconds for run in done[way]) for way in ways}
    for way in ways:
        cpu = min(run.cpu_seconds for run in done[way])
        peak = peaks[way] / 1e6
        rate, ratio = events / seconds[way], seconds[way] / seconds[ROLETRAIL]
        print(
            f"| {way} | {rate:,.0f} | {cpu:.1f} | {peak:,.0f} | {ratio:.2f} | {rate / LIMIT:.0%} |"
        )


def main() -> None:
    """Compare the ways that are installed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shape", choices=SHAPES, action="append")
    parser.add_argument("--events", type=int)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", choices=WAYS, action="append", help="a way to compare with")
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        way, source, target = arguments.run
        WAYS[way][1](Path(source), Path(target))
        return
    _adopt_orphans()
    ways = [ROLETRAIL]
    for way, (package, _) in WAYS.items():
        if importlib.util.find_spec(package) is None:
            print(f"{way} is left out: {package} isn't installed")
        elif way in (arguments.only or WAYS):
            ways.append(way)
    for shape in arguments.shape or SHAPES:
        compare(shape, arguments.events or SHAPES[shape][0], ways, arguments.runs)


if __name__ == "__main__":
    main()

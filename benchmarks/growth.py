"""What becomes of the speed of ingest and of the dashboard's queries as a lake grows.

    python benchmarks/growth.py [--millions 10] [--folder DIR] [--sizes 1 10 50] [--runs 9]
    python benchmarks/growth.py --millions 1 --lake LAKE --sizes

Ingest: log files of a million new events each, 10,000 to a file, one run of `roletrail ingest`
after another into the same lake, each the same calls again, some days later; events per
second, and per second of processor time, of each run. `--lake` takes a lake that has much already:
it has these events, too, afterwards. Pages: lakes of as many million events as
`--sizes` says, kept in DIR, and what each page's queries take in all of them: the best run on the
clock and the least processor time, which other programs on the machine change less.
"""

import argparse
import gzip
import re
import shutil
import sys
import tempfile
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

from answers import AS_OPENED, MILLISECONDS, Timing, pages_of, percentile, timed_pages
from isal import igzip
from made_up_trail import DAYS, SEED, START, MadeUpTrail
from month_of_events import prepared
from watched_process import watched

from analysis import open_answers

BATCH = 1_000_000
PER_FILE = 10_000
EVENT_ID = re.compile(rb'("eventID":")[0-9a-f]{8}')


def show_ingest(lake: Path, millions: int) -> None:
    """Print what each further million events takes to ingest."""
    print("| million | seconds | events/s | CPU seconds | events per CPU second | of the first |")
    print("|---|---|---|---|---|---|")
    first = 0.0
    with tempfile.TemporaryDirectory(dir=lake.parent) as folder:
        made_up = Path(folder, "made-up")
        MadeUpTrail(BATCH, seed=SEED, start=START).write(made_up, PER_FILE)
        for number in range(millions):
            source = Path(folder, "later")
            write_later(made_up, source, number)
            command = ["-m", "roletrail", "ingest", str(source), "--lake", str(lake)]
            run = watched([sys.executable, *command])
            shutil.rmtree(source)
            rate = BATCH / run.cpu_seconds
            first = first or rate
            print(
                f"| {number + 1} | {run.seconds:.1f} | {BATCH / run.seconds:,.0f} "
                f"| {run.cpu_seconds:.1f} | {rate:,.0f} | {rate / first:.2f} |",
                flush=True,
            )


def write_later(source: Path, target: Path, number: int) -> None:
    """Write the log files again, as if the same calls were made some days later, anew."""
    target.mkdir()
    with ThreadPoolExecutor() as threads:
        deque(
            threads.map(partial(_write_later, target, number), source.rglob("*.gz")),
            maxlen=0,
        )


def _write_later(target: Path, number: int, file: Path) -> None:
    text = gzip.decompress(file.read_bytes())
    later = number * timedelta(days=DAYS)
    # From the last day on, so that none is moved twice.
    for day in (START + timedelta(days=day) for day in range(DAYS, -2, -1)):
        text = text.replace(f"{day:%Y-%m-%dT}".encode(), f"{day + later:%Y-%m-%dT}".encode())
    text = EVENT_ID.sub(rb"\g<1>%08x" % number, text)
    (target / f"{number}-{file.name}").write_bytes(igzip.compress(text, compresslevel=1))


def timings_of(lake: Path, runs: int) -> dict[str, list[Timing]]:
    """Return the timings of the queries of each page, not narrowed."""
    answers = open_answers(str(lake))
    timings = timed_pages(answers, lake, pages_of(answers, AS_OPENED), runs)
    return {name: [timing for _, timing in asked] for name, asked in timings.items()}


def show_pages(folder: Path, sizes: list[int], runs: int) -> None:
    """Print what each page's queries take together, in lakes of each size."""
    measured: list[dict[str, list[Timing]]] = []
    for size in sizes:
        lake = folder / f"lake-{size}m"
        prepared(lake, size * 1_000_000)
        measured.append(timings_of(lake, runs))
    print("\n| page, its queries together |", end="")
    print("".join(f" {size} M, best ms | CPU ms |" for size in sizes), "growth of CPU |")
    print("|---|" + "---|---|" * len(sizes) + "---|")
    for name in measured[0]:
        together = [
            (sum(timing.best for timing in pages[name]), sum(t.cpu_seconds for t in pages[name]))
            for pages in measured
        ]
        print(_row(name, together))
    for share in (0.5, 0.95):
        each = [
            (
                percentile((t.best for page in pages.values() for t in page), share),
                percentile((t.cpu_seconds for page in pages.values() for t in page), share),
            )
            for pages in measured
        ]
        print(_row(f"p{share * 100:.0f} of single queries", each))


def _row(name: str, seconds: list[tuple[float, float]]) -> str:
    cells = " | ".join(f"{one * MILLISECONDS:,.0f}" for pair in seconds for one in pair)
    return f"| {name} | {cells} | {seconds[-1][1] / seconds[0][1]:.1f} |"


def main() -> None:
    """Print both tables; `--millions 0` or no `--sizes` leave one out."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--millions", type=int, default=10)
    parser.add_argument("--folder", type=Path, default=Path("benchmark-lakes"))
    parser.add_argument("--lake", type=Path)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1, 10, 50])
    parser.add_argument("--runs", type=int, default=9)
    given = parser.parse_args()
    given.folder.mkdir(exist_ok=True)
    if given.millions:
        show_ingest(given.lake or given.folder / "growing", given.millions)
    if given.sizes:
        show_pages(given.folder, sorted(given.sizes), given.runs)


if __name__ == "__main__":
    main()

"""A night's `roletrail run` on a lake of 10 million events: time and peak memory, step by step.

    python benchmarks/nightly.py [--millions 10] [--folder DIR]

The lake has a month of events, made and attributed beforehand in DIR, which is kept. Two nights
bring a thirtieth as many as log files each, the third one nothing. All read, attribute, run all
rules, write a report of the last month and maintain. In the first, an endpoint is seen that was not
known, so that all days are read again. The report of the month that has nearly all events is
measured by itself, since the last month at the time of the measurement is another one. A peak is
that of the largest process so far.
"""

import argparse
import json
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from made_up_trail import DAYS, SEED, MadeUpTrail
from month_of_events import prepared
from watched_process import Run, watched

AFTER = datetime(2026, 10, 1, tzinfo=UTC)
FULL_MONTH = "2026-09-15"
PER_FILE = 10_000
# Standard output into the file that comes first.
INTO_FILE = ("sh", "-c", 'exec "$@" > "$0"')
SETTINGS = """
lake = {lake}
[[sources]]
source = {source}
[findings]
[[reports]]
period = "month"
formats = ["html", "csv"]
out = {reports}
[maintain]
"""


def night(folder: Path, settings: Path) -> tuple[Run, list[dict[str, object]]]:
    """Run the settings once; return what it took, and its own account of its steps."""
    said = folder / "steps.json"
    roletrail = [sys.executable, "-m", "roletrail", "run", "--config", str(settings)]
    run = watched([*INTO_FILE, str(said), *roletrail, "--format", "json"])
    return run, json.loads(said.read_text())


def show(title: str, run: Run, steps: list[dict[str, object]]) -> None:
    """Print a run as a table."""
    print(f"\n{title}: {run.seconds:.1f} s, {run.cpu_seconds:.1f} CPU s, {run.peak_gb:.2f} GB\n")
    print("| step | seconds | what |\n|---|---|---|")
    for step in steps:
        print(f"| {step['step']} | {step['seconds']:.1f} | {step['what']} |")


def main() -> None:
    """Make the lake if need be, run both nights and the report, print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--millions", type=float, default=10)
    options.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "nightly")
    given = options.parse_args()
    events = int(given.millions * 1_000_000)
    given.folder.mkdir(exist_ok=True)
    lake = given.folder / f"lake-{events}"
    prepared(lake, events)
    with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
        folder = Path(scratch)
        settings = folder / "roletrail.toml"
        places = {"lake": lake, "source": folder / "trail", "reports": folder / "reports"}
        quoted = {name: json.dumps(str(place)) for name, place in places.items()}
        settings.write_text(SETTINGS.format(**quoted))
        # Other events in each measurement, since the lake keeps those of the last one.
        seed = SEED + int(datetime.now(UTC).timestamp())
        for number in range(2):
            start = AFTER + number * timedelta(days=DAYS)
            trail = MadeUpTrail(events // 30, seed=seed + number, start=start)
            trail.write(folder / "trail", PER_FILE)
            show(f"{events // 30:,} new events", *night(folder, settings))
        show("nothing new", *night(folder, settings))
        report = ["report", "--lake", str(lake), "--out", str(folder / "reports")]
        month = ["--period", "month", "--at", FULL_MONTH, "--format", "html", "--format", "csv"]
        run = watched([sys.executable, "-m", "roletrail", *report, *month])
        print(f"\nreport of the full month: {run.seconds:.1f} s, {run.peak_gb:.2f} GB or less")


if __name__ == "__main__":
    main()

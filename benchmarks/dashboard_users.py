"""Several people at once on one dashboard: errors, time to first content, memory of the server.

Each has a browser context of their own and walks through the pages, one after the other as fast as
they come; every other page is opened anew, as a pasted link is, the rest by the menu. All contexts
share one Chromium, on the same cores as the server: what is slow here is partly the browser. First
content is the first figure, table, chart or heading of an empty state on the page.

Usage: python benchmarks/dashboard_users.py [--users N] [--minutes N] [--events N | --lake DIR]
"""

import argparse
import asyncio
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from attribution import KEYS, MADE_UP, STREAMING, build, timed_run
from playwright.async_api import Error, async_playwright
from soak import resident_bytes

from tests.conftest import BROWSERS
from tests.dashboard.serving import QUIET, STARTS_WITHIN, start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.async_api import Browser, Page

WALK = {
    "Overview": "/",
    "Streaming sessions": "/streaming-sessions",
    "People": "/people",
    "APIs": "/apis",
    "Roles and fleets": "/roles",
    "Credentials": "/credentials",
    "VPC endpoints": "/endpoints",
    "Findings": "/findings",
    "Health": "/health",
}
RANGE = "?range=All+time"
CONTENT = ", ".join(
    f'[data-testid="stMain"] [data-testid="{name}"]'
    for name in ("stMetric", "stDataFrame", "stVegaLiteChart", "stEChartsChart", "stCode")
)
EMPTY = '[data-testid="stMain"] h3:has-text("No ")'
BROKEN = '[data-testid="stException"], h3:has-text("The lake can\'t be read")'
PATIENCE = 60_000  # milliseconds until a page counts as an error
LOOKED_EVERY = 15  # seconds between looks at the server's memory
SETTLES_WITHIN = 150  # seconds; Streamlit keeps what a closed tab had for two minutes


@dataclass(slots=True)
class Walked:
    """What all users together have seen."""

    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)


async def walk(browser: "Browser", address: str, until: float, seed: int, walked: Walked) -> None:
    """Let one user walk through the pages until the time is up."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    page.on("pageerror", lambda error: walked.errors.append(f"script: {error}"))
    order = random.Random(seed)
    is_opened = True
    while time.monotonic() < until:
        name = order.choice([*WALK])
        began = time.monotonic()
        try:
            await open_page(page, address, name, is_opened=is_opened)
            walked.seconds[name].append(time.monotonic() - began)
            await page.locator('[data-test-script-state="notRunning"]').wait_for(state="attached")
            if await page.locator(BROKEN).count():
                walked.errors.append(f"{name}: {await page.locator(BROKEN).first.inner_text()}")
        except Error as error:
            walked.errors.append(f"{name}: {str(error).splitlines()[0]}")
            is_opened = False
        is_opened = not is_opened
    await context.close()


async def open_page(page: "Page", address: str, name: str, *, is_opened: bool) -> None:
    """Open a page anew or by the menu, and wait for what it is about."""
    if is_opened:
        await page.goto(f"{address}{WALK[name]}{RANGE}")
    else:
        await page.get_by_test_id("stSidebar").get_by_role("link", name=name, exact=True).click()
    await page.locator("h1").get_by_text(name, exact=True).wait_for()
    await page.locator(f"{CONTENT}, {EMPTY}").first.wait_for()


def processor_seconds(process: int) -> float:
    """Return the processor time that a process has taken so far; Linux only."""
    after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


async def watch(process: int, until: float) -> None:
    """Print the server's memory and processor time now and then."""
    began = time.monotonic()
    while True:
        megabytes = resident_bytes(process) / 1e6
        seconds = processor_seconds(process)
        print(f"| {time.monotonic() - began:.0f} | {megabytes:.0f} | {seconds:.1f} |", flush=True)
        if time.monotonic() >= until:
            return
        await asyncio.sleep(LOOKED_EVERY)


async def visit(address: str, process: int, users: int, minutes: float) -> Walked:
    """Let the users walk, and return what they saw."""
    walked = Walked()
    path = next(filter(None, map(shutil.which, BROWSERS)))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(QUIET))
        until = time.monotonic() + minutes * 60
        print("| second | memory of the server, MB | its processor time, s |\n|---|---|---|")
        await asyncio.gather(
            watch(process, until),
            *(walk(browser, address, until, seed, walked) for seed in range(users)),
        )
        await browser.close()
    return walked


def rows_of(walked: Walked) -> "Iterator[str]":
    """Yield a row of the table for each page, and one for all."""
    everything = [second for times in walked.seconds.values() for second in times]
    for name, times in [*walked.seconds.items(), ("all", everything)]:
        p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
        yield f"| {name} | {len(times)} | {statistics.median(times):.2f} | {p95:.2f} |"


def make_lake(folder: Path, events: int | None) -> Path:
    """Make a lake of this many events, or of the sample logs."""
    lake = folder / "lake"
    if events is None:
        command = [sys.executable, "-m", "roletrail", "demo", "--no-serve", "--lake", str(lake)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return lake
    MADE_UP.execute("set timezone = 'UTC'")
    MADE_UP.execute(STREAMING)
    MADE_UP.execute(KEYS)
    build(lake, events)
    timed_run(lake)
    return lake


def main() -> None:
    """Serve, walk, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=8)
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--events", type=int)
    parser.add_argument("--lake", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        lake = arguments.lake or make_lake(Path(scratch), arguments.events)
        server, address = start(lake.resolve(), Path(scratch))
        try:
            walked = asyncio.run(visit(address, server.pid, arguments.users, arguments.minutes))
            print(
                "\n| page | times | p50 s | p95 s |\n|---|---|---|---|", *rows_of(walked), sep="\n"
            )
            print(f"\n{len(walked.errors)} errors", *walked.errors[:20], sep="\n", flush=True)
            time.sleep(SETTLES_WITHIN)
            memory = resident_bytes(server.pid) / 1e6
            print(f"\n{memory:.0f} MB after all were gone for {SETTLES_WITHIN} s")
        finally:
            server.terminate()
            server.wait(STARTS_WITHIN)


if __name__ == "__main__":
    main()

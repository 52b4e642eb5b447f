"""Pictures of each page over the sample logs, light and dark: `make screenshots`.

python -m tests.dashboard.screenshots FOLDER [PAGE…]
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from analysis import open_answers
from tests.conftest import BROWSERS, REPOSITORY
from tests.dashboard.serving import QUIET, STARTS_WITHIN, start

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTH, HEIGHT = 1440, 1000
PATIENCE = 60_000  # milliseconds
DRAWN_WITHIN = 1_500  # milliseconds; charts are drawn after the script has ended
STREAMING_SESSION = """
    select streaming_session_id from streaming_sessions
    where user_id is not null and ended_at is not null
    order by api_count desc limit 1"""
CHAINED = """
    select child_role_session_id from credential_lineage
    order by depth desc, child_role_session_id limit 1"""

FINDING = """
    select finding_id from findings
    where severity = 'high'
    order by array_length(evidence_event_ids) desc, finding_id limit 1"""


def addresses_of(lake: Path) -> dict[str, str]:
    """Return the pages by name, each with the address that shows it at its best."""
    answers = open_answers(str(lake))
    (streaming_session_id,) = answers.sql(STREAMING_SESSION).fetchall()[0]
    (role_session_id,) = answers.sql(CHAINED).fetchall()[0]
    (finding_id,) = answers.sql(FINDING).fetchall()[0]
    return {
        "overview": "/",
        "streaming-sessions": "/streaming-sessions",
        "unattributed": "/streaming-sessions?show=unattributed",
        "streaming-session": f"/streaming-session?id={streaming_session_id}",
        "people": "/people",
        "person": "/people?person=jiwoo.park%40example.com",
        "apis": "/apis",
        "matrix": "/apis?tab=Streaming+sessions+by+APIs",
        "first-uses": "/apis?tab=First+uses&range=24+hours",
        "roles": "/roles?fleet=design-fleet",
        "credentials": "/credentials",
        "credential": f"/credentials?id={role_session_id}",
        "endpoints": "/endpoints",
        "findings": "/findings",
        "finding": f"/findings?id={finding_id}",
        "ask": "/ask?question=people",
        "health": "/health",
        "no-result": "/people?person=nobody",
    }


def main(folder: Path, only: list[str]) -> None:
    """Build a lake of the sample logs, and take a picture of each page or of the named ones."""
    from playwright.sync_api import sync_playwright

    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser_path is None:
        sys.exit("error: no Chromium on the path; `make browser` installs it where apt-get can")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        lake = Path(scratch) / "lake"
        for words in (("demo", "--no-serve"), ("findings",)):
            subprocess.run(
                [sys.executable, "-m", "roletrail", *words, "--lake", lake],
                cwd=REPOSITORY,
                check=words == ("demo", "--no-serve"),  # findings end with 1 if there are any
                stdout=subprocess.DEVNULL,
            )
        server, address = start(lake, Path(scratch))
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=browser_path, args=list(QUIET))
                for name, path in addresses_of(lake).items():
                    if not only or name in only:
                        take(browser, address + path, folder / name)
                browser.close()
        finally:
            server.terminate()
            server.wait(timeout=STARTS_WITHIN)


def take(browser: "Browser", address: str, picture: Path) -> None:
    """Take a picture of a page in each colour scheme, the query of Ask being asked."""
    for scheme in SCHEMES:
        context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT},
            color_scheme=scheme,
            timezone_id="Europe/Berlin",
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(address)
        page.locator("h1").first.wait_for()
        wait_until_drawn(page)
        asking = page.get_by_test_id("stMain").get_by_role("button", name="Ask", exact=True)
        if asking.count():
            asking.click()
            wait_until_drawn(page)
        page.screenshot(path=f"{picture}-{scheme}.png")
        context.close()


def wait_until_drawn(page: "Page") -> None:
    """Wait until the script has ended, nothing stands in for a part, and charts are drawn."""
    page.wait_for_timeout(DRAWN_WITHIN)
    page.locator('[data-test-script-state="notRunning"]').wait_for(state="attached")
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
    page.wait_for_timeout(DRAWN_WITHIN)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])

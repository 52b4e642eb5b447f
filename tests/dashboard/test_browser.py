"""What a person sees and does, in a real browser.

A table is a drawing: its cells are read from what stands in for them for screen readers.
"""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import pyarrow.parquet as pq
import pytest

from dashboard.escaping import visible
from tests.dashboard.lakes import (
    ACCESS_KEY_ID,
    ATTACK,
    EVENT_COUNT,
    STREAMING_SESSION_ID,
    add_streaming_session,
    make_hostile_lake,
)

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

Serve = Callable[[Path], str]
HOSTILE_SESSION = f"/streaming-session?id={STREAMING_SESSION_ID}"
ROW_HEIGHT = 35
CHECKBOX = 16


def heading(page: "Page", name: str | re.Pattern[str]) -> "Locator":
    return page.get_by_role("heading", name=name)


def wait_for_script(page: "Page") -> None:
    """Wait until the page's script has ended; until then elements of its last run still stand."""
    from playwright.sync_api import expect

    expect(page.locator('[data-test-script-state="notRunning"]')).to_be_visible()


def choose_row(page: "Page", row: int) -> None:
    """Click the checkbox of a row of the page's one table, counted from 1."""
    from playwright.sync_api import expect

    wait_for_script(page)  # a table is made anew while it runs
    table = page.get_by_test_id("stDataFrame")
    expect(table.get_by_test_id("data-grid-canvas")).to_be_visible()
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + CHECKBOX, box["y"] + ROW_HEIGHT * row + ROW_HEIGHT / 2)


def first_cell(page: "Page") -> "Locator":
    return page.get_by_test_id("glide-cell-1-0")


def test_from_the_overview_to_one_streaming_session_and_its_link(
    page: "Page", serve: Serve, sample_lake: Path
) -> None:
    from playwright.sync_api import expect

    address = serve(sample_lake)
    page.goto(address)
    page.get_by_role("combobox", name="Time range").click()
    page.get_by_role("option", name="All time").click()
    expect(page).to_have_url(re.compile("range=All"))
    expect(heading(page, "Calls over time")).to_be_visible()

    page.get_by_test_id("stSidebar").get_by_role("link", name="Streaming sessions").click()
    expect(heading(page, "Streaming sessions")).to_be_visible()
    person = first_cell(page).text_content()
    assert person
    choose_row(page, 1)

    expect(heading(page, person)).to_be_visible()
    expect(heading(page, re.compile("Timeline"))).to_be_visible()
    expect(page).to_have_url(re.compile(r"/streaming-session\?.*id=.+"))

    link = page.url
    page.reload()
    expect(heading(page, person)).to_be_visible()
    colleague = page.context.new_page()
    colleague.goto(link)
    expect(heading(colleague, person)).to_be_visible()

    page.go_back()
    expect(heading(page, "Streaming sessions")).to_be_visible()
    expect(page).to_have_url(re.compile("range=All"))


def test_back_returns_to_the_tab_that_a_choice_was_made_on(
    page: "Page", serve: Serve, hostile_lake: Path
) -> None:
    from playwright.sync_api import expect

    page.goto(f"{serve(hostile_lake)}/people?person={quote(ATTACK)}")
    tab = page.get_by_role("tab", name="Streaming sessions")
    expect(tab).to_be_visible()
    page.mouse.move(700, 500)
    page.mouse.wheel(0, 5_000)
    wait_for_script(page)
    tab.click()
    expect(page).to_have_url(re.compile(r"tab=Streaming"))
    choose_row(page, 1)
    expect(page).to_have_url(re.compile(r"/streaming-session\?.*id="))
    expect(page.get_by_role("tab", name="Endpoints")).to_be_visible()
    wait_for_script(page)

    page.go_back()
    expect(page).to_have_url(re.compile(r"/people\?.*tab=Streaming"))
    expect(tab).to_have_attribute("aria-selected", "true")
    page.go_back()
    expect(page).not_to_have_url(re.compile(r"tab="))
    expect(page.get_by_role("tab", name="APIs")).to_have_attribute("aria-selected", "true")


def test_a_figure_leads_to_its_page_with_the_filter_set(
    page: "Page", serve: Serve, hostile_lake: Path
) -> None:
    from playwright.sync_api import expect

    page.goto(serve(hostile_lake) + "?range=30+days")
    page.get_by_role("link", name="In streaming sessions").click()
    expect(heading(page, "Streaming sessions")).to_be_visible()
    expect(page).to_have_url(re.compile(r"range=30\+days.*only=denied"))
    expect(page.get_by_text("1 streaming session ")).to_be_visible()


def test_a_search_is_kept_in_the_address_and_taken_back_by_going_back(
    page: "Page", serve: Serve, hostile_lake: Path
) -> None:
    from playwright.sync_api import expect

    page.goto(serve(hostile_lake) + "/streaming-sessions")
    search = page.get_by_role("textbox", name="Search")
    search.fill("nobody at all")
    search.press("Enter")
    expect(heading(page, "No streaming sessions match")).to_be_visible()
    expect(page).to_have_url(re.compile(r"search=nobody"))
    page.go_back()
    expect(page.get_by_text("1 streaming session ")).to_be_visible()
    wait_for_script(page)
    expect(page.get_by_role("textbox", name="Search")).to_have_value("")


def test_from_a_person_to_their_credentials_and_back(
    page: "Page", serve: Serve, sample_lake: Path
) -> None:
    from playwright.sync_api import expect

    page.goto(serve(sample_lake) + "/people?search=jiwoo")
    choose_row(page, 1)
    expect(heading(page, "jiwoo.park@example.com")).to_be_visible()
    page.get_by_role("tab", name="Credentials").click()
    expect(page.get_by_text("Newest first")).to_be_visible()
    choose_row(page, 1)
    expect(heading(page, "Whose they were")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/credentials\?.*id="))
    page.go_back()
    expect(heading(page, "jiwoo.park@example.com")).to_be_visible()


def test_a_query_is_asked_and_its_answer_downloaded(
    page: "Page", serve: Serve, hostile_lake: Path
) -> None:
    from playwright.sync_api import expect

    page.goto(serve(hostile_lake) + "/ask")
    editor = page.get_by_role("textbox", name="SQL")
    editor.fill("select event_name from events limit 3")
    page.get_by_test_id("stMain").get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("3 rows")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.path().read_text().count("\"'=HYPERLINK") == 3


def test_what_is_new_in_the_lake_appears_on_an_open_page(
    page: "Page", serve: Serve, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    lake = make_hostile_lake(tmp_path / "lake")
    page.goto(serve(lake) + "/streaming-sessions")
    expect(page.get_by_text("1 streaming session ")).to_be_visible()
    add_streaming_session(lake)
    expect(page.get_by_text("2 streaming sessions ")).to_be_visible()


def test_an_event_opens_below_its_table_and_is_in_the_address(
    page: "Page", serve: Serve, hostile_lake: Path
) -> None:
    from playwright.sync_api import expect

    page.goto(f"{serve(hostile_lake)}{HOSTILE_SESSION}&tab=Events")
    choose_row(page, 1)
    expect(page.get_by_text(f"Event hostile-{EVENT_COUNT - 1:04}")).to_be_visible()
    expect(page).to_have_url(re.compile(f"event=hostile-{EVENT_COUNT - 1:04}"))
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_text(f"Event hostile-{EVENT_COUNT - 1:04}")).to_be_hidden()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "?person=" + "%3Cscript%3E",
        "/streaming-sessions",
        "/streaming-sessions?show=unattributed",
        f"{HOSTILE_SESSION}&tab=APIs",
        f"{HOSTILE_SESSION}&tab=Events&event=hostile-0000",
        f"{HOSTILE_SESSION}&tab=Credentials",
        f"{HOSTILE_SESSION}&tab=Endpoints",
        "/people",
        "/apis?tab=Streaming+sessions+by+APIs",
        "/roles",
        f"/credentials?id={ACCESS_KEY_ID}",
        "/endpoints",
        "/findings?id=finding",
        "/health?tab=Rejects",
    ],
)
def test_what_a_log_says_runs_nothing_and_links_nowhere(
    page: "Page", serve: Serve, hostile_lake: Path, path: str
) -> None:
    from playwright.sync_api import expect

    page.goto(serve(hostile_lake) + path)
    wait_for_script(page)
    expect(page.locator("h1")).to_be_visible()
    shown = page.get_by_test_id("stDataFrame").or_(page.get_by_test_id("stVegaLiteChart"))
    expect(shown.or_(heading(page, "No")).first).to_be_visible()
    chart = page.get_by_test_id("stEChartsChart")
    if chart.count():
        chart.hover()  # its tooltip is HTML
    assert page.title() != "owned"
    assert page.locator('[src="x"], [onerror]').count() == 0
    # Links to other pages of ours carry a chosen person or fleet, as a parameter.
    hosts = page.locator('[href*="evil"]').evaluate_all("links => links.map(link => link.host)")
    assert {*hosts} <= {urlsplit(page.url).netloc}


def test_what_a_log_says_is_shown_as_it_is(page: "Page", serve: Serve, hostile_lake: Path) -> None:
    from playwright.sync_api import expect

    page.goto(f"{serve(hostile_lake)}/streaming-sessions")
    expect(first_cell(page)).to_have_text(visible(ATTACK))
    choose_row(page, 1)
    expect(page.locator("h1 code")).to_have_text(visible(ATTACK, 200))


def test_a_download_is_safe_to_open_in_a_spreadsheet(
    page: "Page", serve: Serve, hostile_lake: Path
) -> None:
    page.goto(f"{serve(hostile_lake)}{HOSTILE_SESSION}&tab=Events")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text())))
    assert len(rows) == EVENT_COUNT
    assert {row["event_name"] for row in rows} == {f"'{ATTACK}"}
    assert not [cell for row in rows for cell in row.values() if cell.startswith("=")]

    with page.expect_download() as download:
        page.get_by_role("button", name="Parquet").click()
    table = pq.read_table(download.value.path())
    assert table.num_rows == EVENT_COUNT
    assert set(table["event_name"].to_pylist()) == {ATTACK}

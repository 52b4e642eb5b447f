from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from analysis import open_answers
from tests.dashboard.lakes import (
    ACCESS_KEY_ID,
    ACCOUNT_ID,
    ATTACK,
    EVENT_COUNT,
    REFERENCE,
    STREAMING_SESSION_ID,
    make_hostile_lake,
)
from tests.dashboard.showing import PAGES, Show, figures_of, words_of

# ── nothing to show, and why ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("page", PAGES)
def test_without_a_lake_each_page_says_how_to_get_one(
    show: Show, tmp_path: Path, page: str
) -> None:
    words = words_of(show(tmp_path / "nowhere", page))
    assert "The lake can't be read" in words
    assert "roletrail demo" in words


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_lake_says_how_to_fill_it(show: Show, empty_lake: Path, page: str) -> None:
    words = words_of(show(empty_lake, page))
    assert "No events yet" in words
    assert "roletrail ingest s3://" in words


def test_a_lake_without_attribution_says_which_command_does_it(
    show: Show, unattributed_lake: Path
) -> None:
    words = words_of(show(unattributed_lake, "overview"))
    assert "Nothing attributed yet" in words
    assert "1 event," in words
    assert "roletrail attribute" in words


def test_files_that_go_while_a_lake_is_open_are_a_message_not_a_traceback(
    show: Show, tmp_path: Path
) -> None:
    lake = make_hostile_lake(tmp_path / "lake")
    app = show(lake, "overview")
    for file in lake.rglob("*.parquet"):
        file.unlink()
    app.query_params["person"] = "somebody else"
    app.run()
    assert not app.exception
    assert "The lake can't be read" in words_of(app)
    assert "Reload the page" in words_of(app)


@pytest.mark.parametrize(
    "page", ["overview", "list", "people", "apis", "roles", "credentials", "endpoints"]
)
def test_no_result_says_what_was_looked_at_and_what_the_newest_event_is(
    show: Show, hostile_lake: Path, page: str
) -> None:
    words = words_of(show(hostile_lake, page, account="000000000000", person="nobody"))
    assert "account `000000000000`, person `nobody`" in words
    assert "newest event in this lake is of 2026-03-02 09:39 UTC" in words


def test_a_range_that_ends_before_it_starts_is_refused(show: Show, hostile_lake: Path) -> None:
    bounds = {"range": "Custom", "from": "2026-03-03T00:00", "to": "2026-03-02T00:00"}
    app = show(hostile_lake, "overview", **bounds)
    assert "ends before it starts" in app.warning[0].value


def test_a_streaming_session_that_is_unknown_is_said_to_be(show: Show, hostile_lake: Path) -> None:
    words = words_of(show(hostile_lake, "one", id="no-such-id"))
    assert "not in the lake" in words
    assert "`no-such-id`" in words


# ── the address is the view ──────────────────────────────────────────────────────────────────


def test_the_address_sets_the_filters(show: Show, hostile_lake: Path) -> None:
    app = show(hostile_lake, "list", range="30 days", account=ACCOUNT_ID, search="hyperlink")
    assert {box.label: box.value for box in app.selectbox}["Time range"] == "30 days"
    assert {box.label: box.value for box in app.selectbox}["Account"] == ACCOUNT_ID
    assert app.text_input[0].value == "hyperlink"


def test_a_changed_filter_changes_the_address(show: Show, hostile_lake: Path) -> None:
    app = show(hostile_lake, "overview")
    app.selectbox[0].select("30 days").run()
    assert app.query_params["range"] == "30 days"
    app.selectbox[0].select("7 days").run()
    assert "range" not in app.query_params


def test_a_custom_range_starts_from_the_one_shown_before(show: Show, hostile_lake: Path) -> None:
    app = show(hostile_lake, "overview", range="24 hours")
    app.selectbox[0].select("Custom").run()
    assert app.query_params["from"] == "2026-03-01T11:00"
    assert app.query_params["to"] == "2026-03-02T11:00"


def test_an_address_that_makes_no_sense_is_taken_as_far_as_it_does(
    show: Show, hostile_lake: Path
) -> None:
    app = show(
        hostile_lake,
        "list",
        **{"range": "<b>", "from": "x", "confidence": "?", "show": "?", "only": "?"},
    )
    assert "1 streaming session " in words_of(app)


# ── what is shown ────────────────────────────────────────────────────────────────────────────


def test_the_overview_counts_what_the_lake_holds(show: Show, hostile_lake: Path) -> None:
    assert figures_of(show(hostile_lake, "overview")) == {
        "Calls": str(EVENT_COUNT),
        "Denied, by all callers": str(EVENT_COUNT),
        "People": "1",
        "Streaming sessions": "1",
        "Attributed to a person": "100%",
        "Critical": "0",
        "High": "1",
        "Medium": "0",
        "Low": "0",
        "Info": "0",
    }


def test_a_streaming_session_shows_who_where_and_how_sure(show: Show, hostile_lake: Path) -> None:
    app = show(hostile_lake, "one", id=STREAMING_SESSION_ID)
    assert figures_of(app) == {
        "Calls": str(EVENT_COUNT),
        "Of them certain": "0",
        "Of them strong": str(EVENT_COUNT),
        "Denied": str(EVENT_COUNT),
        "Other errors": "0",
        "Besides, weak": "0",
    }
    assert "whole streaming session" not in words_of(app)
    assert "1.  " in words_of(app), "the evidence has no first link"


def test_a_streaming_session_says_that_the_filter_does_not_narrow_it(
    show: Show, hostile_lake: Path
) -> None:
    app = show(hostile_lake, "one", id=STREAMING_SESSION_ID, range="24 hours")
    assert "whole streaming session" in words_of(app)


def test_events_are_paged_latest_first(show: Show, hostile_lake: Path) -> None:
    first = show(hostile_lake, "one", id=STREAMING_SESSION_ID, tab="Events")
    assert "1 to 100 of 120 events, latest first" in words_of(first)
    second = show(hostile_lake, "one", id=STREAMING_SESSION_ID, tab="Events", page="2")
    assert "101 to 120 of 120 events, latest first" in words_of(second)
    times = first.dataframe[0].value["event_time"].tolist()
    assert times == sorted(times, reverse=True)
    assert times[-1] > second.dataframe[0].value["event_time"].tolist()[0]


def test_one_event_is_shown_whole_on_demand(show: Show, hostile_lake: Path) -> None:
    app = show(hostile_lake, "one", id=STREAMING_SESSION_ID, tab="Events", event="hostile-0007")
    recorded, attributed, whole = (block.value for block in app.code)
    assert '"event_id": "hostile-0007"' in recorded
    assert '"streaming_session_id"' not in recorded
    assert f'"streaming_session_id": "{STREAMING_SESSION_ID}"' in attributed
    assert '"error_message"' in whole
    assert '"issued_access_key_id": null' in whole


@pytest.mark.parametrize("tab", ["APIs", "Events", "Credentials", "Endpoints"])
def test_each_tab_of_a_streaming_session_has_its_table(
    show: Show, hostile_lake: Path, tab: str
) -> None:
    app = show(hostile_lake, "one", id=STREAMING_SESSION_ID, tab=tab)
    assert len(app.dataframe) == 1


def test_the_sample_logs_fill_the_overview(show: Show, sample_lake: Path) -> None:
    app = show(sample_lake, "overview", range="All time")
    assert (
        min(int(figures_of(app)[name]) for name in ("Calls", "People", "Denied, by all callers"))
        > 0
    )
    people, denied, freshness = (frame.value for frame in app.dataframe)
    listed = show(sample_lake, "people", range="All time").dataframe[0].value
    assert figures_of(app)["People"] == str(len(listed))
    assert {"hoge", "fuga"} <= set(people["person"])
    assert list(people["event_count"]) == list(listed["event_count"][:50])
    assert len(denied) > 1
    assert set(freshness["account_id"]) == {ACCOUNT_ID, "210987654321"}


def test_a_streaming_session_that_runs_is_said_to_run(show: Show, sample_lake: Path) -> None:
    running = open_answers(str(sample_lake)).sql(
        "select streaming_session_id, user_id from streaming_sessions where ended_at is null"
    )
    streaming_session_id, user_id = running.fetchall()[0]
    (listing,) = show(sample_lake, "list", range="All time", only="running").dataframe
    assert user_id in set(listing.value["person"])
    assert set(listing.value["ended"]) == {"running"}
    words = words_of(show(sample_lake, "one", id=streaming_session_id))
    assert f"`{user_id}`" in words
    assert "\N{EN DASH} running`" in words


def test_calls_that_nobody_can_be_named_for_are_listed_with_the_reason(
    show: Show, sample_lake: Path
) -> None:
    address = {"range": "All time", "show": "unattributed", "confidence": "weak"}
    (listing,) = show(sample_lake, "list", **address).dataframe
    assert set(listing.value["confidence"].map(list).map(tuple)) == {("weak",)}
    assert listing.value["why"].str.contains("people shared the instance").any()


@pytest.mark.parametrize(
    ("page", "address", "is_quoted"),
    [
        ("overview", {"person": ATTACK}, False),
        ("list", {"person": ATTACK}, False),
        ("one", {"id": STREAMING_SESSION_ID, "tab": "APIs"}, True),
        ("one", {"id": STREAMING_SESSION_ID, "tab": "Events", "event": "hostile-0001"}, True),
        ("people", {}, False),
        ("people", {"person": ATTACK, "tab": "Events", "event": "hostile-0001"}, True),
        ("apis", {}, False),
        ("apis", {"service": f"{ATTACK}.amazonaws.com", "call": ATTACK}, True),
        ("roles", {"role": ATTACK}, True),
        ("credentials", {"search": ATTACK}, False),
        ("credentials", {"id": ACCESS_KEY_ID}, True),
        ("endpoints", {}, False),
        ("findings", {}, False),
        ("findings", {"id": "finding", "event": "hostile-0007"}, True),
        ("health", {"tab": "Rejects"}, False),
    ],
)
def test_no_page_puts_log_contents_into_markdown_but_as_code(
    show: Show, hostile_lake: Path, page: str, address: dict[str, str], *, is_quoted: bool
) -> None:
    app = show(hostile_lake, page, **address)
    blocks = [*app.title, *app.subheader, *app.markdown, *app.caption]
    markdown = [block.value for block in blocks]
    markdown += [text for figure in app.metric for text in (figure.label, figure.value)]
    assert any("evil.example" in text for text in markdown) == is_quoted
    for text in markdown:
        tokens = MarkdownIt("commonmark").parse(text)
        parts = [part for token in tokens for part in (token, *(token.children or ()))]
        readable = [part for part in parts if part.type not in ("code_inline", "inline")]
        assert not [part for part in readable if "evil" in part.content]
        assert [part.attrs for part in readable if part.attrs] in ([], [{"href": REFERENCE}])

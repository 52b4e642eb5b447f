"""The page that lists streaming sessions, and the calls that no one of them can be named for."""

from typing import Any

import streamlit as st

from dashboard import pages
from dashboard.address import LIST, on_change, read, read_one_of
from dashboard.chosen_row import table_with_choice
from dashboard.download_buttons import show_downloads
from dashboard.empty_states import show_no_result
from dashboard.filter_bar import show_filter_bar
from dashboard.filters import Extent, Filter
from dashboard.list_search import choose_only, choose_search
from dashboard.palette import CONFIDENCE, NOT_ATTRIBUTABLE
from dashboard.questions import Row, extent, rows, table
from dashboard.stays import person_of
from dashboard.table_columns import (
    MINUTES,
    confidence_column,
    count_column,
    level_names,
    shown,
    text_column,
    time_column,
)
from dashboard.unattributed_calls import show_unattributed_calls
from dashboard.wording import (
    CONFIDENCE_HELP,
    RUNNING_HELP,
    STREAMING_SESSION_HELP,
    count_of,
    listed,
    moment,
    service_label,
)

ROW_LIMIT = 2_000
SHOW = {"Streaming sessions": "", "Calls without one": "unattributed"}
SHOW_HELP = (
    "**Streaming sessions**: who was there, and what they called. **Calls without one**: calls "
    "behind AppStream fleets that no one streaming session can be named for, and why."
)
ONLY = {"With denied calls": "denied", "Running": "running"}
SEARCH_HELP = (
    "A part of a person, streaming session id, fleet, stack, private address, instance, service "
    "or API, such as ListBuckets."
)
ADDRESS_HELP = "Private address of the streaming instance in its VPC."
ENDPOINT_HELP = "VPC endpoints that the calls came through."


def show() -> None:
    """Show the page."""
    st.title("Streaming sessions", anchor=False, help=STREAMING_SESSION_HELP)
    known = extent()
    chosen = show_filter_bar(known)
    if chosen is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="list_filters"):
        _choose_what_to_show()
        unattributed = read_one_of("show", SHOW.values()) == "unattributed"
        levels = ["weak", NOT_ATTRIBUTABLE] if unattributed else CONFIDENCE.domain[:-1]
        confidence = read_one_of("confidence", levels)
        if not unattributed:
            choose_search("Person, id, fleet, address, API …", SEARCH_HELP)
        _choose_confidence(levels, confidence)
        if not unattributed:
            choose_only(ONLY, RUNNING_HELP)
    if unattributed:
        show_unattributed_calls(chosen, known, confidence)
    else:
        _show_list(chosen, known, confidence)


def _choose_what_to_show() -> None:
    labels = {value: label for label, value in SHOW.items()}
    st.segmented_control(
        "Show",
        list(SHOW),
        default=labels.get(read("show"), labels[""]),
        required=True,
        help=SHOW_HELP,
        **on_change("show", lambda label: SHOW.get(label, "")),
    )


def _choose_confidence(levels: list[str], chosen: str) -> None:
    st.selectbox(
        "Confidence",
        levels,
        index=levels.index(chosen) if chosen else None,
        placeholder="All",
        help=CONFIDENCE_HELP,
        width=170,
        **on_change("confidence", lambda choice: choice or ""),
    )


def _show_list(chosen: Filter, known: Extent, confidence: str) -> None:
    parameters = chosen.parameters() | {
        "search": read("search") or None,
        "confidence": confidence or None,
        "only_denied": read("only") == "denied",
        "only_running": read("only") == "running",
        "limit": ROW_LIMIT,
    }
    found = rows("streaming_session_list", **parameters)
    if not found:
        show_no_result("streaming sessions", chosen, known, _advice())
        return
    cut = f", the newest {ROW_LIMIT:,} of them" if len(found) == ROW_LIMIT else ""
    running = sum(row["ended_at"] is None for row in found)
    people = {person_of(row) for row in found}
    st.caption(
        f"{count_of(len(found), 'streaming session')}{cut}  ·  "
        f"{count_of(len(people), 'person', 'people')}  ·  {running:,} running  ·  "
        "choose a row to open it"
    )
    row = table_with_choice(
        "streaming_sessions", "Streaming sessions", _columns(found), most_rows=15
    )
    if row is not None:
        pages.open_streaming_session(found[row]["streaming_session_id"], *LIST)
    show_downloads("streaming-sessions", lambda: table("streaming_session_list", **parameters))


def _listed(row: Row) -> Row:
    """Return a streaming session with the words and sums that the table shows."""
    return row | {
        "person": person_of(row),
        "ended": moment(row["ended_at"]) if row["ended_at"] else "running",
        "calls": row["certain_count"] + row["strong_count"],
        "confidence": level_names(row),
        "services": listed(map(service_label, row["event_sources"] or ()), shown=2),
        "endpoints": listed(row["vpc_endpoint_ids"], shown=2),
    }


def _columns(found: list[Row]) -> dict[str, Any]:
    return shown(
        [_listed(row) for row in found],
        person=text_column("Person", "The user id that AppStream signed in.", 200),
        fleet_name=text_column("Fleet", None, 150),
        started_at=time_column("Started", shows=MINUTES),
        ended=text_column("Ended (UTC)", RUNNING_HELP, 135),
        calls=count_column("Calls", "Calls attributed with certain or strong confidence.", 60),
        denied_count=count_column("Denied", "Of these, refused for want of permission.", 70),
        confidence=confidence_column(132),
        services=text_column("Services", "AWS services called.", 190),
        stack_name=text_column("Stack", None, 110),
        eni_private_ip_address=text_column("Address", ADDRESS_HELP, 110),
        endpoints=text_column("Endpoints", ENDPOINT_HELP, 185),
    )


def _advice() -> str:
    if any(read(name) for name in ("search", "confidence", "only")):
        return "Take out the search or the filters above, or choose a longer time range."
    return "Choose a longer time range, or take out a filter."

"""The page of APIs: what was called, by which streaming sessions, and for the first time when."""

from typing import Any

import streamlit as st

from dashboard import pages
from dashboard.address import read
from dashboard.api_matrix import show_matrix
from dashboard.chosen_row import table_with_choice
from dashboard.download_buttons import show_downloads
from dashboard.empty_states import show_no_result
from dashboard.filter_bar import show_filter_bar
from dashboard.filters import Extent, Filter
from dashboard.list_search import choose_only, choose_search
from dashboard.one_api import show_api
from dashboard.questions import Row, extent, rows, table
from dashboard.table_columns import (
    MINUTES,
    confidence_column,
    count_column,
    one,
    result_column,
    shown,
    text_column,
    time_column,
)
from dashboard.tabs import show_tabs
from dashboard.wording import api_label, count_of, listed, workload_label

ROW_LIMIT = 2_000
PAGE_HELP = (
    "An API is one action of an AWS service, such as s3:ListBuckets. CloudTrail logs each call of "
    "it as an event. Reads and writes of objects are logged only where the trail has data events."
)
SEARCH_HELP = "A part of a service or API, such as s3 or ListBuckets."
ONLY = {"Called by AppStream fleets": "fleets"}
ONLY_HELP = "Leaves out what other workloads called, such as functions, pipelines and AWS itself."
TABS = ("APIs", "Streaming sessions by APIs", "First uses")
FIRST_HELP = "First in all that the lake holds, whatever the range."
FIRST_USES = (
    "An API that a fleet, or another kind of workload, called in this range, and never before in "
    "this lake. A range that begins with the lake's first events shows everything as new."
)


def show() -> None:
    """Show the page."""
    known = extent()
    one_call = read("call")
    if one_call:
        pages.link_back(pages.apis(), "All APIs")
    else:
        st.title("APIs", anchor=False, help=PAGE_HELP)
    chosen = show_filter_bar(known)
    if chosen is None:
        return
    if one_call:
        show_api(read("service"), one_call, chosen, known)
        return
    called, matrix, first_uses = show_tabs(TABS)
    if called.open:
        with called:
            _show_list(chosen, known)
    if matrix.open:
        with matrix:
            show_matrix(chosen, known)
    if first_uses.open:
        with first_uses:
            _show_first_uses(chosen, known)


def _show_list(chosen: Filter, known: Extent) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choose_search("A part of a service or API", SEARCH_HELP)
        choose_only(ONLY, ONLY_HELP)
    parameters = chosen.parameters() | {
        "search": read("search") or None,
        "only_fleets": read("only") == "fleets",
        "limit": ROW_LIMIT,
    }
    found = rows("apis", **parameters)
    if not found:
        show_no_result("API calls", chosen, known, "Take out the search, or choose a longer range.")
        return
    calls = sum(row["event_count"] for row in found)
    st.caption(
        f"{count_of(len(found), 'API')}  ·  {count_of(calls, 'call')}  ·  "
        "choose a row to see who called it"
    )
    row = table_with_choice("apis", "APIs", _columns(found), most_rows=15)
    if row is not None:
        pages.go_to(
            pages.apis(),
            service=found[row]["event_source"] or "",
            call=found[row]["event_name"] or "",
        )
    show_downloads("apis", lambda: table("apis", **parameters))


def _columns(found: list[Row]) -> dict[str, Any]:
    listing = [
        row
        | {
            "api": api_label(row["event_source"], row["event_name"]),
            "workloads": listed(map(workload_label, row["workload_kinds"]), shown=3),
        }
        for row in found
    ]
    return shown(
        listing,
        api=text_column("API", "Service and API, as IAM policies name actions.", 290),
        event_count=count_column("Calls", None, 70),
        ok_count=count_column("ok", "The call was carried out.", 70),
        denied_count=count_column("denied", "A permission was missing.", 70),
        error_count=count_column("error", "It failed for another reason.", 65),
        streaming_session_count=count_column("Streaming sessions", None, 140),
        person_count=count_column("People", "People named for a call.", 70),
        workloads=text_column("Called by", "Kinds of workload.", 260),
        first_used_at=time_column("First use", FIRST_HELP, shows=MINUTES),
        last_event_at=time_column("Last call", shows=MINUTES),
    )


def _show_first_uses(chosen: Filter, known: Extent) -> None:
    choose_only(ONLY, ONLY_HELP)
    parameters = chosen.parameters() | {"only_fleets": read("only") == "fleets", "limit": ROW_LIMIT}
    found = rows("first_uses", **parameters)
    st.caption(FIRST_USES)
    if not found:
        show_no_result("first uses", chosen, known, "Nothing new was called in this range.")
        return
    listing = [
        row
        | {
            "api": api_label(row["event_source"], row["event_name"]),
            "workload": workload_label(row["workload_kind"]),
            "result": one(row["result"]),
            "confidence": one(row["session_confidence"]),
        }
        for row in found
    ]
    row = table_with_choice(
        "first_uses",
        "First uses of APIs, newest first",
        shown(
            listing,
            first_used_at=time_column("First use"),
            api=text_column("API", None, 270),
            workload=text_column("By", "Kind of workload.", 160),
            fleet_name=text_column("Fleet", None, 160),
            user_id=text_column("Person", "Who is named for that call.", 200),
            confidence=confidence_column(100),
            result=result_column(80),
        ),
        most_rows=15,
    )
    if row is not None:
        pages.go_to(
            pages.apis(),
            service=found[row]["event_source"] or "",
            call=found[row]["event_name"] or "",
        )
    show_downloads("first-uses", lambda: table("first_uses", **parameters))

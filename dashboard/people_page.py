"""The page of people: everybody with a call in the range, or all that one of them did."""

from typing import Any

import streamlit as st

from dashboard import pages
from dashboard.address import read
from dashboard.chosen_row import table_with_choice
from dashboard.download_buttons import show_downloads
from dashboard.empty_states import show_no_result
from dashboard.filter_bar import show_filter_bar
from dashboard.filters import Extent, Filter
from dashboard.list_search import choose_search
from dashboard.one_person import show_person
from dashboard.questions import Row, extent, rows, table
from dashboard.table_columns import MINUTES, count_column, shown, text_column, time_column
from dashboard.ways import WAYS_HELP, ways_in_words
from dashboard.wording import count_of, listed, service_label

ROW_LIMIT = 2_000
PAGE_HELP = (
    "Everybody who is named for a call: by AppStream for calls in a streaming session, or by AWS "
    "for direct sign-ins. The same human can have several names; they are not joined by guessing."
)
SEARCH_HELP = "A part of a person's name."
CREDENTIALS_HELP = "Sets of temporary credentials that the calls were made with."


def show() -> None:
    """Show the page."""
    known = extent()
    if read("person"):
        pages.link_back(pages.people(), "All people", person="", tab="")
    else:
        st.title("People", anchor=False, help=PAGE_HELP)
    chosen = show_filter_bar(known)
    if chosen is None:
        return
    if chosen.user_id is not None:
        show_person(chosen.user_id, chosen, known)
    else:
        _show_list(chosen, known)


def _show_list(chosen: Filter, known: Extent) -> None:
    choose_search("A part of a name", SEARCH_HELP)
    parameters = chosen.parameters_of_person(None) | {
        "search": read("search") or None,
        "limit": ROW_LIMIT,
    }
    found = rows("people", **parameters)
    if not found:
        show_no_result("people", chosen, known, "Choose a longer time range, or take out a filter.")
        return
    cut = f", those with most calls of them {ROW_LIMIT:,}" if len(found) == ROW_LIMIT else ""
    st.caption(
        f"{count_of(len(found), 'person', 'people')}{cut}  ·  "
        "choose a row to see all that this person did"
    )
    row = table_with_choice("people", "People", _columns(found), most_rows=16)
    if row is not None:
        pages.open_person(found[row]["person"])
    show_downloads("people", lambda: table("people", **parameters))


def _columns(found: list[Row]) -> dict[str, Any]:
    listing = [
        row
        | {
            "came_by": ways_in_words(row["ways"]),
            "services": listed(map(service_label, row["event_sources"]), shown=4),
        }
        for row in found
    ]
    return shown(
        listing,
        person=text_column("Person", "The name that AppStream or AWS signed in.", 250),
        event_count=count_column("Calls", None, 65),
        denied_count=count_column("Denied", "Refused for want of a permission.", 70),
        streaming_session_count=count_column("Streaming sessions", None, 140),
        role_session_count=count_column("Credentials", CREDENTIALS_HELP, 95),
        came_by=text_column("Came by", WAYS_HELP, 330),
        services=text_column("Services", None, 250),
        first_event_at=time_column("First call", shows=MINUTES),
        last_event_at=time_column("Last call", shows=MINUTES),
    )

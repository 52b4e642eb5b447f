"""Streaming sessions against APIs: who called what, at a glance."""

import streamlit as st

from dashboard import pages
from dashboard.address import read
from dashboard.download_buttons import show_downloads
from dashboard.empty_states import show_no_result
from dashboard.escaping import visible
from dashboard.filters import Extent, Filter
from dashboard.list_search import choose_only
from dashboard.matrix_chart import matrix_chart
from dashboard.questions import Row, rows, table
from dashboard.stays import person_of
from dashboard.wording import api_label, moment

ONLY = {"Denied": "denied"}
ONLY_HELP = "Leaves out streaming sessions and APIs without a denied call."
MOST_SESSIONS = 30
MOST_APIS = 24
LABEL = 40
EXPLAINED = (
    f"The {MOST_SESSIONS} newest streaming sessions with calls in the range, and the {MOST_APIS} "
    "APIs that they called most. A cell's number is the calls attributed with certain or strong "
    "confidence; a frame with 1/21 says that 1 of 21 was denied. Click a cell to open its "
    "streaming session."
)


def show_matrix(chosen: Filter, known: Extent) -> None:
    """Show the matrix; a chosen cell opens its streaming session."""
    choose_only(ONLY, ONLY_HELP)
    parameters = chosen.parameters() | {
        "most_sessions": MOST_SESSIONS,
        "most_apis": MOST_APIS,
        "only_denied": read("only") == "denied",
    }
    found = rows("api_matrix", **parameters)
    if not found:
        show_no_result("calls in streaming sessions", chosen, known, "Choose a longer time range.")
        return
    st.caption(EXPLAINED)
    cells = [_cell(row) for row in found]
    choices = st.session_state.setdefault("matrix_choices", 0)
    state = st.altair_chart(
        matrix_chart(cells),
        width="stretch",
        on_select="rerun",
        key=f"matrix_{choices}",
        alt="Calls by streaming session and API",
    )
    picked = state["selection"]["cell"]
    if picked:
        st.session_state["matrix_choices"] = choices + 1
        pages.open_streaming_session(picked[0]["streaming_session_id"])
    show_downloads("sessions-by-apis", lambda: table("api_matrix", **parameters))


def _cell(row: Row) -> Row:
    denied = row["denied_count"]
    person = visible(person_of(row), LABEL)
    return {
        "streaming_session_id": row["streaming_session_id"],
        "streaming_session": f"{person}  {moment(row['started_at'])[5:]}",
        "started_at": row["started_at"],
        "fleet": visible(row["fleet_name"] or "", LABEL),
        "api": visible(api_label(row["event_source"], row["event_name"]), LABEL),
        "event_count": row["event_count"],
        "denied_count": denied,
        "text": f"{denied:,}/{row['event_count']:,}" if denied else f"{row['event_count']:,}",
        "calls": f"{denied:,} of {row['event_count']:,} denied"
        if denied
        else f"{row['event_count']:,}",
    }

"""One API: how often it was called in the range, with what result, and by whom."""

from typing import Any

import streamlit as st

from dashboard import pages
from dashboard.chosen_row import table_with_choice
from dashboard.download_buttons import show_downloads
from dashboard.empty_states import show_no_result
from dashboard.escaping import code
from dashboard.event_list import show_events
from dashboard.facts import show_figures
from dashboard.filters import Extent, Filter
from dashboard.palette import NOT_ATTRIBUTABLE
from dashboard.questions import Row, rows, table
from dashboard.table_columns import (
    MINUTES,
    confidence_column,
    count_column,
    one,
    shown,
    text_column,
    time_column,
)
from dashboard.wording import api_label, listed, workload_family, workload_label

ROW_LIMIT = 2_000
COUNTS = ("event_count", "ok_count", "denied_count", "error_count")
CALLER_HELP = "The person, or else the workload's own name."


def show_api(event_source: str, event_name: str, chosen: Filter, known: Extent) -> None:
    """Show the page of an API."""
    st.title(code(api_label(event_source, event_name)), anchor=False)
    parameters = chosen.parameters() | {
        "event_source": event_source,
        "event_name": event_name,
        "limit": ROW_LIMIT,
    }
    found = rows("api_callers", **parameters)
    if not found:
        show_no_result("calls of this API", chosen, known, "Choose a longer time range.")
        return
    people = {row["user_id"] for row in found} - {None}
    streams = {row["streaming_session_id"] for row in found} - {None}
    show_figures(
        (
            ("Calls", _sum(found, "event_count"), None),
            ("ok", _sum(found, "ok_count"), "The call was carried out."),
            ("Denied", _sum(found, "denied_count"), "A permission was missing."),
            ("Other errors", _sum(found, "error_count"), "It failed for another reason."),
            ("People", len(people), "People named for a call."),
            ("Streaming sessions", len(streams), "With a call attributed to them."),
        )
    )
    st.subheader("Who called it", anchor=False)
    st.caption(
        "Choose a row to open the streaming session, all that the person did, or the credentials "
        "of whoever else it was"
    )
    row = table_with_choice("callers", "Callers of the API", _columns(found), most_rows=15)
    if row is not None:
        open_caller(found[row])
    show_downloads("api-callers", lambda: table("api_callers", **parameters))
    st.subheader("Events", anchor=False)
    counts = {name: _sum(found, name) for name in COUNTS}
    asked = {name: value for name, value in parameters.items() if name != "limit"}
    show_events("api_events", asked, [{"event_name": event_name} | counts], "api")


def _sum(found: list[Row], name: str) -> int:
    return sum(row[name] for row in found)


def _columns(found: list[Row]) -> dict[str, Any]:
    listing = [
        row
        | {
            "caller": row["user_id"] or row["workload_name"],
            "workload": workload_label(row["workload_kind"]),
            "confidence": one(row["session_confidence"] or _unattributed(row)),
            "addresses": listed(row["source_ip_addresses"], shown=3),
            "endpoints": listed(row["vpc_endpoint_ids"], shown=2),
        }
        for row in found
    ]
    return shown(
        listing,
        caller=text_column("Caller", CALLER_HELP, 210),
        workload=text_column("Workload", "What kind of thing made the calls.", 140),
        confidence=confidence_column(120),
        event_count=count_column("Calls", None, 60),
        ok_count=count_column("ok", None, 55),
        denied_count=count_column("denied", None, 65),
        error_count=count_column("error", None, 60),
        first_event_at=time_column("First call", shows=MINUTES),
        last_event_at=time_column("Last call", shows=MINUTES),
        fleet_name=text_column("Fleet", None, 150),
        addresses=text_column("Addresses", None, 210),
        endpoints=text_column("Endpoints", None, 190),
        streaming_session_id=text_column("Streaming session", None, 290),
    )


def _unattributed(row: Row) -> str | None:
    return NOT_ATTRIBUTABLE if row["workload_kind"] == "appstream_fleet" else None


def open_caller(row: Row) -> None:
    """Go to the streaming session of a caller, else to the person, else to the credentials."""
    if row["streaming_session_id"]:
        pages.open_streaming_session(row["streaming_session_id"])
    if row["user_id"]:
        pages.open_person(row["user_id"])
    name = row["workload_name"]
    if name and workload_family(row["workload_kind"]) == "People":
        pages.open_person(name)
    if name and row["role_session_count"]:
        pages.go_to(pages.credentials(), search=name)
    st.toast("Made without temporary credentials. See the events below.", icon=":material/info:")

"""The tables of the overview: people, denied calls, freshness. A chosen row leads on."""

import streamlit as st

from dashboard import pages
from dashboard.chosen_row import table_with_choice
from dashboard.palette import NOT_ATTRIBUTABLE
from dashboard.questions import Row
from dashboard.table_columns import (
    DAYS_OF_A_YEAR,
    MINUTES,
    confidence_column,
    count_column,
    one,
    shown,
    text_column,
    time_column,
)
from dashboard.wording import api_label, workload_label

PEOPLE_HELP = (
    "Those with most calls of all who are named for a call, as on the page of people. Choose a row "
    "to see all that a person did."
)
DENIED_HELP = (
    "Calls that AWS refused, by API and caller, whether a person is named or not. Choose a row to "
    "open the streaming session that the calls were made in, or, where there is none, everybody "
    "who called that API."
)
FRESHNESS_HELP = (
    "The newest event and the newest log file per account and region. CloudTrail delivers within "
    "about 15 minutes, but writes no file for a region where nothing happens: an old file means "
    "either a quiet region or a gap."
)


def show_people(people: list[Row]) -> None:
    """Show who made most calls; choosing one leads to all that this person did."""
    st.subheader("Most active people", anchor=False, help=PEOPLE_HELP)
    if not people:
        st.caption("Nobody is named for a call in this range.")
        return
    row = table_with_choice(
        "people",
        "Most active people",
        shown(
            people,
            person=text_column("Person", None, 190),
            streaming_session_count=count_column("Sessions", "Streaming sessions with a call.", 70),
            event_count=count_column("Calls", None, 55),
            denied_count=count_column("Denied", None, 65),
            last_event_at=time_column("Last call", shows=DAYS_OF_A_YEAR),
        ),
        most_rows=8,
    )
    if row is not None:
        pages.open_person(people[row]["person"])


def show_denied_calls(denied: list[Row]) -> None:
    """Show what was denied to whom; choosing a row opens its streaming session, or its API."""
    st.subheader("Denied calls", anchor=False, help=DENIED_HELP)
    if not denied:
        st.caption("No call was denied in this range.")
        return
    listing = [
        row
        | {
            "api": api_label(row["event_source"], row["event_name"]),
            "workload": workload_label(row["workload_kind"]),
            "caller": row["user_id"] or row["workload_name"],
            "confidence": one(row["session_confidence"] or _unattributed(row)),
        }
        for row in denied
    ]
    row = table_with_choice(
        "denied",
        "Denied calls by API and caller",
        shown(
            listing,
            denied_count=count_column("Denied", None, 70),
            api=text_column("API", "Service and API, as IAM policies name actions.", 240),
            caller=text_column("Caller", "The person, or else the workload's own name.", 240),
            workload=text_column("Workload", "What kind of thing made the calls.", 170),
            confidence=confidence_column(),
            last_event_at=time_column("Last denied", shows=MINUTES),
        ),
        most_rows=8,
    )
    if row is None:
        return
    streaming_session_id = denied[row]["streaming_session_id"]
    if streaming_session_id:
        pages.open_streaming_session(streaming_session_id)
    pages.go_to(
        pages.apis(),
        service=denied[row]["event_source"] or "",
        call=denied[row]["event_name"] or "",
    )


def _unattributed(row: Row) -> str | None:
    """Return the word for a call that ought to be somebody's; other workloads have no person."""
    return NOT_ATTRIBUTABLE if row["workload_kind"] == "appstream_fleet" else None


def show_freshness(freshness: list[Row]) -> None:
    """Show how far the lake reaches in each account and region."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Freshness", anchor=False, help=FRESHNESS_HELP, width="content")
        pages.link(pages.health(), "Gaps, rejects and digests")
    st.dataframe(
        **shown(
            freshness,
            account_id=text_column("Account"),
            region=text_column("Region"),
            newest_event_at=time_column("Newest event", "The newest call in the lake."),
            newest_file_at=time_column("Newest log file", "When CloudTrail delivered it."),
            oldest_event_at=time_column("Oldest event"),
            event_count=count_column("Calls", "Calls in the lake, whatever the range.", 110),
        ),
        alt="Newest event and log file per account and region",
    )

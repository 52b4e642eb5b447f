"""What one person called, in which streaming sessions, with which credentials and from where."""

import streamlit as st

from dashboard import pages
from dashboard.chosen_row import table_with_choice
from dashboard.endpoint_words import (
    NO_ENDPOINT,
    OWNERSHIP,
    OWNERSHIP_HELP,
    USE_HELP,
    USES,
    uses_in_words,
)
from dashboard.palette import CONFIDENCE
from dashboard.questions import Row
from dashboard.table_columns import (
    MINUTES,
    confidence_column,
    count_column,
    level_names,
    one,
    shown,
    text_column,
    time_column,
)
from dashboard.ways import WAYS, WAYS_HELP, ways_in_words
from dashboard.wording import api_label, listed, moment, service_label, workload_label

CREDENTIALS_HELP = "The access key id of the temporary credentials; none for long-lived keys."
MOST_ROWS = 12


def show_apis(apis: list[Row]) -> None:
    """Show the APIs called, by result; a chosen one leads to everybody who called it."""
    if not apis:
        st.caption("No calls in this range.")
        return
    listing = [
        row
        | {
            "api": api_label(row["event_source"], row["event_name"]),
            "came_by": ways_in_words(row["ways"]),
            "confidence": level_names_of(row["confidences"]),
        }
        for row in apis
    ]
    st.caption("Denied ones first  ·  choose a row to see who else called it")
    chosen = table_with_choice(
        "person_apis",
        "APIs called, by result",
        shown(
            listing,
            api=text_column("API", "Service and API, as IAM policies name actions.", 270),
            event_count=count_column("Calls", None, 65),
            ok_count=count_column("ok", "The call was carried out.", 65),
            denied_count=count_column("denied", "A permission was missing.", 70),
            error_count=count_column("error", "It failed for another reason.", 65),
            came_by=text_column("Came by", WAYS_HELP, 230),
            confidence=confidence_column(150),
            first_event_at=time_column("First call", shows=MINUTES),
            last_event_at=time_column("Last call", shows=MINUTES),
        ),
        MOST_ROWS,
    )
    if chosen is not None:
        row = apis[chosen]
        pages.go_to(
            pages.apis(), service=row["event_source"] or "", call=row["event_name"] or "", person=""
        )


def level_names_of(confidences: list[str] | None) -> list[str]:
    """Return confidences in the order of the scale, surest first."""
    return [name for name in CONFIDENCE.domain if name in (confidences or ())]


def show_streaming_sessions(stays: list[Row]) -> None:
    """Show the person's streaming sessions; a chosen one opens."""
    if not stays:
        st.caption("No streaming session of this person in this range.")
        return
    listing = [
        row
        | {
            "ended": moment(row["ended_at"]) if row["ended_at"] else "running",
            "calls": row["certain_count"] + row["strong_count"],
            "confidence": level_names(row),
            "services": listed(map(service_label, row["event_sources"] or ()), shown=4),
        }
        for row in stays
    ]
    st.caption("Choose a row to open the streaming session")
    chosen = table_with_choice(
        "person_streaming_sessions",
        "Streaming sessions",
        shown(
            listing,
            started_at=time_column("Started", shows=MINUTES),
            ended=text_column("Ended (UTC)", None, 135),
            fleet_name=text_column("Fleet", None, 160),
            stack_name=text_column("Stack", None, 130),
            calls=count_column("Calls", None, 65),
            denied_count=count_column("Denied", None, 70),
            confidence=confidence_column(140),
            services=text_column("Services", None, 260),
            eni_private_ip_address=text_column("Address", None, 120),
        ),
        MOST_ROWS,
    )
    if chosen is not None:
        pages.open_streaming_session(stays[chosen]["streaming_session_id"])


def show_credentials(used: list[Row]) -> None:
    """Show the credentials that the person called with; chosen ones open."""
    if not used:
        st.caption("No calls in this range.")
        return
    listing = [
        row
        | {
            "came_by": WAYS[row["way"]],
            "workload": workload_label(row["workload_kind"]),
            "confidence": one(row["session_confidence"]),
            "use": uses_in_words(row["credential_uses"]),
            "addresses": listed(row["source_ip_addresses"], shown=3),
        }
        for row in used
    ]
    st.caption("Newest first  ·  choose a row to see the life of these credentials")
    chosen = table_with_choice(
        "person_credentials",
        "Credentials used",
        shown(
            listing,
            role_session_id=text_column("Credentials", CREDENTIALS_HELP, 190),
            came_by=text_column("Came by", WAYS_HELP, 140),
            confidence=confidence_column(100),
            event_count=count_column("Calls", None, 65),
            denied_count=count_column("Denied", None, 70),
            use=text_column("Network", USE_HELP, 110),
            last_event_at=time_column("Last call", shows=MINUTES),
            issuing_role_arn=text_column("Role", "The role that issued them.", 330),
            role_session_name=text_column("Role session name", None, 170),
            parent_role_session_id=text_column("Chained from", None, 190),
            addresses=text_column("Addresses", None, 220),
        ),
        MOST_ROWS,
    )
    if chosen is None:
        return
    if used[chosen]["role_session_id"]:
        pages.open_credentials(used[chosen]["role_session_id"])
    st.toast("These calls were made without temporary credentials.", icon=":material/info:")


def show_addresses(places: list[Row]) -> None:
    """Show where the person's calls came from."""
    if not places:
        st.caption("No calls in this range.")
        return
    listing = [
        row
        | {
            "endpoint": row["vpc_endpoint_id"] or NO_ENDPOINT,
            "ownership": OWNERSHIP.get(row["vpc_endpoint_ownership"]),
            "use": USES.get(row["credential_use"]),
            "came_by": WAYS[row["way"]],
            "services": listed(map(service_label, row["event_sources"]), shown=5),
        }
        for row in places
    ]
    st.dataframe(
        **shown(
            listing,
            source_ip_address=text_column("Address", "The caller's address.", 170),
            use=text_column("Network", USE_HELP, 110),
            endpoint=text_column("VPC endpoint", None, 260),
            ownership=text_column("Owner", OWNERSHIP_HELP, 110),
            came_by=text_column("Came by", WAYS_HELP, 140),
            event_count=count_column("Calls", None, 65),
            denied_count=count_column("Denied", None, 70),
            services=text_column("Services", None, 230),
            first_event_at=time_column("First call", shows=MINUTES),
            last_event_at=time_column("Last call", shows=MINUTES),
        ),
        alt="Addresses and endpoints that calls came from",
    )

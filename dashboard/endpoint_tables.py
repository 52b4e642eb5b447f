"""Calls that went past VPC endpoints, and calls that endpoints refused."""

import streamlit as st

from dashboard import pages
from dashboard.chosen_row import height_of, table_with_choice
from dashboard.endpoint_words import USE_HELP, USES
from dashboard.questions import Row
from dashboard.table_columns import MINUTES, count_column, shown, text_column, time_column
from dashboard.wording import api_label, count_of, listed, service_label, workload_label

DENIALS_HELP = (
    "Network activity events say which calls an endpoint's own policy refused. They are logged "
    "only by trails that ask for them, and repeat calls that are counted elsewhere."
)


def show_bypasses(bypasses: list[Row], explained: str) -> None:
    """Show what went past an endpoint; a chosen row leads to the credentials."""
    st.subheader("Past an endpoint", anchor=False, help=explained)
    if not bypasses:
        st.caption("No call of a fleet or builder went past an endpoint of its own VPC.")
        return
    st.caption(
        f"{count_of(sum(row['event_count'] for row in bypasses), 'call')}  ·  "
        "choose a row to see the credentials used from that address"
    )
    listing = [
        row
        | {
            "use": USES.get(row["credential_use"]),
            "service": service_label(row["event_source"]),
            "workload": workload_label(row["workload_kind"]),
            "people": listed(row["user_ids"], shown=3),
            "endpoints": listed(row["vpc_endpoint_ids"], shown=2),
        }
        for row in bypasses
    ]
    chosen = table_with_choice(
        "bypasses",
        "Calls past an endpoint",
        shown(
            listing,
            fleet_name=text_column("Fleet or builder", None, 180),
            service=text_column("Service", None, 120),
            source_ip_address=text_column("Address", None, 150),
            use=text_column("Network", USE_HELP, 90),
            event_count=count_column("Calls", None, 65),
            denied_count=count_column("Denied", None, 70),
            streaming_session_count=count_column("Streaming sessions", None, 140),
            people=text_column("People", None, 260),
            endpoints=text_column("Endpoint they could have taken", None, 230),
            region=text_column("Region", None, 110),
            workload=text_column("Kind", None, 170),
            last_event_at=time_column("Last call", shows=MINUTES),
        ),
        most_rows=10,
    )
    if chosen is not None:
        row = bypasses[chosen]
        pages.go_to(
            pages.credentials(),
            search=row["source_ip_address"] or "",
            fleet=row["fleet_name"] or "",
        )


def show_denials(denials: list[Row]) -> None:
    """Show what endpoints refused."""
    st.subheader("Refused by an endpoint", anchor=False, help=DENIALS_HELP)
    if not denials:
        st.caption("No network activity event in this range says that an endpoint refused a call.")
        return
    listing = [
        row
        | {
            "api": api_label(row["event_source"], row["event_name"]),
            "people": listed(row["user_ids"], shown=3),
            "addresses": listed(row["source_ip_addresses"], shown=3),
            "credentials": listed(row["role_session_ids"], shown=2),
        }
        for row in denials
    ]
    st.dataframe(
        **shown(
            listing,
            vpc_endpoint_id=text_column("VPC endpoint", None, 195),
            api=text_column("API", None, 260),
            error_code=text_column("Error", None, 190),
            event_count=count_column("Calls", None, 65),
            people=text_column("People", None, 260),
            addresses=text_column("Addresses", None, 240),
            credentials=text_column("Credentials", None, 300),
            first_event_at=time_column("First", shows=MINUTES),
            last_event_at=time_column("Last", shows=MINUTES),
        ),
        height=height_of(len(denials), most=8),
        alt="Calls refused by an endpoint",
    )

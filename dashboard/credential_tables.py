"""From where one set of credentials was used, and what was called with it."""

import streamlit as st

from dashboard import pages
from dashboard.chosen_row import height_of, table_with_choice
from dashboard.endpoint_words import (
    NO_ENDPOINT,
    OWNERSHIP,
    OWNERSHIP_HELP,
    USE_HELP,
    USES,
)
from dashboard.person_tables import level_names_of
from dashboard.questions import Row
from dashboard.table_columns import (
    confidence_column,
    count_column,
    shown,
    text_column,
    time_column,
)
from dashboard.wording import api_label, count_of, listed, service_label


def show_networks(places: list[Row]) -> None:
    """Show the addresses and endpoints that the calls came from."""
    st.subheader("Networks", anchor=False, help=USE_HELP)
    if not places:
        st.caption("These credentials were issued, but no call with them is in the lake.")
        return
    outside = sum(place["credential_use"] == "outside" for place in places)
    if outside:
        st.warning(
            f"Used from {count_of(outside, 'place')} outside the network of the workload: "
            "somebody may have taken these credentials elsewhere.",
            icon=":material/warning:",
        )
    listing = [
        row
        | {
            "use": USES.get(row["credential_use"]),
            "endpoint": row["vpc_endpoint_id"] or NO_ENDPOINT,
            "ownership": OWNERSHIP.get(row["vpc_endpoint_ownership"]),
            "services": listed(map(service_label, row["event_sources"] or ()), shown=6),
        }
        for row in places
    ]
    st.dataframe(
        **shown(
            listing,
            source_ip_address=text_column("Address", None, 170),
            use=text_column("Network", USE_HELP, 100),
            endpoint=text_column("VPC endpoint", None, 260),
            ownership=text_column("Owner", OWNERSHIP_HELP, 110),
            vpc_id=text_column("VPC", None, 190),
            event_count=count_column("Calls", None, 65),
            denied_count=count_column("Denied", None, 70),
            services=text_column("Services", None, 230),
            first_event_at=time_column("First call"),
            last_event_at=time_column("Last call"),
        ),
        height=height_of(len(places), most=10),
        alt="Addresses and endpoints that the credentials were used from",
    )


def show_apis(apis: list[Row]) -> None:
    """Show what was called; a chosen API leads to everybody who called it."""
    st.subheader("APIs", anchor=False)
    if not apis:
        st.caption("No calls.")
        return
    listing = [
        row
        | {
            "api": api_label(row["event_source"], row["event_name"]),
            "confidence": level_names_of(row["confidences"]),
        }
        for row in apis
    ]
    chosen = table_with_choice(
        "credential_apis",
        "APIs called with the credentials",
        shown(
            listing,
            api=text_column("API", None, 270),
            event_count=count_column("Calls", None, 65),
            ok_count=count_column("ok", None, 65),
            denied_count=count_column("denied", None, 70),
            error_count=count_column("error", None, 65),
            confidence=confidence_column(220),
            first_event_at=time_column("First call"),
            last_event_at=time_column("Last call"),
        ),
        most_rows=12,
    )
    if chosen is not None:
        row = apis[chosen]
        pages.go_to(pages.apis(), service=row["event_source"] or "", call=row["event_name"] or "")

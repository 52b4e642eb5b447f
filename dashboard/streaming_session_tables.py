"""What one streaming session called, with which credentials, and by which way."""

import streamlit as st

from analysis.confidence import method_in_words
from dashboard.endpoint_words import NO_ENDPOINT, OWNERSHIP, OWNERSHIP_HELP
from dashboard.questions import Row
from dashboard.table_columns import (
    confidence_column,
    count_column,
    level_names,
    one,
    shown,
    text_column,
    time_column,
)
from dashboard.wording import api_label, listed, service_label

CREDENTIALS_HELP = (
    "An access key id names one set of temporary credentials: one role session. AppStream renews "
    "an instance's credentials every hour, so one streaming session spans several."
)
METHOD_HELP = "How the calls were found to be of this streaming session."
CHAINED_HELP = "The credentials that these were issued to, where somebody assumed another role."
PERHAPS = (
    "Calls that may have been made in this streaming session. The evidence leaves several people, "
    "or only a time or a network outside it, so nobody is named for them."
)


def show_apis(apis: list[Row]) -> None:
    """Show the APIs called, by result."""
    if not apis:
        st.caption("No call is attributed to this streaming session.")
        return
    listing = [
        row
        | {
            "api": api_label(row["event_source"], row["event_name"]),
            "confidence": level_names(row),
        }
        for row in apis
    ]
    st.dataframe(
        **shown(
            listing,
            api=text_column("API", "Service and API, as IAM policies name actions.", 270),
            event_count=count_column("Calls"),
            ok_count=count_column("ok", "The call was carried out."),
            denied_count=count_column("denied", "A permission was missing."),
            error_count=count_column("error", "It failed for another reason."),
            confidence=confidence_column(190),
            first_event_at=time_column("First call"),
            last_event_at=time_column("Last call"),
        ),
        alt="APIs called, by result",
    )


def show_credentials(used: list[Row], perhaps: list[Row]) -> None:
    """Show the credentials that calls were made with, and those that may have been another's."""
    if not used:
        st.caption("No credentials are known to have been used in this streaming session.")
    else:
        listing = [
            row
            | {
                "method": _words(row["attribution_method"]),
                "confidence": one(row["session_confidence"]),
                "addresses": listed(row["source_ip_addresses"], shown=3),
            }
            for row in used
        ]
        st.dataframe(
            **shown(
                listing,
                role_session_id=text_column("Credentials", CREDENTIALS_HELP, 190),
                event_count=count_column("Calls", None, 65),
                denied_count=count_column("Denied", None, 70),
                confidence=confidence_column(90),
                method=text_column("Method", METHOD_HELP, 380),
                first_event_at=time_column("First call"),
                last_event_at=time_column("Last call"),
                addresses=text_column("Addresses", None, 180),
                issuing_role_arn=text_column("Role", "The role that issued them.", 330),
                role_session_name=text_column("Role session name", None, 140),
                credentials_created_at=time_column("Issued"),
                parent_role_session_id=text_column("Chained from", CHAINED_HELP, 190),
            ),
            alt="Credentials used",
        )
    if perhaps:
        _show_candidates(perhaps)


def _show_candidates(perhaps: list[Row]) -> None:
    st.markdown("**Perhaps of this streaming session**")
    st.caption(PERHAPS)
    listing = [
        row
        | {
            "method": _words(row["method"]),
            "candidates": listed(row["candidate_user_ids"], shown=5),
        }
        for row in perhaps
    ]
    st.dataframe(
        **shown(
            listing,
            role_session_id=text_column("Credentials", CREDENTIALS_HELP, 190),
            event_count=count_column("Calls", None, 65),
            denied_count=count_column("Denied", None, 70),
            candidates=text_column("Candidates", "Everybody it may have been.", 330),
            method=text_column("Method", METHOD_HELP, 380),
            first_event_at=time_column("First call"),
            last_event_at=time_column("Last call"),
        ),
        alt="Credentials that may have been used in this streaming session",
    )


def show_endpoints(ways: list[Row]) -> None:
    """Show the ways by which calls came: endpoint and address."""
    if not ways:
        st.caption("No call is attributed to this streaming session.")
        return
    listing = [
        row
        | {
            "endpoint": row["vpc_endpoint_id"] or NO_ENDPOINT,
            "ownership": OWNERSHIP.get(row["vpc_endpoint_ownership"]),
            "services": listed(map(service_label, row["event_sources"]), shown=6),
            "confidence": sorted(filter(None, row["confidences"])),
        }
        for row in ways
    ]
    st.dataframe(
        **shown(
            listing,
            endpoint=text_column("VPC endpoint", None, 270),
            ownership=text_column("Owner", OWNERSHIP_HELP, 120),
            source_ip_address=text_column("Address", "The caller's address.", 150),
            event_count=count_column("Calls", None, 65),
            denied_count=count_column("Denied", None, 70),
            services=text_column("Services", None, 230),
            confidence=confidence_column(150),
            first_event_at=time_column("First call"),
            last_event_at=time_column("Last call"),
        ),
        alt="Endpoints and addresses that calls came from",
    )


def _words(method: str | None) -> str | None:
    return method_in_words(method) if method else None

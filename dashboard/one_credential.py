"""The life of one set of credentials: whose, from where to where, and what was done with it."""

from datetime import timedelta

import streamlit as st

from analysis.confidence import method_in_words
from dashboard import pages
from dashboard.chosen_row import table_with_choice
from dashboard.clock import zone_note
from dashboard.credential_tables import show_apis, show_networks
from dashboard.empty_states import show_unknown
from dashboard.escaping import code
from dashboard.facts import show_facts, show_figures
from dashboard.lineage_graph import lineage_graph
from dashboard.questions import Row, rows
from dashboard.table_columns import confidence_column, one, shown, text_column, time_column
from dashboard.wording import ONCE_HELP, count_of, duration, listed, moment, stretch, workload_label

ROW_LIMIT = 500
LINEAGE_HELP = (
    "Each arrow is a call of STS: who called it at its start, what was issued at its end. The one "
    "with the frame is this one. A dashed arrow leads from the person whose streaming session the "
    "first credentials of the chain are claimed for, with the confidence of that claim."
)
CLAIMS_HELP = (
    "Whose the calls with these credentials were, from when to when. Credentials of an instance "
    "pass from one streaming session to the next with the instance. Calls that no claim covers "
    "have rows of their own, not attributable, from the first to the last of them."
)
WEAK_HELP = "Everybody it may have been, where nobody is named."
ORIGIN_HELP = "The person, service or key that the chain of credentials starts at."


def show_credential(role_session_id: str) -> None:
    """Show the page of a set of credentials."""
    found = rows("role_session_by_id", role_session_id=role_session_id)
    if not found:
        show_unknown(
            "set of credentials",
            role_session_id,
            "It has made no call that was attributed. Long-lived keys of IAM users are not here.",
        )
        return
    row = found[0]
    bounds = {
        "role_session_id": role_session_id,
        "since": row["first_event_at"] - timedelta(hours=1),
        "until": row["last_event_at"] + timedelta(hours=1),
        "limit": ROW_LIMIT,
    }
    st.title(code(role_session_id), anchor=False)
    _show_facts(row)
    places = rows("credential_places", **bounds)
    _show_figures(row, places)
    _show_claims(rows("credential_claims", **bounds))
    _show_lineage(role_session_id)
    show_networks(places)
    show_apis(rows("credential_apis", **bounds))


def _show_facts(row: Row) -> None:
    lived = stretch(row["first_event_at"], row["last_event_at"])
    show_facts(
        (
            ("Role", row["issuing_role_arn"], "The role that issued them."),
            ("Role session name", row["role_session_name"], "A label; it is not unique."),
            ("Workload", _workload(row), None),
            ("Issued (UTC)", moment(row["credentials_created_at"]), None),
            (
                "First and last call (UTC)",
                lived,
                zone_note(row["first_event_at"], row["last_event_at"]),
            ),
            ("In use for", duration(row["last_event_at"] - row["first_event_at"]), None),
            ("Comes from", row["origin_principal_arn"], ORIGIN_HELP),
            ("Instance's address", row["eni_private_ip_address"], None),
            ("VPC", row["vpc_id"], None),
        )
    )


def _workload(row: Row) -> str:
    return " ".join(filter(None, (workload_label(row["workload_kind"]), row["workload_name"])))


def _show_figures(row: Row, places: list[Row]) -> None:
    outside = sum(place["event_count"] for place in places if place["credential_use"] == "outside")
    endpoints = {place["vpc_endpoint_id"] for place in places} - {None}
    show_figures(
        (
            ("Calls", row["event_count"], ONCE_HELP),
            ("Denied", row["denied_count"], "Refused for want of a permission."),
            ("Addresses", len({place["source_ip_address"] for place in places}), None),
            ("VPC endpoints", len(endpoints), None),
            ("Calls from outside", outside, "From another network than the workload's own."),
        )
    )


def _show_claims(claims: list[Row]) -> None:
    st.subheader("Whose they were", anchor=False, help=CLAIMS_HELP)
    if not claims:
        st.caption("Not attributable: no evidence ties these credentials to a streaming session.")
        return
    st.caption("Choose a row to open the streaming session")
    listing = [
        row
        | {
            "confidence": one(row["confidence"]),
            "evidence": _evidence(row),
            "candidates": None if row["user_id"] else listed(row["candidate_user_ids"], shown=4),
        }
        for row in claims
    ]
    chosen = table_with_choice(
        "claims",
        "Claims on the credentials",
        shown(
            listing,
            user_id=text_column("Person", None, 210),
            confidence=confidence_column(145),
            valid_from=time_column("From"),
            valid_to=time_column("Until"),
            evidence=text_column("On what evidence", None, 420),
            candidates=text_column("Candidates", WEAK_HELP, 260),
            fleet_name=text_column("Fleet", None, 140),
            source_ip_address=text_column("Only calls from", None, 140),
            streaming_session_id=text_column("Streaming session", None, 290),
        ),
        most_rows=8,
    )
    if chosen is None:
        return
    if claims[chosen]["streaming_session_id"]:
        pages.open_streaming_session(claims[chosen]["streaming_session_id"])
    st.toast("This row leads to no single streaming session.", icon=":material/info:")


def _evidence(row: Row) -> str | None:
    if row["unclaimed_count"]:
        left = (
            " used outside the network of the workload"
            if row["credential_use"] == "outside"
            else ""
        )
        return f"none: no claim covers {count_of(row['unclaimed_count'], 'call')}{left}"
    return method_in_words(row["method"]) if row["method"] else None


def _show_lineage(role_session_id: str) -> None:
    st.subheader("Where they come from, and what they issued", anchor=False, help=LINEAGE_HELP)
    links = rows("lineage_of_role_session", role_session_id=role_session_id)[:ROW_LIMIT]
    if not links:
        st.caption(
            "No STS call in the lake issued these credentials, or was made with them. Those of "
            "AppStream's instances are issued by AppStream itself, which CloudTrail need not show."
        )
        return
    relatives = rows("credential_relatives", role_session_id=role_session_id, limit=ROW_LIMIT)
    declaration, height = lineage_graph(links, relatives, role_session_id)
    st.echarts_chart(
        declaration,
        height=height,
        key="lineage",
        alt=f"Chain of {count_of(len(links), 'STS call')} around these credentials",
    )
    chosen = table_with_choice(
        "lineage_links",
        "STS calls of the chain",
        shown(
            links,
            assumed_at=time_column("When"),
            assume_event_name=text_column("STS call", None, 180),
            parent_principal_arn=text_column("Called by", None, 330),
            parent_role_session_id=text_column("With credentials", None, 190),
            child_role_session_id=text_column("Issued", None, 190),
            issuing_role_arn=text_column("Role", None, 300),
            role_session_name=text_column("Role session name", None, 170),
            assume_event_id=text_column("Event id", None, 290),
        ),
        most_rows=6,
    )
    if chosen is not None:
        link = links[chosen]
        other = link["child_role_session_id"]
        if other == role_session_id:
            other = link["parent_role_session_id"]
        if other:
            pages.open_credentials(other)
        st.toast("That call was made without temporary credentials.", icon=":material/info:")

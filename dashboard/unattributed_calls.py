"""Calls behind AppStream fleets that no one streaming session can be named for, and why."""

from typing import Any

import streamlit as st

from analysis.confidence import method_in_words
from dashboard.chosen_row import height_of
from dashboard.download_buttons import show_downloads
from dashboard.empty_states import show_no_result
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
from dashboard.wording import count_of, listed, service_label

ROW_LIMIT = 2_000
CREDENTIALS_HELP = (
    "The access key id names one set of temporary credentials: one role session. All streaming "
    "instances of a fleet use the same role, so the role alone names nobody."
)
CANDIDATES_HELP = "Everybody whose streaming session the calls may have been made in."
NO_EVIDENCE = "no streaming session held their address then"
OUTSIDE = "used outside the network of their instance"
GRACE = "only just before or after a streaming session"


def show_unattributed_calls(chosen: Filter, known: Extent, confidence: str) -> None:
    """Show one row per set of credentials whose calls in the range are nobody's in particular."""
    parameters = chosen.parameters() | {"confidence": confidence or None, "limit": ROW_LIMIT}
    found = rows("unattributed_credentials", **parameters)
    if not found:
        show_no_result(
            "unattributed calls",
            chosen,
            known,
            "All calls behind AppStream fleets in this range are attributed to one person each.",
        )
        return
    st.caption(
        f"{count_of(sum(row['event_count'] for row in found), 'call')} with "
        f"{count_of(len(found), 'set of credentials', 'sets of credentials')}. These calls came "
        "from a fleet, but the evidence does not leave one person. A session report or "
        "inventory that comes later can change that."
    )
    st.dataframe(
        **_columns(found),
        height=height_of(len(found), most=15),
        alt="Credentials whose calls are not attributed to a streaming session",
    )
    show_downloads("unattributed-calls", lambda: table("unattributed_credentials", **parameters))


def why_nobody(row: Row) -> str:
    """Return in a few words why the calls of a row are nobody's in particular."""
    method, candidates = row["attribution_method"], row["candidate_user_ids"] or ()
    if not method:
        return NO_EVIDENCE
    if "_outside" in method:
        return OUTSIDE
    if "_grace" in method:
        return GRACE
    if len(candidates) > 1:
        return f"{len(candidates)} people shared the instance"
    return method_in_words(method)


def _listed(row: Row) -> Row:
    """Return a set of credentials with the words that the table shows."""
    return row | {
        "confidence": one(row["session_confidence"] or NOT_ATTRIBUTABLE),
        "why": why_nobody(row),
        "candidates": listed(row["candidate_user_ids"], shown=3),
        "services": listed(map(service_label, row["event_sources"])),
        "addresses": listed(row["source_ip_addresses"], shown=3),
        "endpoints": listed(row["vpc_endpoint_ids"], shown=2),
    }


def _columns(found: list[Row]) -> dict[str, Any]:
    return shown(
        [_listed(row) for row in found],
        fleet_name=text_column("Fleet", None, 130),
        role_session_id=text_column("Credentials", CREDENTIALS_HELP, 180),
        event_count=count_column("Calls", None, 65),
        denied_count=count_column("Denied", None, 70),
        confidence=confidence_column(140),
        why=text_column("Why nobody is named", None, 285),
        candidates=text_column("Candidates", CANDIDATES_HELP, 300),
        first_event_at=time_column("First call", shows=MINUTES),
        last_event_at=time_column("Last call", shows=MINUTES),
        services=text_column("Services", None, 170),
        addresses=text_column("Addresses", None, 150),
        endpoints=text_column("Endpoints", None, 185),
    )

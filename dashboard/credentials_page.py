"""The page of credentials: those used in the range, or the life of one set."""

from typing import Any

import streamlit as st

from dashboard import pages
from dashboard.address import read
from dashboard.chosen_row import table_with_choice
from dashboard.download_buttons import show_downloads
from dashboard.empty_states import show_no_result
from dashboard.endpoint_words import USE_HELP, uses_in_words
from dashboard.filter_bar import show_filter_bar
from dashboard.filters import Extent, Filter
from dashboard.flows import role_name
from dashboard.list_search import choose_only, choose_search
from dashboard.one_credential import show_credential
from dashboard.person_tables import level_names_of
from dashboard.questions import Row, extent, rows, table
from dashboard.table_columns import (
    MINUTES,
    confidence_column,
    count_column,
    shown,
    text_column,
    time_column,
)
from dashboard.wording import ONCE_HELP, count_of, listed, workload_label

ROW_LIMIT = 2_000
PAGE_HELP = (
    "One set of temporary credentials is one role session; its access key id names it in every "
    "event. AppStream renews an instance's credentials about every hour. Long-lived keys of IAM "
    "users are not here: see People."
)
SEARCH_HELP = "A part of an access key, role, workload, person, address or VPC endpoint."
ONLY = {"Used outside": "outside", "Chained": "chained", "With denied calls": "denied"}
ONLY_HELP = (
    "**Used outside**: some calls came from another network than the workload's own. **Chained**: "
    "issued to somebody who already had a role."
)
OUTSIDE_HELP = f"Calls from outside the network of the workload.\n\n{USE_HELP}"


def show() -> None:
    """Show the page."""
    role_session_id = read("id")
    if role_session_id:
        pages.link_back(pages.credentials(), "All credentials")
        show_credential(role_session_id)
        return
    st.title("Credentials", anchor=False, help=PAGE_HELP)
    known = extent()
    chosen = show_filter_bar(known)
    if chosen is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choose_search("Access key, role, person, address …", SEARCH_HELP)
        choose_only(ONLY, ONLY_HELP)
    _show_list(chosen, known)


def _show_list(chosen: Filter, known: Extent) -> None:
    parameters = chosen.parameters() | {
        "search": read("search") or None,
        "only_outside": read("only") == "outside",
        "only_chained": read("only") == "chained",
        "only_denied": read("only") == "denied",
        "limit": ROW_LIMIT,
    }
    found = rows("credentials", **parameters)
    if not found:
        show_no_result(
            "credentials",
            chosen,
            known,
            "Take out the search or the filters, or look further back.",
        )
        return
    cut = f", those used last of them {ROW_LIMIT:,}" if len(found) == ROW_LIMIT else ""
    outside = sum(row["outside_count"] > 0 for row in found)
    st.caption(
        f"{count_of(len(found), 'set of credentials', 'sets of credentials')}{cut}  ·  "
        f"{outside:,} used outside their network  ·  choose a row to see its life"
    )
    row = table_with_choice("credentials", "Credentials", _columns(found), most_rows=15)
    if row is not None:
        pages.open_credentials(found[row]["role_session_id"])
    show_downloads("credentials", lambda: table("credentials", **parameters))


def _columns(found: list[Row]) -> dict[str, Any]:
    listing = [
        row
        | {
            "role": role_name(row["issuing_role_arn"] or ""),
            "workload": workload_label(row["workload_kind"]),
            "people": listed(row["people"], shown=2),
            "confidence": level_names_of(row["confidences"]),
            "use": uses_in_words(row["credential_uses"]),
            "addresses": listed(row["source_ip_addresses"], shown=3),
            "endpoints": listed(row["vpc_endpoint_ids"], shown=2),
        }
        for row in found
    ]
    return shown(
        listing,
        role_session_id=text_column("Credentials", "Access key id.", 190),
        people=text_column("Person", "Who is named for calls with them.", 190),
        confidence=confidence_column(245),
        workload=text_column("Workload", None, 150),
        event_count=count_column("Calls", ONCE_HELP, 60),
        denied_count=count_column("Denied", None, 70),
        outside_count=count_column("Outside", OUTSIDE_HELP, 75),
        use=text_column("Network", USE_HELP, 120),
        last_event_at=time_column("Last call", shows=MINUTES),
        role=text_column("Role", None, 210),
        role_session_name=text_column("Role session name", None, 170),
        credentials_created_at=time_column("Issued", shows=MINUTES),
        parent_role_session_id=text_column("Chained from", None, 190),
        addresses=text_column("Addresses", None, 220),
        endpoints=text_column("Endpoints", None, 190),
    )

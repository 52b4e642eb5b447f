"""The page of roles and fleets: what flows through a role, who shares it, and how it changed."""

from typing import Any

import streamlit as st

from dashboard import pages
from dashboard.address import read, write
from dashboard.assumed_roles import show_assumed_roles
from dashboard.chosen_row import height_of, table_with_choice
from dashboard.download_buttons import show_downloads
from dashboard.empty_states import show_no_result
from dashboard.escaping import code
from dashboard.filter_bar import show_filter_bar
from dashboard.filters import Extent, Filter
from dashboard.flows import flow_chart, role_name
from dashboard.granted import show_granted
from dashboard.questions import Row, extent, rows, table
from dashboard.table_columns import MINUTES, count_column, shown, text_column, time_column
from dashboard.wording import listed, service_label

FLOW_LIMIT = 2_000
ROW_LIMIT = 1_000
HISTORY_LIMIT = 500
PAGE_HELP = (
    "All streaming instances of a fleet call AWS through the fleet's one IAM role, under one name. "
    "Which role a fleet carries can change only while it is stopped."
)
FLOW_HELP = (
    "From left to right: the role, the fleet or builder, the streaming session with its person and "
    "start (UTC), the service. The thicker, the more calls. Point at a part to follow it; grey is "
    "calls that nobody is named for."
)
SHARED_HELP = (
    "More than one fleet or builder carries this role, now or at some time. Then the role alone "
    "doesn't say which of them made a call. AWS advises one role for each."
)
CARRIERS_HELP = "Fleets, image builders and app block builders seen to carry it, at whatever time."
HISTORY_HELP = (
    "What CloudTrail and inventory say of fleets and builders, newest first, whatever the range. "
    "Inventory only tells how things were when it was taken."
)
EVIDENCE = {"cloudtrail": "CloudTrail event", "api": "asked AWS", "aws_cli": "AWS CLI output"}
CHANGES = {"observed": "seen in inventory"}


def show() -> None:
    """Show the page."""
    st.title("Roles and fleets", anchor=False, help=PAGE_HELP)
    known = extent()
    chosen = show_filter_bar(known)
    if chosen is None:
        return
    role_arn = read("role") or None
    if role_arn:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"Only role {code(role_arn)}", width="content")
            st.button(
                "All roles",
                icon=":material/close:",
                type="tertiary",
                on_click=write,
                args=("role", ""),
            )
    _show_flow(chosen, known, role_arn)
    _show_roles(chosen)
    show_assumed_roles(chosen, role_arn)
    if role_arn:
        show_granted(role_arn, chosen)
    _show_history(chosen, role_arn)


def _show_flow(chosen: Filter, known: Extent, role_arn: str | None) -> None:
    st.subheader("From role to service", anchor=False, help=FLOW_HELP)
    flow = rows("role_flow", role_arn=role_arn, limit=FLOW_LIMIT, **chosen.parameters())
    if not flow:
        show_no_result(
            "calls behind fleets and builders", chosen, known, "Choose a longer time range."
        )
        return
    if len(flow) == FLOW_LIMIT:
        st.caption(f"The {FLOW_LIMIT:,} largest flows of this range.")
    declaration, height = flow_chart(flow, is_dark=st.context.theme.type == "dark")
    st.echarts_chart(
        declaration,
        height=height,
        key="flow",
        alt="Calls from role over fleet and streaming session to service",
    )


def _show_roles(chosen: Filter) -> None:
    st.subheader("Roles that AppStream carries", anchor=False, help=SHARED_HELP)
    parameters = chosen.parameters() | {"limit": ROW_LIMIT}
    found = rows("role_carriers", **parameters)
    if not found:
        st.caption(
            "No fleet or builder with a role is known. Inventory or CloudTrail would say so."
        )
        return
    shared = sum(row["carrier_count"] > 1 for row in found)
    st.caption(
        (
            f":material/warning: {shared} of {len(found)} roles are shared"
            if shared
            else "None is shared"
        )
        + "  ·  choose a row to see only that role"
    )
    row = table_with_choice("roles", "Roles", _role_columns(found), most_rows=10)
    if row is not None:
        pages.go_to(pages.roles(), role=found[row]["issuing_role_arn"])
    show_downloads("roles", lambda: table("role_carriers", **parameters))
    st.caption(
        "What a role needs of what it may do: choose it, or run `roletrail policy ROLE`; for a "
        "fleet, `roletrail policy --fleet NAME`."
    )


def _role_columns(found: list[Row]) -> dict[str, Any]:
    listing = [
        row
        | {
            "role": role_name(row["issuing_role_arn"]),
            "carried_by": listed(map(_carrier, row["carriers"] or ()), 5),
            "shared": _shared(row["carrier_count"]),
            "services": listed(map(service_label, row["event_sources"] or ()), shown=6),
        }
        for row in found
    ]
    return shown(
        listing,
        role=text_column("Role", None, 230),
        shared=text_column("Shared", SHARED_HELP, 130),
        carried_by=text_column("Carried by", CARRIERS_HELP, 350),
        streaming_session_count=count_column("Streaming sessions", None, 140),
        person_count=count_column("People", None, 70),
        event_count=count_column("Calls", "Calls in the range.", 65),
        denied_count=count_column("Denied", None, 70),
        services=text_column("Services used", None, 270),
        last_event_at=time_column("Last call", shows=MINUTES),
        issuing_role_arn=text_column("ARN", None, 350),
    )


def _carrier(kind_and_name: str) -> str:
    kind, _, name = kind_and_name.partition(" ")
    return f"{kind.replace('_', ' ')} {name}"


def _shared(carriers: int) -> str:
    if not carriers:
        return "carrier unknown"
    return "no" if carriers == 1 else f"yes, by {carriers}"


def _show_history(chosen: Filter, role_arn: str | None) -> None:
    st.subheader("How fleets and their roles changed", anchor=False, help=HISTORY_HELP)
    found = rows(
        "role_history",
        role_arn=role_arn,
        limit=HISTORY_LIMIT,
        account_id=chosen.account_id,
        region=chosen.region,
        fleet_name=chosen.fleet_name,
    )
    if not found:
        st.caption("Nothing is known of fleets and builders here.")
        return
    listing = [
        row
        | {
            "kind": (row["resource_type"] or "").replace("_", " "),
            "what": _what(row),
            "role": role_name(row["iam_role_arn"] or ""),
            "before": role_name(row["iam_role_arn_before"] or "")
            if row["is_role_change"]
            else None,
            "source": EVIDENCE.get(row["evidence_source"], row["evidence_source"]),
        }
        for row in found
    ]
    st.dataframe(
        **shown(
            listing,
            valid_from=time_column("When"),
            resource_id=text_column("Fleet or builder", None, 200),
            kind=text_column("Kind", None, 120),
            what=text_column("What", "created, changed, started, stopped, or seen.", 150),
            role=text_column("Role", None, 250),
            before=text_column("Role before", "Where it was another one.", 230),
            source=text_column("Told by", None, 140),
            account_id=text_column("Account", None, 120),
            region=text_column("Region", None, 110),
            event_id=text_column("Event id", None, 290),
        ),
        height=height_of(len(found), most=10),
        alt="States of fleets and builders, newest first",
    )


def _what(row: Row) -> str:
    if row["is_role_change"]:
        return "role changed"
    return CHANGES.get(row["change"], row["change"] or "")

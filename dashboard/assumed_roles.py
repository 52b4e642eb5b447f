"""Roles that were assumed from those that fleets and builders carry."""

from typing import Any

import streamlit as st

from dashboard import pages
from dashboard.chosen_row import table_with_choice
from dashboard.download_buttons import show_downloads
from dashboard.filters import Filter
from dashboard.flows import role_name
from dashboard.questions import Row, rows, table
from dashboard.table_columns import MINUTES, count_column, shown, text_column, time_column
from dashboard.wording import listed, service_label

ROW_LIMIT = 1_000
ASSUMED_HELP = (
    "With the role of its instance somebody can assume another role, in the same account or in "
    "another, and from there a further one. The person stays known as far as the logs link them."
)


def show_assumed_roles(chosen: Filter, role_arn: str | None) -> None:
    """Show these roles, or those that one role led to; a chosen one leads to its credentials."""
    st.subheader("Roles assumed from these", anchor=False, help=ASSUMED_HELP)
    parameters = chosen.parameters() | {"role_arn": role_arn, "limit": ROW_LIMIT}
    found = rows("roles_assumed", **parameters)
    if not found:
        st.caption("No role assumed from an AppStream role made calls in this range.")
        return
    st.caption("Choose a row to see the credentials of that role")
    row = table_with_choice(
        "assumed_roles", "Roles assumed from these", _columns(found), most_rows=10
    )
    if row is not None:
        pages.go_to(pages.credentials(), search=found[row]["issuing_role_arn"])
    show_downloads("assumed-roles", lambda: table("roles_assumed", **parameters))


def _columns(found: list[Row]) -> dict[str, Any]:
    listing = [
        row
        | {
            "role": role_name(row["issuing_role_arn"]),
            "account": account_of(row["issuing_role_arn"]),
            "assumed_from": role_name(row["assumed_from_role_arn"]),
            "people": listed(row["user_ids"], shown=3),
            "services": listed(map(service_label, row["event_sources"] or ()), shown=4),
        }
        for row in found
    ]
    return shown(
        listing,
        role=text_column("Role", None, 200),
        account=text_column("Its account", None, 115),
        assumed_from=text_column("Assumed from", None, 200),
        role_session_count=count_column("Role sessions", "Sets of temporary credentials.", 105),
        person_count=count_column("People", None, 65),
        event_count=count_column("Calls", "Calls in the range.", 60),
        denied_count=count_column("Denied", None, 65),
        last_event_at=time_column("Last call", shows=MINUTES),
        people=text_column("Who", None, 330),
        services=text_column("Services used", None, 200),
        issuing_role_arn=text_column("ARN", None, 350),
    )


def account_of(arn: str) -> str | None:
    """Return the account id within an ARN, or None if it isn't one or has none."""
    parts = arn.split(":", 5)
    return (parts[4] or None) if len(parts) == 6 else None  # noqa: PLR2004 - the parts of an ARN

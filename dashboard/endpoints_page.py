"""The page of VPC endpoints: what went through them, what went past them, and what they refused."""

from typing import Any

import streamlit as st

from dashboard import pages
from dashboard.charts import ways_chart
from dashboard.chosen_row import table_with_choice
from dashboard.clock import users_zone
from dashboard.download_buttons import show_downloads
from dashboard.empty_states import show_no_result
from dashboard.endpoint_tables import show_bypasses, show_denials
from dashboard.endpoint_words import OWNERSHIP, OWNERSHIP_HELP, network_rows
from dashboard.facts import show_figures
from dashboard.filter_bar import show_filter_bar
from dashboard.filters import Extent, Filter
from dashboard.questions import Row, extent, rows, table
from dashboard.table_columns import MINUTES, count_column, shown, text_column, time_column
from dashboard.wording import listed, service_label, workload_label

ROW_LIMIT = 1_000
PAGE_HELP = (
    "A VPC endpoint is a private way from your network to an AWS service. Calls through it carry "
    "the private address of their instance, which is the best evidence for who made them; its "
    "policy can refuse calls."
)
CHART_HELP = (
    "Calls of AppStream fleets and builders, by the way that they took.\n\n"
    "- **own endpoint**: through a VPC endpoint that is known to be yours.\n"
    "- **foreign endpoint**: through somebody else's, or one of an unknown owner.\n"
    "- **past endpoints, inside**: by NAT or the instance's own public address.\n"
    "- **past endpoints, outside**: from another network than the workload's own.\n"
    "- **past endpoints, unknown**: from an AWS service, or an address that nothing is known of."
)
TABLE_HELP = f"Endpoints with calls in the range, and your own without any.\n\n{OWNERSHIP_HELP}"
BYPASS_HELP = (
    "Calls of fleets and builders that did not come through an endpoint though their VPC has one "
    "for that service."
)


def show() -> None:
    """Show the page."""
    st.title("VPC endpoints", anchor=False, help=PAGE_HELP)
    known = extent()
    chosen = show_filter_bar(known)
    if chosen is None:
        return
    limited = chosen.parameters() | {"limit": ROW_LIMIT}
    traffic = rows("endpoint_traffic", **limited)
    bypasses = rows("endpoint_bypasses", **limited)
    denials = rows("endpoint_denials", **limited)
    if not traffic and not bypasses:
        show_no_result("VPC endpoints", chosen, known, "Inventory would tell which ones are yours.")
        return
    _show_figures(traffic, bypasses, denials)
    _show_chart(chosen, known)
    _show_traffic(traffic, limited)
    show_bypasses(bypasses, BYPASS_HELP)
    show_denials(denials)


def _show_figures(traffic: list[Row], bypasses: list[Row], denials: list[Row]) -> None:
    own = [row for row in traffic if row["ownership"] == "own"]
    others = [row for row in traffic if row["ownership"] != "own"]
    show_figures(
        (
            ("Through your endpoints", _sum(own), "Calls, of whatever workload."),
            ("Through others'", _sum(others), f"Calls.\n\n{OWNERSHIP_HELP}"),
            ("Past an endpoint", _sum(bypasses), BYPASS_HELP),
            ("Refused by an endpoint", _sum(denials), "From network activity events, if logged."),
            ("Endpoints of yours", len(own), None),
        )
    )


def _sum(found: list[Row]) -> int:
    return sum(row["event_count"] for row in found)


def _show_chart(chosen: Filter, known: Extent) -> None:
    st.subheader("Ways that fleets' calls took", anchor=False, help=CHART_HELP)
    ways = rows("endpoint_over_time", bucket=chosen.bucket(), **chosen.parameters())
    if not ways:
        st.caption("No calls of fleets and builders in this range.")
        return
    since = max(chosen.since, known.oldest_at or chosen.since)
    st.altair_chart(
        ways_chart(network_rows(ways, users_zone()), since, chosen.until, chosen.bucket()),
        width="stretch",
        alt="Calls over time by the way they took",
    )


def _show_traffic(traffic: list[Row], parameters: dict[str, Any]) -> None:
    st.subheader("Endpoints", anchor=False, help=TABLE_HELP)
    if not traffic:
        st.caption("No endpoint is known, and no call came through one.")
        return
    foreign = sum(row["ownership"] == "foreign" for row in traffic)
    st.caption(
        (f":material/warning: {foreign} are not yours  ·  " if foreign else "")
        + "choose a row to see the credentials used through it"
    )
    listing = [
        row
        | {
            "ownership": OWNERSHIP.get(row["ownership"]),
            "service": (row["service_name"] or "").rpartition(".")[2]
            or listed(map(service_label, row["event_sources"] or ()), 3),
            "fleets": listed(row["fleet_names"], shown=3),
            "workloads": listed(map(workload_label, row["workload_kinds"] or ()), shown=3),
        }
        for row in traffic
    ]
    chosen = table_with_choice(
        "endpoints",
        "VPC endpoints",
        shown(
            listing,
            vpc_endpoint_id=text_column("VPC endpoint", None, 195),
            ownership=text_column("Owner", OWNERSHIP_HELP, 120),
            service=text_column("Service", None, 130),
            vpc_id=text_column("VPC", None, 190),
            event_count=count_column("Calls", None, 65),
            denied_count=count_column("Denied", "Whoever refused it.", 70),
            person_count=count_column("People", None, 70),
            streaming_session_count=count_column("Streaming sessions", None, 140),
            fleets=text_column("Fleets", None, 240),
            workloads=text_column("Workloads", None, 280),
            first_event_at=time_column("First call", shows=MINUTES),
            last_event_at=time_column("Last call", shows=MINUTES),
        ),
        most_rows=12,
    )
    if chosen is not None:
        pages.go_to(pages.credentials(), search=traffic[chosen]["vpc_endpoint_id"] or "")
    show_downloads("vpc-endpoints", lambda: table("endpoint_traffic", **parameters))

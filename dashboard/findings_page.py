"""The page of findings: what rules have found in the range, or one of them with its evidence."""

from collections import Counter
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import pages
from dashboard.address import on_change, read, read_one_of
from dashboard.chosen_row import table_with_choice
from dashboard.download_buttons import show_downloads
from dashboard.empty_states import show_no_result
from dashboard.filter_bar import show_filter_bar
from dashboard.filters import CUSTOM, Extent, Filter
from dashboard.one_finding import show_finding
from dashboard.palette import SEVERITY
from dashboard.questions import Row, extent, rows, table
from dashboard.table_columns import (
    MINUTES,
    count_column,
    one,
    severity_column,
    shown,
    text_column,
    time_column,
)
from dashboard.wording import count_of, listed

if TYPE_CHECKING:
    import pyarrow as pa

PAGE_HELP = (
    "Something in the lake that a rule looks for: credentials used elsewhere, roles that were "
    "changed, logs that are missing. A finding is a reason to look, not a verdict. "
    "`roletrail findings` looks for them after attribution."
)
WHO_HELP = "People the evidence names, or else those it may have been, or other callers."
SEVERITY_HELP = "At least as severe as this."
LATER = (
    "{of_them} last seen after this range: they began in it or before, and inventory or log files "
    "that were taken in later still show them."
)
NONE = "None. That means that no rule found anything; `roletrail findings` is what looks."


def show() -> None:
    """Show the page."""
    finding_id = read("id")
    if finding_id:
        pages.link_back(pages.findings(), "All findings")
        show_finding(finding_id)
        return
    st.title("Findings", anchor=False, help=PAGE_HELP)
    known = extent()
    chosen = show_filter_bar(known)
    if chosen is None:
        return
    severity = read_one_of("severity", SEVERITY.domain)
    st.selectbox(
        "Severity",
        SEVERITY.domain,
        index=SEVERITY.domain.index(severity) if severity else None,
        placeholder="All",
        help=SEVERITY_HELP,
        width=170,
        **on_change("severity", lambda choice: choice or ""),
    )
    _show_list(chosen, known, severity or None)


def show_findings_by_severity(chosen: Filter) -> None:
    """Show on another page how many findings there are of each severity, with a link to them."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Findings", anchor=False, help=PAGE_HELP, width="content")
        pages.link(pages.findings(), "See them")
    counts = Counter(row["severity"] for row in found_in(chosen))
    if not counts:
        st.caption(NONE)
        return
    cards = st.grid(len(SEVERITY.domain), min_column_width=120, border=True)
    for name in SEVERITY.domain:
        cards.metric(name.capitalize(), counts[name], format="localized")


def found_in(chosen: Filter, severity: str | None = None) -> list[Row]:
    """Return the findings in the range, also those about what was observed after its last event."""
    found = rows("findings", **_parameters(chosen, severity))
    return [row for row in found if _is_about(row, chosen)]


def _parameters(chosen: Filter, severity: str | None) -> dict[str, object]:
    return {
        "since": chosen.since,
        "until": chosen.until if read("range") == CUSTOM else None,
        "account_id": chosen.account_id,
        "region": chosen.region,
        "severity": severity,
    }


def _is_about(row: Row, chosen: Filter) -> bool:
    """Return whether a finding is about the fleet and the person that a view is narrowed to."""
    people = {*(row["user_ids"] or ()), *(row["candidate_user_ids"] or ())}
    return (chosen.fleet_name is None or chosen.fleet_name in (row["fleet_names"] or ())) and (
        chosen.user_id is None or chosen.user_id in people
    )


def _show_list(chosen: Filter, known: Extent, severity: str | None) -> None:
    found = found_in(chosen, severity)
    if not found:
        show_no_result("findings", chosen, known, NONE)
        return
    counts = Counter(row["severity"] for row in found)
    words = "  ·  ".join(f"{counts[name]:,} {name}" for name in SEVERITY.domain if counts[name])
    st.caption(f"{count_of(len(found), 'finding')}: {words}  ·  choose a row for its evidence")
    later = sum(row["last_seen_at"] >= chosen.until for row in found if row["last_seen_at"])
    if later:
        st.caption(LATER.format(of_them=f"{later:,} of them {'was' if later == 1 else 'were'}"))
    row = table_with_choice("findings", "Findings, worst first", _columns(found), most_rows=16)
    if row is not None:
        pages.go_to(pages.findings(), id=found[row]["finding_id"])
    finding_ids = [row["finding_id"] for row in found]
    show_downloads("findings", lambda: _only(finding_ids, _parameters(chosen, severity)))


def _only(finding_ids: list[str], parameters: dict[str, object]) -> "pa.Table":
    """Return these of the findings: the question knows neither the fleet nor the person."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = table("findings", **parameters)
    return found.filter(pc.is_in(found.column("finding_id"), value_set=pa.array(finding_ids)))


def _columns(found: list[Row]) -> dict[str, Any]:
    listing = [
        row | {"level": one(row["severity"]), "who": who(row), "fleets": listed(row["fleet_names"])}
        for row in found
    ]
    return shown(
        listing,
        level=severity_column(),
        title=text_column("What", "What the rule looks for.", 290),
        subject=text_column("About", None, 290),
        who=text_column("Who", WHO_HELP, 250),
        last_seen_at=time_column("Last seen", shows=MINUTES),
        event_count=count_column("Events", None, 70),
        fleets=text_column("Fleets", None, 180),
        first_seen_at=time_column("First seen", shows=MINUTES),
        account_id=text_column("Account", None, 120),
        region=text_column("Region", None, 110),
        explanation=text_column("Explanation", None, 500),
    )


def who(row: Row) -> str | None:
    """Return who a finding is about: people, or whom it may have been, or other callers."""
    if row["user_ids"]:
        return listed(row["user_ids"], shown=3)
    if row["candidate_user_ids"]:
        return f"perhaps {listed(row['candidate_user_ids'], shown=3)}"
    return listed(row["callers"], shown=3)

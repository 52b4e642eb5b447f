"""The page that opens first: what went on, who was there, what was denied, how sure that is."""

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import pages
from dashboard.activity import activity_rows
from dashboard.charts import activity_chart, coverage_chart
from dashboard.clock import users_zone, zone_note
from dashboard.coverage import coverage_rows, shares
from dashboard.empty_states import show_no_result
from dashboard.filter_bar import show_filter_bar
from dashboard.filters import Extent, Filter
from dashboard.findings_page import show_findings_by_severity
from dashboard.overview_tables import show_denied_calls, show_freshness, show_people
from dashboard.palette import NOT_ATTRIBUTABLE
from dashboard.questions import Row, extent, rows
from dashboard.wording import (
    CALLS_HELP,
    CONFIDENCE_HELP,
    CONFIDENCE_MEANING,
    RUNNING_HELP,
    STREAMING_SESSION_HELP,
    moment,
    stretch,
)

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator
    from streamlit.elements.lib.grid_container import GridContainer

ATTRIBUTED_HELP = (
    "Of the calls behind AppStream fleets, the share that is attributed to one person with "
    "certain or strong confidence."
)
DENIED_HELP = (
    "Calls that AWS refused because a permission was missing, by whatever caller: people, services "
    "and machines, and those that nobody is named for. The table below lists them."
)
PEOPLE_HELP = (
    "Everybody who is named for a call: by AppStream for calls in a streaming session, or by AWS "
    "for direct sign-ins."
)
BY = {"Workload": "workload", "Result": "result"}
BY_HELP = (
    "**Workload**: what made the calls. **Result**: how AWS answered them: ok, denied (permission "
    "was missing) or error (it failed for another reason)."
)


def show() -> None:
    """Show the page."""
    st.title("Overview", anchor=False)
    known = extent()
    chosen = show_filter_bar(known)
    if chosen is None:
        return
    _show_bounds(chosen, known)
    activity = rows("activity_over_time", bucket=chosen.bucket(), **chosen.parameters())
    streams = rows("streaming_session_totals", **chosen.parameters())[0]
    if not activity and not streams["streaming_session_count"]:
        show_no_result("calls or streaming sessions", chosen, known)
        return
    coverage = coverage_rows(rows("attribution_coverage", **chosen.parameters()))
    by_name = chosen.parameters_of_person(chosen.user_id)
    people = rows("people_count", **by_name)[0]["person_count"]
    _show_figures(activity, people, streams, coverage)
    _show_activity(activity, chosen)
    halves = st.grid(2, min_column_width=480, gap="medium")
    with halves.cell():
        _show_coverage(coverage)
    with halves.cell():
        show_people(rows("people", search=None, limit=50, **by_name))
    show_findings_by_severity(chosen)
    show_denied_calls(rows("denied_calls", limit=200, **chosen.parameters()))
    show_freshness(
        rows("freshness", account_id=chosen.account_id, region=chosen.region),
    )


def _show_bounds(chosen: Filter, known: Extent) -> None:
    st.caption(
        f"{stretch(chosen.since, chosen.until)} UTC  ·  newest event in the lake "
        f"{moment(known.newest_event_at)} UTC",
        help=zone_note(chosen.since, chosen.until),
    )


def _show_figures(activity: list[Row], people: int, streams: Row, coverage: list[Row]) -> None:
    calls = sum(row["event_count"] for row in activity)
    denied = sum(row["event_count"] for row in activity if row["result"] == "denied")
    sure = shares(coverage)
    attributed = f"{sure['certain'] + sure['strong']:.0%}" if coverage else None
    running = streams["running_count"]
    cards = st.grid(5, min_column_width=190, border=True)
    with _card(cards):
        st.metric("Calls", calls, format="localized", help=CALLS_HELP)
        pages.link(pages.apis(), "Which APIs")
    with _card(cards):
        st.metric("Denied, by all callers", denied, format="localized", help=DENIED_HELP)
        pages.link(pages.streaming_sessions(), "In streaming sessions", only="denied")
    with _card(cards):
        st.metric("People", people, format="localized", help=PEOPLE_HELP)
        pages.link(pages.people(), "What they did")
    with _card(cards):
        count = streams["streaming_session_count"]
        help_text = f"{STREAMING_SESSION_HELP}\n\n{RUNNING_HELP}"
        st.metric("Streaming sessions", count, format="localized", help=help_text)
        label = f"{running:,} still running" if running else "See them all"
        pages.link(pages.streaming_sessions(), label, only="running" if running else "")
    with _card(cards):
        st.metric("Attributed to a person", attributed, help=ATTRIBUTED_HELP)
        pages.link(pages.streaming_sessions(), "Calls without one", show="unattributed")


def _card(cards: "GridContainer") -> "DeltaGenerator":
    return cards.cell().container(gap="xsmall")


def _show_activity(activity: list[Row], chosen: Filter) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Calls over time", anchor=False)
        by = st.segmented_control(
            "Coloured by",
            list(BY),
            default="Workload",
            required=True,
            label_visibility="collapsed",
            help=BY_HELP,
            key="coloured_by",
            width="content",
        )
    if not activity:
        st.caption("No calls in this range.")
        return
    column = BY[by or "Workload"]
    counts = activity_rows(activity, column, users_zone())
    st.altair_chart(
        activity_chart(counts, chosen.since, chosen.until, chosen.bucket(), column),
        width="stretch",
        alt=f"Calls over time by {column}",
    )


def _show_coverage(coverage: list[Row]) -> None:
    st.subheader("How sure we are", anchor=False, help=CONFIDENCE_HELP)
    if not coverage:
        st.caption("No calls behind AppStream fleets in this range.")
        return
    sure = shares(coverage)
    st.markdown(
        "  ·  ".join(f"**{share:.1%}** {name}" for name, share in sure.items())
        + "  of the calls behind AppStream fleets"
    )
    st.altair_chart(
        coverage_chart(coverage), width="stretch", alt="Share of calls by fleet and confidence"
    )
    with st.container(horizontal=True):
        pages.link(
            pages.streaming_sessions(),
            "Calls with several candidates",
            show="unattributed",
            confidence="weak",
        )
        pages.link(
            pages.streaming_sessions(),
            "Calls not attributable",
            show="unattributed",
            confidence=NOT_ATTRIBUTABLE,
        )
    with st.expander("What the words mean"):
        for name, meaning in CONFIDENCE_MEANING.items():
            st.markdown(f"**{name}**: {meaning}")

"""The page about the lake itself: how fresh and how whole it is, what was rejected, how large."""

from datetime import UTC, datetime

import streamlit as st

from dashboard.clock import zone_note
from dashboard.facts import show_figures
from dashboard.health_tables import (
    show_freshness,
    show_gaps,
    show_objects,
    show_rejects,
    show_sizes,
    show_verification,
)
from dashboard.questions import Row, rows, state
from dashboard.tabs import show_tabs
from dashboard.wording import count_of, duration, moment

DAYS = 7
REJECTS_SHOWN = 500
PAGE_HELP = "What the lake knows, and what it may lack: an answer is only as good as what was read."
REJECTED_HELP = (
    "Records and objects that could not be taken; their text is kept. Nothing is dropped."
)
VERIFIED_HELP = (
    "Events from log files that CloudTrail's signed digests prove to be unchanged. "
    "`roletrail verify` checks them."
)
OUTSTANDING_HELP = "Days with events that attribution has not read as they are now."
SECTIONS = ("Freshness", "Rejects", "Digests", "Objects", "Size")


def show() -> None:
    """Show the page."""
    st.title("Health", anchor=False, help=PAGE_HELP)
    newest = rows("newest_events")
    gaps = rows("delivery_gaps", days=DAYS)
    reasons = rows("rejection_reasons")
    verified = rows("verified_events")
    sizes = state().tables
    _show_figures(newest, reasons, verified, gaps)
    _show_warnings(gaps, verified)
    fresh, rejects, digests, objects, size = show_tabs(SECTIONS)
    if fresh.open:
        with fresh:
            show_freshness(newest, rows("delivery_lag", days=DAYS))
            show_gaps(gaps, DAYS)
    if rejects.open:
        with rejects:
            show_rejects(reasons, rows("rejections", limit=REJECTS_SHOWN))
    if digests.open:
        with digests:
            show_verification(verified)
    if objects.open:
        with objects:
            show_objects(rows("objects_by_kind"))
    if size.open:
        with size:
            show_sizes(sizes)


def _show_figures(
    newest: list[Row], reasons: list[Row], verified: list[Row], gaps: list[Row]
) -> None:
    attribution = state().attribution
    events = sum(row["event_count"] or 0 for row in newest)
    proven = sum(row["verified_count"] for row in verified)
    rejected = sum(row["rejected_count"] for row in reasons)
    newest_at = max(
        (row["newest_event_at"] for row in newest if row["newest_event_at"]), default=None
    )
    show_figures(
        (
            ("Events", events, "In the lake, each once."),
            ("Gaps", len(gaps), f"Silences in the last {DAYS} days of delivery that don't fit."),
            ("Rejected", rejected, REJECTED_HELP),
            ("Verified", f"{proven / events:.1%}" if events else None, VERIFIED_HELP),
            ("Days to attribute", len(attribution.outstanding_days), OUTSTANDING_HELP),
        )
    )
    facts = [f"Newest event {moment(newest_at)} UTC{_age(newest_at)}"]
    if attribution.published_at:
        facts.append(
            f"attributed {moment(attribution.published_at)} UTC{_age(attribution.published_at)}"
        )
    st.caption("  ·  ".join(facts), help=zone_note(newest_at, attribution.published_at))


def _age(time: datetime | None) -> str:
    return "" if time is None else f", {duration(datetime.now(UTC) - time)} ago"


def _show_warnings(gaps: list[Row], verified: list[Row]) -> None:
    failed = sum(row["failed_count"] for row in verified)
    outstanding = state().attribution.outstanding_days
    if failed:
        st.error(
            f"{count_of(failed, 'event')} come from log files that digests say are altered, or "
            "name nowhere. See Digests.",
            icon=":material/gpp_bad:",
        )
    if gaps:
        st.warning(
            f"{count_of(len(gaps), 'gap')} in delivery: log files are missing, or nothing happened "
            "where something always does. See Freshness.",
            icon=":material/warning:",
        )
    if outstanding:
        st.info(
            f"Events of {count_of(len(outstanding), 'day')} wait for `roletrail attribute`.",
            icon=":material/hourglass_empty:",
        )

"""All that one person did in the range: by which ways, when, what, with what and from where."""

from typing import Any

import streamlit as st

from dashboard.activity import service_rows
from dashboard.charts import timeline_chart
from dashboard.clock import users_zone
from dashboard.empty_states import show_no_result
from dashboard.escaping import code
from dashboard.event_list import show_events
from dashboard.facts import show_figures
from dashboard.filters import Extent, Filter, bucket_for
from dashboard.person_tables import (
    show_addresses,
    show_apis,
    show_credentials,
    show_streaming_sessions,
)
from dashboard.questions import Row, rows
from dashboard.tabs import show_tabs
from dashboard.ways import WAYS, WAYS_HELP
from dashboard.wording import RESULT_HELP, count_of, listed, service_label

API_LIMIT = 1_000
ROW_LIMIT = 2_000
TIMELINE_LIMIT = 5_000
TABS = ("APIs", "Streaming sessions", "Credentials", "Addresses", "Events")
TIMELINE_HELP = (
    "One mark per service, result and stretch of time; the bigger, the more calls. The grey fields "
    f"are the person's streaming sessions.\n\n{RESULT_HELP}"
)
DENIED_HELP = "Refused for want of a permission."


def show_person(person: str, chosen: Filter, known: Extent) -> None:
    """Show the page of a person."""
    st.title(code(person), anchor=False)
    parameters = chosen.parameters_of_person(person)
    ways = rows("person_totals", **parameters)
    stays = rows("streaming_session_list", **chosen.parameters(), limit=ROW_LIMIT)
    if not ways and not stays:
        show_no_result(
            "calls or streaming sessions of this person",
            chosen,
            known,
            "Choose a longer time range, or take out the other filters.",
            is_about_person=True,
        )
        return
    apis = rows("person_apis", **parameters, limit=API_LIMIT)
    _show_figures(ways, stays, apis)
    if ways:
        _show_timeline(chosen, known, parameters, stays, _bucket(ways))
    _show_tabs(parameters, stays, apis)


def _show_figures(ways: list[Row], stays: list[Row], apis: list[Row]) -> None:
    show_figures(
        (
            ("Calls", _sum(ways, "event_count"), "By whatever way they came."),
            ("Denied", _sum(ways, "denied_count"), DENIED_HELP),
            ("Streaming sessions", len(stays), "That were live at some time in the range."),
            ("Credentials", _sum(ways, "role_session_count"), "Sets of temporary credentials."),
            ("APIs", len(apis), None),
            ("Services", len({row["event_source"] for row in apis}), None),
        )
    )
    if not ways:
        st.caption("No call in this range; the person was there, but no call is theirs for sure.")
        return
    parts = [
        f"**{count_of(row['event_count'], 'call')}** by {WAYS[row['way']]}"
        + (f" ({row['denied_count']:,} denied)" if row["denied_count"] else "")
        for row in ways
    ]
    st.markdown("  ·  ".join(parts), help=WAYS_HELP)
    denied = [row["event_source"] for row in apis if row["denied_count"]]
    if denied:
        st.markdown(
            f":material/block: Denied in: {code(listed(map(service_label, {*denied}), 8) or '')}"
        )


def _sum(found: list[Row], name: str) -> int:
    return sum(row[name] for row in found)


def _bucket(ways: list[Row]) -> str:
    """Return the stretch of time for which a mark stands, by how long the calls go on."""
    first = min(row["first_event_at"] for row in ways)
    return bucket_for(max(row["last_event_at"] for row in ways) - first)


def _show_timeline(
    chosen: Filter, known: Extent, parameters: dict[str, Any], stays: list[Row], bucket: str
) -> None:
    st.subheader("Timeline (UTC)", anchor=False, help=TIMELINE_HELP)
    calls = rows("person_timeline", bucket=bucket, limit=TIMELINE_LIMIT, **parameters)
    if len(calls) == TIMELINE_LIMIT:
        st.caption(f"Cut to the newest {TIMELINE_LIMIT:,} marks.")
    fields = [
        {
            "from": max(stay["started_at"], chosen.since),
            "until": min(stay["ended_at"] or known.newest_at or chosen.until, chosen.until),
        }
        for stay in stays
    ]
    st.altair_chart(
        timeline_chart(service_rows(calls, WAYS, users_zone()), fields, f"{bucket} from", "way"),
        width="stretch",
        alt="Calls over time by service and result",
    )


def _show_tabs(parameters: dict[str, Any], stays: list[Row], apis: list[Row]) -> None:
    called, streamed, credentials, addresses, events = show_tabs(TABS)
    if called.open:
        with called:
            show_apis(apis)
    if streamed.open:
        with streamed:
            show_streaming_sessions(stays)
    if credentials.open:
        with credentials:
            show_credentials(rows("person_credentials", **parameters, limit=ROW_LIMIT))
    if addresses.open:
        with addresses:
            show_addresses(rows("person_addresses", **parameters, limit=ROW_LIMIT))
    if events.open:
        with events:
            show_events("person_events", parameters, apis, "person")

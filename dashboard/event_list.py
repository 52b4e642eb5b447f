"""A list of events: paged, latest first, narrowed by result and API, one whole on demand."""

from typing import Any

import streamlit as st

from analysis.confidence import method_in_words
from dashboard.address import on_change, read, read_one_of, write
from dashboard.chosen_row import table_with_choice
from dashboard.download_buttons import show_downloads
from dashboard.escaping import code
from dashboard.event_hours import Hours, credentials_in, start_of_newest
from dashboard.event_record import all_columns, as_json, attributed, recorded
from dashboard.evidence import show_evidence
from dashboard.palette import RESULT
from dashboard.questions import Row, rows, table
from dashboard.table_columns import (
    confidence_column,
    one,
    result_column,
    shown,
    text_column,
    time_column,
)
from dashboard.ways import WAYS, WAYS_HELP, way_of
from dashboard.wording import RESULT_HELP, api_label, count_of

PAGE_ROWS = 100
API = ("API", None, 200)
# What a list has between time and result, by its question.
OWN_COLUMNS: dict[str, dict[str, tuple[str, str | None, int]]] = {
    "api_events": {"caller": ("Caller", "The person, or else the workload's own name.", 210)},
    "person_events": {"api": API, "way": ("Came by", WAYS_HELP, 130)},
    "streaming_session_events": {"api": API},
}
DOWNLOAD_ROWS = 100_000
RESOURCE_HELP = "What the call was about: bucket and key, or the name or ARN that its record has."
AGENT_HELP = "Client software as it named itself. Whoever makes the call can write anything here."


def show_events(
    question: str, parameters: dict[str, object], apis: list[Row], file_name: str
) -> None:
    """Show the events that a saved question finds, and the one that the address names.

    `parameters` are those of the question, with the bounds `since` and `until`; `apis` has the
    calls by API (event_name) and result, from the roll-up. One API alone isn't chosen again.
    """
    if not apis:
        st.caption("No calls here.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        result = _choose("Result", "result", RESULT.domain, RESULT_HELP, 150)
        names = sorted({row["event_name"] for row in apis})
        api = _choose("API", "api", names, None, 280) if len(names) > 1 else names[0]
    wanted = {"result": result, "event_name": api}
    count = _count(apis, **wanted)
    if not count:
        st.caption("No event matches. Take out a filter.")
        return
    number = _page_number(-(-count // PAGE_ROWS))
    offset = (number - 1) * PAGE_ROWS
    hours = rows(f"{question.removesuffix('s')}_hours", **(parameters | wanted))
    asked = parameters | wanted | {"role_session_ids": credentials_in(hours)}
    events = _page_of_events(question, asked, hours, offset, min(PAGE_ROWS, count - offset))
    st.caption(
        f"{offset + 1:,} to {offset + len(events):,} of {count_of(count, 'event')}, latest first"
        "  ·  choose a row to see the whole event"
    )
    row = table_with_choice(
        "events", "Events, latest first", _columns(question, events), most_rows=10
    )
    if row is not None:
        write("event", events[row]["event_id"])
    show_record(parameters["since"], parameters["until"])
    show_downloads(
        f"{file_name}-events",
        lambda: table(question, **asked, limit=DOWNLOAD_ROWS, offset=0),
    )


def _page_of_events(
    question: str, asked: dict[str, Any], hours: Hours, offset: int, expected: int
) -> list[Row]:
    """Return a page of events, read from no earlier than need be."""
    start = start_of_newest(hours, asked["since"], asked["until"], offset + expected)
    newest = rows(question, **asked | {"since": start}, limit=PAGE_ROWS, offset=offset)
    if len(newest) >= expected or start == asked["since"]:
        return newest
    # Some of what the roll-up counted is no longer in the lake.
    return rows(question, **asked, limit=PAGE_ROWS, offset=offset)


def _choose(
    label: str, name: str, options: list[str], explained: str | None, width: int
) -> str | None:
    chosen = read_one_of(name, options)
    st.selectbox(
        label,
        options,
        index=options.index(chosen) if chosen else None,
        placeholder="All",
        help=explained,
        width=width,
        **on_change(name, lambda choice: choice or ""),
    )
    return chosen or None


def _count(apis: list[Row], result: str | None, event_name: str | None) -> int:
    return sum(
        row[f"{result or 'event'}_count"] for row in apis if event_name in (None, row["event_name"])
    )


def _page_number(pages: int) -> int:
    wanted = read("page", "1")
    number = min(int(wanted), pages) if wanted.isdecimal() and int(wanted) else 1
    if pages > 1:
        st.pagination(
            pages, default=number, **on_change("page", lambda page: "" if page == 1 else str(page))
        )
    return number


def resources_of(events: list[Row]) -> dict[str, str | None]:
    """Return what each of these events was about, by event id."""
    if not events:
        return {}
    times = [event["event_time"] for event in events]
    found = rows(
        "event_resources",
        event_ids=tuple(event["event_id"] for event in events),
        since=min(times),
        until=max(times),
    )
    return {row["event_id"]: row["resource"] for row in found}


def _listed(row: Row) -> Row:
    """Return an event with the words that the table shows."""
    method = row["attribution_method"]
    return row | {
        "api": api_label(row["event_source"], row["event_name"]),
        "result": one(row["result"]),
        "confidence": one(row["session_confidence"]),
        "method": method_in_words(method) if method else None,
        "way": WAYS[way_of(row.get("workload_kind"))],
    }


def _columns(question: str, events: list[Row]) -> dict[str, Any]:
    resources = resources_of(events)
    listing = [_listed(row) | {"resource": resources.get(row["event_id"])} for row in events]
    return shown(
        listing,
        event_time=time_column("Time"),
        **{name: text_column(*shows) for name, shows in OWN_COLUMNS[question].items()},
        result=result_column(80),
        resource=text_column("Resource", RESOURCE_HELP, 260),
        error_code=text_column("Error", None, 120),
        confidence=confidence_column(90),
        source_ip_address=text_column("Address", None, 110),
        vpc_endpoint_id=text_column("VPC endpoint", None, 180),
        aws_region=text_column("Region", None, 100),
        access_key_id=text_column("Credentials", None, 180),
        method=text_column("Method", None, 300),
        user_agent=text_column("Client", AGENT_HELP, 300),
        event_id=text_column("Event id", None, 290),
    )


def show_record(since: object, until: object) -> None:
    """Show the whole of the event that the address names, if it is between these times."""
    event_id = read("event")
    if not event_id:
        return
    found = rows("event_record", event_id=event_id, since=since, until=until)
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**Event** {code(event_id)}", width="stretch")
            st.button("Close", icon=":material/close:", type="tertiary", on_click=_close)
        if not found:
            st.caption("This event is not in the lake, or not in this range of time.")
            return
        _show_columns(found[0])


def _show_columns(row: Row) -> None:
    event, attribution, columns = st.tabs(["As recorded", "Who made it, and why", "All columns"])
    event.code(as_json(recorded(row)), language="json", wrap_lines=True, height=420)
    with attribution:
        show_evidence(row["event_id"])
        st.code(as_json(attributed(row)), language="json", wrap_lines=True)
    columns.code(as_json(all_columns(row)), language="json", wrap_lines=True, height=420)


def _close() -> None:
    write("event", "")

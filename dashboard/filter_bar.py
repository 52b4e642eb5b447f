"""The row of filters above every page."""

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from dashboard.address import GLOBAL, on_change, read, read_one_of, widget_key
from dashboard.filters import (
    CUSTOM,
    DEFAULT_RANGE,
    RANGES,
    Extent,
    Filter,
    end_of_hour,
    ends_of,
    parsed_time,
    start_of_hour,
    time_range,
)
from dashboard.questions import rows

RANGE_HELP = (
    "Counted back from the newest the lake holds, not from now: CloudTrail delivers late, and the "
    "lake may hold the logs of a past incident. Ranges are full hours, as calls are counted by the "
    "hour. All times are UTC."
)
ACCOUNT_HELP = "Calls: the account that logged them. Streaming sessions: the account of the fleet."
REGION_HELP = "Calls: the region that was called. Streaming sessions: the region of the fleet."
FLEET_HELP = "An AppStream fleet: streaming instances that share one image and one IAM role."
PERSON_HELP = "The user id that AppStream signed in."


def show_filter_bar(extent: Extent) -> Filter | None:
    """Show the filters and return what they say, or None (and say so) if the range is empty."""
    choices = rows("filter_choices")
    with st.container(horizontal=True, vertical_alignment="bottom", key="filter_bar"):
        preset = read_one_of("range", RANGES, DEFAULT_RANGE)
        bounds = time_range(preset, read("from"), read("to"), extent)
        _choose_range(preset, bounds)
        if preset == CUSTOM:
            oldest, newest = ends_of(extent)
            _choose_hour("From (UTC, full hours)", "from", oldest, start_of_hour)
            _choose_hour("Until (UTC, full hours)", "to", newest, end_of_hour)
        for label, name, explained in (
            ("Account", "account", ACCOUNT_HELP),
            ("Region", "region", REGION_HELP),
            ("Fleet", "fleet", FLEET_HELP),
            ("Person", "person", PERSON_HELP),
        ):
            known = [row["choice"] for row in choices if row["field"] == name]
            _choose_one(label, name, known, explained)
        st.button(
            "Clear",
            icon=":material/filter_alt_off:",
            help="Take all filters out",
            type="tertiary",
            disabled=not any(read(name) for name in GLOBAL),
            on_click=_clear,
        )
    if bounds is None:
        st.warning("The range ends before it starts. Choose an earlier start or a later end.")
        return None
    return Filter(
        *bounds,
        account_id=read("account") or None,
        region=read("region") or None,
        fleet_name=read("fleet") or None,
        user_id=read("person") or None,
    )


def _choose_range(preset: str, shown: tuple[datetime, datetime] | None) -> None:
    def bounds(choice: str) -> dict[str, str]:
        """Return the bounds that a custom range starts from: those shown before it was chosen."""
        if choice != CUSTOM or shown is None:
            return {}
        return {"from": _as_text(shown[0]), "to": _as_text(shown[1])}

    st.selectbox(
        "Time range",
        RANGES,
        index=RANGES.index(preset),
        help=RANGE_HELP,
        width=150,
        **on_change("range", lambda choice: "" if choice == DEFAULT_RANGE else choice, bounds),
    )


def _choose_hour(
    label: str,
    name: str,
    otherwise: datetime,
    full_hour: Callable[[datetime], datetime],
) -> None:
    start = full_hour(parsed_time(read(name)) or otherwise)
    st.datetime_input(
        label,
        value=start.replace(tzinfo=None),
        format="YYYY-MM-DD",
        step=3600,
        width=220,
        **on_change(
            name, lambda time: _as_text(full_hour(time.replace(tzinfo=UTC))) if time else ""
        ),
    )


def _as_text(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M}"


def _choose_one(label: str, name: str, known: list[str], explained: str) -> None:
    chosen = read(name)
    # A link can name what this lake doesn't know; it is shown all the same, and finds nothing.
    options = known if not chosen or chosen in known else [chosen, *known]
    st.selectbox(
        label,
        options,
        index=options.index(chosen) if chosen else None,
        placeholder="All",
        help=explained,
        width=200,
        **on_change(name, lambda choice: choice or ""),
    )


def _clear() -> None:
    for name in GLOBAL:
        st.session_state.pop(widget_key(name), None)
        st.query_params.pop(name, None)

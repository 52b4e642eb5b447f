"""Tables in which a row can be chosen."""

from typing import Any

import streamlit as st

ROW_HEIGHT = 35  # Streamlit's own
BORDERS = 3


def height_of(rows: int, most: int) -> int:
    """Return the height in pixels of a table of so many rows that shows `most` at once."""
    return (min(rows, most) + 1) * ROW_HEIGHT + BORDERS


def table_with_choice(
    name: str, label: str, arguments: dict[str, Any], most_rows: int
) -> int | None:
    """Show a table and return the position of the row that was chosen just now, if one was.

    It scrolls if it has more than `most_rows`. A choice is an event, not a state: the table is made
    anew after it, so that coming back to the page doesn't choose again.
    """
    choices = st.session_state.setdefault(f"{name}_choices", 0)
    state = st.dataframe(
        **arguments,
        alt=label,
        height=height_of(len(arguments["data"]), most_rows),
        key=f"{name}_{choices}",
        on_select="rerun",
        selection_mode="single-row",
    )
    rows: list[int] = state["selection"]["rows"]
    if not rows:
        return None
    st.session_state[f"{name}_choices"] = choices + 1
    return rows[0]

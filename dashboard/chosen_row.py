"""Tables in which a row can be chosen."""

from typing import Any, Literal

import streamlit as st


def table_with_choice(
    name: str, label: str, arguments: dict[str, Any], height: int | Literal["auto"] = "auto"
) -> int | None:
    """Show a table and return the position of the row that was chosen just now, if one was.

    A choice is an event, not a state: the table is made anew after it, so that coming back to the
    page doesn't choose again.
    """
    choices = st.session_state.setdefault(f"{name}_choices", 0)
    state = st.dataframe(
        **arguments,
        alt=label,
        height=height,
        key=f"{name}_{choices}",
        on_select="rerun",
        selection_mode="single-row",
    )
    rows: list[int] = state["selection"]["rows"]
    if not rows:
        return None
    st.session_state[f"{name}_choices"] = choices + 1
    return rows[0]

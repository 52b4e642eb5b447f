"""Tabs of a page, of which the address says which one is open."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.address import read_one_of, write

if TYPE_CHECKING:
    from streamlit.elements.lib.mutable_tab_container import TabContainer


def show_tabs(names: Sequence[str]) -> "Sequence[TabContainer]":
    """Show tabs of these names and return them, the one open that the address has as `tab`.

    Pages with other tabs have other keys: what was open on one page says nothing about the next.
    """
    key = f"tab of {', '.join(names)}"
    st.session_state[key] = read_one_of("tab", names, names[0])

    def changed() -> None:
        name = st.session_state[key]
        write("tab", "" if name == names[0] else name)

    return st.tabs(names, key=key, on_change=changed)

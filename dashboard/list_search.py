"""What narrows a page's list, beside the filters of all pages: a search, and kinds of rows."""

import streamlit as st

from dashboard.address import on_change, read


def choose_search(placeholder: str, explained: str) -> None:
    """Show the box that searches a list; the address has what it says as `search`."""
    st.text_input(
        "Search",
        value=read("search"),
        placeholder=placeholder,
        help=explained,
        width=300,
        **on_change("search", str.strip),
    )


def choose_only(only: dict[str, str], explained: str) -> None:
    """Show the choice of kinds of rows; the address has the one that is chosen as `only`."""
    labels = {value: label for label, value in only.items()}
    st.pills(
        "Only those",
        list(only),
        default=labels.get(read("only")),
        help=explained,
        **on_change("only", lambda label: only.get(label, "")),
    )

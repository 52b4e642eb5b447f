"""Facts and figures at the head of a page about one thing."""

from collections.abc import Iterable

import streamlit as st

from dashboard.escaping import DASH, code

Fact = tuple[str, str | None, str | None]
Figure = tuple[str, int | str | None, str | None]


def show_facts(facts: Iterable[Fact], columns: int = 3) -> None:
    """Show facts in a grid: label, value (from a log, shown as code) and explanation of each."""
    grid = st.grid(columns, min_column_width=230)
    for label, value, explained in facts:
        shown = code(value) if value else DASH
        grid.markdown(f":small[:gray[{label}]]  \n{shown}", help=explained)


def show_figures(figures: Iterable[Figure]) -> None:
    """Show figures in a row of cards: label, number and explanation of each."""
    listed = list(figures)
    grid = st.grid(len(listed), min_column_width=120, border=True)
    for label, value, explained in listed:
        grid.metric(label, value, help=explained, format="localized")

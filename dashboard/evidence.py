"""The chain of evidence behind a streaming session or an event, in words."""

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.escaping import visible
from dashboard.questions import explanation
from dashboard.wording import count_of

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

LINE_CHARACTERS = 1_000
LINES_OPEN = 8


def show_evidence(subject: str, *, framed: bool = False) -> None:
    """Show why a claim is made, link by link; with a frame that can be closed, or without."""
    found = explanation(subject)
    if found is None:
        st.caption("No evidence is on record.")
        return
    lines = [visible(line, LINE_CHARACTERS) for line in found.lines]
    frame: DeltaGenerator
    if framed:
        frame = st.expander(
            f"Why we say so: {count_of(len(lines), 'link')} of evidence",
            expanded=len(lines) <= LINES_OPEN,
            icon=":material/link:",
        )
    else:
        frame = st.container()
        frame.text(visible(found.headline, LINE_CHARACTERS))
    links = frame.container(gap="xsmall")
    for number, line in enumerate(lines, start=1):
        links.text(f"{number}.  {line}")

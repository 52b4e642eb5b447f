"""An open page learns that the lake has changed, and shows what is new without being asked."""

from datetime import timedelta

import streamlit as st

from dashboard.questions import LakeUnavailableError, version

LOOKED_EVERY = timedelta(seconds=10)
SEEN = "lake version"


def watch_for_news() -> None:
    """Look again and again whether the lake has changed, and run the page anew when it has."""
    try:
        st.session_state[SEEN] = version()
    except LakeUnavailableError:
        return
    _look()


@st.fragment(run_every=LOOKED_EVERY)
def _look() -> None:
    try:
        has_news = version() != st.session_state.get(SEEN)
    except LakeUnavailableError:
        return  # the next run of the page says what is wrong
    if has_news:
        st.toast("New data has come in.", icon=":material/update:")
        st.rerun(scope="app")

"""The pages and their addresses, in the order of the menu. Links between pages are made here.

Streamlit needs a page object anew in each run; the pages themselves are loaded when they are shown.
"""

from collections.abc import Mapping

import streamlit as st

from dashboard.address import GLOBAL, LIST, kept


def overview() -> st.Page:
    """Return the page that the dashboard opens with."""
    return st.Page(_overview, title="Overview", icon=":material/space_dashboard:", default=True)


def streaming_sessions() -> st.Page:
    """Return the page that lists streaming sessions."""
    return st.Page(
        _streaming_sessions,
        title="Streaming sessions",
        icon=":material/desktop_windows:",
        url_path="streaming-sessions",
    )


def streaming_session() -> st.Page:
    """Return the page of one streaming session; it is reached by choosing one, not by the menu."""
    return st.Page(
        _streaming_session,
        title="Streaming session",
        icon=":material/desktop_windows:",
        url_path="streaming-session",
        visibility="hidden",
    )


def menu() -> tuple[st.Page, ...]:
    """Return the pages that the menu shows."""
    return (overview(), streaming_sessions())


def open_streaming_session(streaming_session_id: str) -> None:
    """Go to the page of a streaming session; Back returns to the list as it was."""
    st.switch_page(
        streaming_session(), query_params={**kept(*GLOBAL, *LIST), "id": streaming_session_id}
    )


def link(page: st.Page, label: str, **changes: str) -> None:
    """Show a link to a page: the filters stay as they are but for the changes.

    A change to an empty text takes a filter out. Values are handed on in the address, never in
    the label.
    """
    st.page_link(
        page,
        label=label,
        icon=":material/arrow_forward:",
        icon_position="right",
        query_params=_without_empty(kept(*GLOBAL) | changes),
    )


def go_to(page: st.Page, **changes: str) -> None:
    """Go to a page: the filters stay as they are but for the changes, as in `link`."""
    st.switch_page(page, query_params=_without_empty(kept(*GLOBAL) | changes))


def _without_empty(parameters: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in parameters.items() if value}


def _overview() -> None:
    from dashboard.overview_page import show

    show()


def _streaming_sessions() -> None:
    from dashboard.streaming_sessions_page import show

    show()


def _streaming_session() -> None:
    from dashboard.streaming_session_page import show

    show()

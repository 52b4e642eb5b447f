"""The pages and their addresses, in the order of the menu. Links between pages are made here.

Streamlit needs a page object anew in each run; the pages themselves are loaded when they are shown.
"""

from collections.abc import Callable, Mapping
from importlib import import_module

import streamlit as st

from dashboard.address import GLOBAL, LIST, kept

# Title, icon and address of each page of the menu, by the module that shows it.
MENU = {
    "overview_page": ("Overview", "space_dashboard", ""),
    "streaming_sessions_page": ("Streaming sessions", "desktop_windows", "streaming-sessions"),
    "people_page": ("People", "group", "people"),
    "apis_page": ("APIs", "api", "apis"),
    "roles_page": ("Roles and fleets", "account_tree", "roles"),
    "credentials_page": ("Credentials", "key", "credentials"),
    "endpoints_page": ("VPC endpoints", "lan", "endpoints"),
    "findings_page": ("Findings", "flag", "findings"),
    "ask_page": ("Ask", "terminal", "ask"),
    "health_page": ("Health", "monitor_heart", "health"),
}
ONE_STREAMING_SESSION = "streaming-session"


def addresses() -> tuple[str, ...]:
    """Return the address of every page, of those too that the menu doesn't show."""
    return (*(address for _, _, address in MENU.values()), ONE_STREAMING_SESSION)


def menu() -> tuple[st.Page, ...]:
    """Return the pages that the menu shows."""
    return tuple(_page(module) for module in MENU)


def overview() -> st.Page:
    """Return the page that the dashboard opens with."""
    return _page("overview_page")


def streaming_sessions() -> st.Page:
    """Return the page that lists streaming sessions."""
    return _page("streaming_sessions_page")


def people() -> st.Page:
    """Return the page of people: all of them, or the one that the filter names."""
    return _page("people_page")


def apis() -> st.Page:
    """Return the page of APIs: all of them, or the one that the address names."""
    return _page("apis_page")


def roles() -> st.Page:
    """Return the page of roles and fleets."""
    return _page("roles_page")


def credentials() -> st.Page:
    """Return the page of credentials: all of them, or the one that the address names."""
    return _page("credentials_page")


def endpoints() -> st.Page:
    """Return the page of VPC endpoints."""
    return _page("endpoints_page")


def findings() -> st.Page:
    """Return the page of findings: all of them, or the one that the address names."""
    return _page("findings_page")


def health() -> st.Page:
    """Return the page about the lake itself."""
    return _page("health_page")


def streaming_session() -> st.Page:
    """Return the page of one streaming session; it is reached by choosing one, not by the menu."""
    return st.Page(
        _shows("streaming_session_page"),
        title="Streaming session",
        icon=":material/desktop_windows:",
        url_path=ONE_STREAMING_SESSION,
        visibility="hidden",
    )


def open_streaming_session(streaming_session_id: str, *also_kept: str) -> None:
    """Go to the page of a streaming session; Back returns to where it was chosen.

    The filters are handed on, and what else of the address is `also_kept`: how a list is narrowed.
    """
    st.switch_page(
        streaming_session(), query_params={**kept(*GLOBAL, *also_kept), "id": streaming_session_id}
    )


def open_person(person: str) -> None:
    """Go to all that a person did; Back returns to where it was chosen."""
    go_to(people(), person=person)


def open_credentials(role_session_id: str) -> None:
    """Go to the life of a set of credentials; Back returns to where it was chosen."""
    go_to(credentials(), id=role_session_id)


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


def link_back(page: st.Page, label: str, **changes: str) -> None:
    """Show a link to the list that a page about one thing belongs to."""
    st.page_link(
        page,
        label=label,
        icon=":material/arrow_back:",
        query_params=_without_empty(kept(*GLOBAL, *LIST) | changes),
    )


def go_to(page: st.Page, **changes: str) -> None:
    """Go to a page: the filters stay as they are but for the changes, as in `link`."""
    st.switch_page(page, query_params=_without_empty(kept(*GLOBAL) | changes))


def _without_empty(parameters: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in parameters.items() if value}


def _page(module: str) -> st.Page:
    title, icon, address = MENU[module]
    return st.Page(
        _shows(module),
        title=title,
        icon=f":material/{icon}:",
        url_path=address or None,
        default=not address,
    )


def _shows(module: str) -> Callable[[], None]:
    """Return a function that loads the module and shows its page."""

    def show() -> None:
        import_module(f"dashboard.{module}").show()

    show.__name__ = module  # Streamlit tells pages apart by it
    return show

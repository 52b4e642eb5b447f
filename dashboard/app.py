"""The dashboard: `roletrail dashboard`, or `streamlit run --server.address localhost` of this file.

It shows the lake that ROLETRAIL_LAKE names, and only reads.
"""

from pathlib import Path

import streamlit as st

from analysis import AnalysisError
from dashboard import pages
from dashboard.address import GLOBAL, kept
from dashboard.empty_states import show_no_events, show_no_lake, show_nothing_attributed
from dashboard.entrance import is_open, show_who_is_signed_in
from dashboard.escaping import code
from dashboard.news import watch_for_news
from dashboard.one_step_back import keep_one_step_back
from dashboard.questions import LakeUnavailableError, extent, open_lake_for_reading
from dashboard.wording import moment

# A file of ours: Streamlit would fetch an icon of its own set from the internet.
ICON = str(Path(__file__).with_name("icon.svg"))
# Less white around the pages, and the sidebar's head no higher than it needs.
STYLE = """<style>
[data-testid="stMainBlockContainer"] { padding: 2.6rem 2.5rem 4rem; max-width: 1700px; }
[data-testid="stSidebarHeader"] { height: 2.2rem; padding-block: 0; margin-bottom: 0; }
/* While a tab's content is made anew the page keeps its height, and so its place on the screen. */
[data-testid="stTabs"] [role="tabpanel"] { min-height: 80vh; }
@media (max-width: 800px) { [data-testid="stMainBlockContainer"] { padding-inline: 1rem; } }
</style>"""


def show_dashboard() -> None:
    """Show the page that the address names, or why there is nothing to show."""
    st.set_page_config(
        page_title="roletrail", page_icon=ICON, layout="wide", initial_sidebar_state=260
    )
    st.html(STYLE)
    keep_one_step_back()
    if not is_open():
        return
    page = st.navigation([*pages.menu(), pages.streaming_session()], position="hidden")
    with st.sidebar:
        st.markdown("### :material/conversion_path: roletrail")
        for entry in pages.menu():
            st.page_link(entry, query_params=kept(*GLOBAL), width="stretch")
    show_who_is_signed_in()
    try:
        _show(page)
    except (AnalysisError, LakeUnavailableError) as error:
        show_no_lake(str(error))


def _show(page: st.Page) -> None:
    location = open_lake_for_reading().answers.lake.location
    known = extent()
    if not known.event_count:
        show_no_events(location)
        return
    if not known.rolled_up_count:
        show_nothing_attributed(known)
        return
    st.sidebar.caption(
        f"Lake {code(location)}  \nNewest event:  \n{moment(known.newest_event_at)} UTC  \n"
        "All times are UTC."
    )
    watch_for_news()
    page.run()


show_dashboard()

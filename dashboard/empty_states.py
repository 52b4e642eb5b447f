"""What a page shows when there is nothing to show: why, and what to do next."""

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import pages
from dashboard.escaping import code, visible
from dashboard.filters import Extent, Filter
from dashboard.wording import count_of, moment, stretch

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

INGEST = "roletrail ingest s3://YOUR-TRAIL-BUCKET/AWSLogs/\nroletrail attribute"
DEMO = "roletrail demo"


def show_no_lake(message: str) -> None:
    """Say that there is no lake here, or why it cannot be opened."""
    with _frame(":material/folder_off:", "The lake can't be read"):
        st.text(visible(message))
        st.markdown(
            "A lake is the folder that `roletrail ingest` writes. The dashboard reads the one that "
            "`--lake` or `ROLETRAIL_LAKE` names, else `./roletrail-lake`."
        )
        st.markdown("To try it on sample logs:")
        st.code(DEMO, language="shell")


def show_no_events(location: str) -> None:
    """Say that the lake has no events yet, and how they get there."""
    with _frame(":material/inbox:", "No events yet"):
        st.markdown(f"The lake {code(location)} is there, but nothing has been ingested into it.")
        st.markdown("Read a trail's bucket, or a folder of its files, and attribute the calls:")
        st.code(INGEST, language="shell")
        st.markdown("Session reports and `roletrail ingest inventory` make the answers surer.")


def show_nothing_attributed(extent: Extent) -> None:
    """Say that events are there but attribution hasn't run."""
    with _frame(":material/hourglass_empty:", "Nothing attributed yet"):
        events = count_of(extent.event_count, "event")
        st.markdown(
            f"The lake holds {events}, but who made the calls has not been worked out. "
            "Every page reads what this command writes:"
        )
        st.code("roletrail attribute", language="shell")


def show_no_result(
    things: str, chosen: Filter, extent: Extent, advice: str = "", *, is_about_person: bool = False
) -> None:
    """Say that nothing matches: what was looked at, and what the newest event is.

    Where a person is chosen, a link leads to all that they did, unless this is about that already.
    """
    narrowed = [
        f"{label} {code(value)}"
        for label, value in (
            ("account", chosen.account_id),
            ("region", chosen.region),
            ("fleet", chosen.fleet_name),
            ("person", chosen.user_id),
        )
        if value
    ]
    looked_at = ", ".join([f"{stretch(chosen.since, chosen.until)} UTC", *narrowed])
    with _frame(":material/search_off:", f"No {things} match"):
        st.markdown(
            f"Looked at {looked_at}.  \n"
            f"The newest event in this lake is of {moment(extent.newest_event_at)} UTC. CloudTrail "
            "delivers late, and AppStream reports a streaming session up to a day after its end."
        )
        if advice:
            st.markdown(advice)
        if chosen.user_id and not is_about_person:
            pages.link(pages.people(), "All that this person did, by whatever way")


def show_unknown_streaming_session(streaming_session_id: str) -> None:
    """Say that the address names a streaming session that the lake doesn't know."""
    with _frame(":material/search_off:", "This streaming session is not in the lake"):
        st.markdown(
            f"Nothing is known of {code(streaming_session_id)}. It may come with a later session "
            "report: AppStream writes them up to a day after a streaming session has ended."
        )


def show_unknown(thing: str, identity: str, reason: str) -> None:
    """Say that the address names something that the lake doesn't know, and why that can be."""
    with _frame(":material/search_off:", f"This {thing} is not in the lake"):
        st.markdown(f"Nothing is known of {code(identity)}. {reason}")


def _frame(icon: str, headline: str) -> "DeltaGenerator":
    frame = st.container(border=True)
    frame.subheader(f"{icon} {headline}", anchor=False)
    return frame

"""The page of one streaming session: who, where and when, on what evidence, and every call."""

import streamlit as st

from dashboard import pages
from dashboard.activity import timeline_rows
from dashboard.address import GLOBAL, LIST, kept, read
from dashboard.charts import timeline_chart
from dashboard.clock import users_zone, zone_note
from dashboard.empty_states import show_unknown_streaming_session
from dashboard.escaping import DASH, code
from dashboard.event_hours import credentials_in
from dashboard.event_list import show_events
from dashboard.evidence import show_evidence
from dashboard.facts import show_facts, show_figures
from dashboard.questions import Row, extent, rows
from dashboard.stays import Stay, person_of, stay_of
from dashboard.streaming_session_tables import show_apis, show_credentials, show_endpoints
from dashboard.tabs import show_tabs
from dashboard.wording import (
    CALLS_HELP,
    CONFIDENCE_MEANING,
    RESULT_HELP,
    RUNNING_HELP,
    duration,
    moment,
    stretch,
)

TIMELINE_LIMIT = 3_000
SHARED_HELP = (
    "The fleet lets several people share an instance: one address and one credential. Calls are "
    "counted here only where one person was alone on it; others have candidates and no name."
)
TIMELINE_HELP = (
    "One mark per minute, API and result, at the first of its calls; the bigger, the more. The "
    "grey field is the streaming session from start to end. Calls outside it were made while the "
    f"instance started or finished.\n\n{RESULT_HELP}"
)
WEAK_HELP = (
    "Calls that may have been made in it, but in another just as well; they are not among Calls. "
    f"{CONFIDENCE_MEANING['weak']} See below: Credentials."
)
WHOLE = "This is the whole streaming session: the time range and the filters don't narrow it."
ROLE_HELP = "The IAM role that the fleet's instances carried when it started."
METHOD_HELP = "AppStream names people as the stack signs them in: SAML, user pool or custom."
TABS = ("APIs", "Events", "Credentials", "Endpoints")


def show() -> None:
    """Show the page."""
    st.page_link(
        pages.streaming_sessions(),
        label="All streaming sessions",
        icon=":material/arrow_back:",
        query_params=kept(*GLOBAL, *LIST),
    )
    streaming_session_id = read("id")
    found = rows("streaming_session", streaming_session_id=streaming_session_id)
    if not found:
        show_unknown_streaming_session(streaming_session_id)
        return
    row = found[0]
    stay = stay_of(row, extent())
    _show_header(row, stay)
    if kept(*GLOBAL):
        st.caption(WHOLE)
    perhaps = rows("streaming_session_candidates", streaming_session_id=streaming_session_id)
    _show_figures(row, sum(candidate["event_count"] for candidate in perhaps))
    show_evidence(streaming_session_id, framed=True)
    _show_timeline(stay)
    _show_tabs(stay, perhaps)


def _show_header(row: Row, stay: Stay) -> None:
    st.title(code(person_of(row)), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        if stay.is_running:
            st.badge("running", icon=":material/play_circle:", color="green", help=RUNNING_HELP)
        else:
            st.badge("ended", icon=":material/stop_circle:", color="gray")
        if row["is_multisession"]:
            st.badge("shared instance", icon=":material/group:", color="orange", help=SHARED_HELP)
        st.caption(f"Streaming session {code(stay.streaming_session_id)}")
    lived = (
        f"{moment(stay.started_at)} {DASH} running"
        if stay.is_running
        else stretch(stay.started_at, stay.ended_at)
    )
    facts = (
        ("Fleet", row["fleet_name"], None),
        ("Stack", row["stack_name"], None),
        ("Account, region", _joined(row["account_id"], row["region"]), None),
        ("From, until (UTC)", lived, _lived_help(stay)),
        ("Lasted", duration(stay.until - stay.started_at), None),
        ("Signed in by", row["authentication_type"], METHOD_HELP),
        ("Address, VPC", _joined(row["eni_private_ip_address"], row["vpc_id"]), None),
        ("Instance", row["instance_id"], None),
        ("Role of the fleet", _role_name(row["issuing_role_arn"]), ROLE_HELP),
    )
    show_facts(facts)


def _lived_help(stay: Stay) -> str:
    note = zone_note(stay.started_at, stay.ended_at)
    return f"{note}\n\n{RUNNING_HELP}" if note else RUNNING_HELP


def _role_name(role_arn: str | None) -> str | None:
    return None if role_arn is None else role_arn.rpartition(":role/")[2]


def _joined(*values: str | None) -> str | None:
    return ", ".join(value for value in values if value) or None


def _show_figures(row: Row, perhaps: int) -> None:
    counts = {
        name: row[f"{name}_count"] or 0 for name in ("certain", "strong", "weak", "error", "denied")
    }
    figures = (
        (
            "Calls",
            counts["certain"] + counts["strong"],
            f"Certain and strong ones together. {CALLS_HELP}",
        ),
        ("Of them certain", counts["certain"], CONFIDENCE_MEANING["certain"]),
        ("Of them strong", counts["strong"], CONFIDENCE_MEANING["strong"]),
        ("Denied", counts["denied"], "Of the calls, refused for want of a permission."),
        ("Other errors", counts["error"], "Of the calls, those that failed for another reason."),
        ("Besides, weak", counts["weak"] + perhaps, WEAK_HELP),
    )
    show_figures(figures)


def _show_timeline(stay: Stay) -> None:
    st.subheader("Timeline (UTC)", anchor=False, help=TIMELINE_HELP)
    hours = rows("streaming_session_event_hours", **stay.parameters())
    calls = rows(
        "streaming_session_timeline",
        limit=TIMELINE_LIMIT,
        role_session_ids=credentials_in(hours),
        **stay.parameters(),
    )
    if not calls:
        st.caption("No call is attributed to this streaming session.")
        return
    if len(calls) == TIMELINE_LIMIT:
        st.caption(f"Cut to the newest {TIMELINE_LIMIT:,} marks. The events below are complete.")
    end = stay.until if stay.is_running else stay.ended_at or stay.until
    st.altair_chart(
        timeline_chart(
            timeline_rows(calls, users_zone()), [{"from": stay.started_at, "until": end}]
        ),
        width="stretch",
        alt="Calls over time by API and result",
    )


def _show_tabs(stay: Stay, perhaps: list[Row]) -> None:
    apis, events, credentials, endpoints = show_tabs(TABS)
    if apis.open:
        with apis:
            show_apis(rows("streaming_session_apis", **stay.parameters()))
    if events.open:
        with events:
            show_events(
                "streaming_session_events",
                stay.parameters(),
                rows("streaming_session_apis", **stay.parameters()),
                f"streaming-session-{stay.streaming_session_id[:8]}",
            )
    if credentials.open:
        with credentials:
            show_credentials(rows("streaming_session_credentials", **stay.parameters()), perhaps)
    if endpoints.open:
        with endpoints:
            show_endpoints(rows("streaming_session_endpoints", **stay.parameters()))

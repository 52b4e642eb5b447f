"""One finding: what was seen, what to do about it, and the events that it rests on."""

from datetime import timedelta
from typing import Literal

import streamlit as st

from analysis.findings.rules import built_in_rules
from dashboard import pages
from dashboard.address import write
from dashboard.chosen_row import table_with_choice
from dashboard.clock import zone_note
from dashboard.empty_states import show_unknown
from dashboard.escaping import code, visible
from dashboard.event_list import RESOURCE_HELP, resources_of, show_record
from dashboard.facts import show_facts
from dashboard.palette import NOT_ATTRIBUTABLE, SEVERITY
from dashboard.questions import Row, rows
from dashboard.table_columns import (
    confidence_column,
    one,
    result_column,
    shown,
    text_column,
    time_column,
)
from dashboard.wording import api_label, count_of, listed, stretch

TEXT = 3_000
REFERENCE = 500
MOST_REFERENCES = 6
ONE_SECOND = timedelta(seconds=1)
BADGES: dict[str, Literal["red", "orange", "yellow", "blue", "gray"]] = {
    "critical": "red",
    "high": "orange",
    "medium": "yellow",
    "low": "blue",
    "info": "gray",
}
EVIDENCE_HELP = "The first and the last of the events that make it up, at most 20."


def show_finding(finding_id: str) -> None:
    """Show the page of a finding."""
    found = rows("finding_by_id", finding_id=finding_id)
    if not found:
        show_unknown("finding", finding_id, "Later evidence may have cleared it.")
        return
    row = found[0]
    st.title(code(row["title"] or ""), anchor=False)
    if row["severity"] in SEVERITY.colours:
        st.badge(row["severity"], icon=":material/flag:", color=BADGES[row["severity"]])
    st.text(visible(row["explanation"] or "", TEXT))
    with st.container(border=True):
        st.markdown("**What to do**")
        st.text(visible(row["remedy"] or "", TEXT))
    _show_facts(row)
    events = _events_of(row)
    _show_ways_on(row, events)
    _show_evidence(row, events)


def _show_facts(row: Row) -> None:
    show_facts(
        (
            ("About", row["subject"], None),
            ("People", listed(row["user_ids"], 6), "Named with certain or strong confidence."),
            ("Candidates", listed(row["candidate_user_ids"], 6), "Where nobody is named."),
            ("Other callers", listed(row["callers"], 6), None),
            ("Fleets", listed(row["fleet_names"], 6), None),
            ("Account, region", listed([row["account_id"], row["region"]]), None),
            (
                "First and last seen (UTC)",
                stretch(row["first_seen_at"], row["last_seen_at"]),
                zone_note(row["first_seen_at"], row["last_seen_at"]),
            ),
            ("ATT&CK", listed(row["attack_tags"], 8), "Techniques of attackers that it fits."),
            ("Rule", row["rule"], None),
        )
    )
    _show_references(row)


def _show_references(row: Row) -> None:
    """Show what to read; only addresses that our own rules have are links, a lake can say any."""
    ours = {uri for rule in built_in_rules() for uri in rule.reference_uris}
    lines = [
        f"- <{uri}>" if uri in ours else f"- {code(uri, REFERENCE)}"
        for uri in (row["reference_uris"] or ())[:MOST_REFERENCES]
    ]
    if lines:
        st.markdown("\n".join([":small[:gray[Read on]]\n", *lines]))


def _show_ways_on(row: Row, events: list[Row]) -> None:
    with st.container(horizontal=True):
        key = key_in(row["subject"], events)
        if key:
            pages.link(pages.credentials(), "The credentials it is about", id=key)
        for person, label in first_of(row).items():
            pages.link(pages.people(), label, person=person)
        if row["fleet_names"]:
            pages.link(pages.roles(), "Role and fleet", fleet=row["fleet_names"][0])


def first_of(row: Row) -> dict[str, str]:
    """Return the first person named, else the first candidate, and the label of a link there."""
    for names, label in (("user_ids", "person"), ("candidate_user_ids", "candidate")):
        if row[names]:
            return {row[names][0]: f"What the first {label} did"}
    return {}


def key_in(subject: str | None, events: list[Row]) -> str | None:
    """Return the role session id that the subject names, or the only one of the events, or None."""
    known = sorted({event["role_session_id"] for event in events} - {None})
    named = [key for key in known if key in (subject or "").split()]
    if named:
        return str(named[0])
    return known[0] if len(known) == 1 else None


def _events_of(row: Row) -> list[Row]:
    if not row["evidence_event_ids"]:
        return []
    bounds = {"since": row["first_seen_at"], "until": row["last_seen_at"]}
    return rows("finding_events", event_ids=tuple(row["evidence_event_ids"]), **bounds)


def _show_evidence(row: Row, events: list[Row]) -> None:
    st.subheader("Evidence", anchor=False, help=EVIDENCE_HELP)
    if not row["evidence_event_ids"]:
        st.caption("It rests on no event, but on what inventory or the ledger of log files says.")
        return
    if not events:
        st.caption("The events that it rests on are no longer in the lake.")
        return
    of_all = f" of {count_of(row['event_count'], 'event')}" if row["event_count"] else ""
    st.caption(f"{len(events)}{of_all}  ·  choose a row to see the whole event")
    resources = resources_of(events)
    listing = [
        event
        | {
            "api": api_label(event["event_source"], event["event_name"]),
            "result": one(event["result"]),
            "confidence": one(event["session_confidence"] or _unattributed(event)),
            "caller": event["user_id"] or event["workload_name"],
            "resource": resources.get(event["event_id"]),
        }
        for event in events
    ]
    chosen = table_with_choice(
        "evidence",
        "Events that the finding rests on",
        shown(
            listing,
            event_time=time_column("Time"),
            api=text_column("API", None, 230),
            result=result_column(80),
            resource=text_column("Resource", RESOURCE_HELP, 260),
            caller=text_column("Caller", None, 210),
            confidence=confidence_column(130),
            source_ip_address=text_column("Address", None, 140),
            vpc_endpoint_id=text_column("VPC endpoint", None, 190),
            role_session_id=text_column("Credentials", None, 190),
            event_id=text_column("Event id", None, 290),
        ),
        most_rows=10,
    )
    if chosen is not None:
        write("event", events[chosen]["event_id"])
    # The bounds of a record are half open.
    show_record(events[0]["event_time"], events[-1]["event_time"] + ONE_SECOND)


def _unattributed(event: Row) -> str | None:
    return NOT_ATTRIBUTABLE if event["workload_kind"] == "appstream_fleet" else None

"""The chain of evidence behind an event or a streaming session, link by link, in words."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from analysis.confidence import Confidence, method_in_words
from analysis.errors import AnalysisError
from analysis.notebook_display import shown, text_as_html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.answers import Answers

Row = dict[str, Any]

NOT_ATTRIBUTABLE = "not attributable"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A claim in words: its subject, its result in one line, and each link of the evidence.

    `evidence` has the ids that it rests on: of events, of rows of streaming_session_evidence and
    of resource_history.
    """

    subject: str
    headline: str
    lines: tuple[str, ...]
    evidence: tuple[str, ...]

    def __repr__(self) -> str:
        return shown(self.text())

    def _repr_html_(self) -> str:
        return text_as_html(self.text())

    def text(self) -> str:
        """Return the explanation as plain text, a line per link."""
        return "\n".join([self.headline, *(f"  {line}" for line in self.lines)])


def explain(answers: "Answers", subject: str) -> Explanation:
    """Return the explanation of an event or a streaming session, by its id.

    Raises AnalysisError if the lake has neither.
    """
    # Of the two, events are by far the longer to look through.
    if found := rows(answers, "streaming_session_by_id", streaming_session_id=subject):
        return explain_streaming_session(answers, found[0])
    if events := rows(answers, "event_by_id", event_id=subject):
        return explain_event(answers, events[0])
    message = (
        f"the lake has no event and no streaming session with the id {subject}. "
        "Ids stand in: roletrail sessions, and in event_id of attributed_events"
    )
    raise AnalysisError(message)


def rows(answers: "Answers", question: str, **parameters: object) -> list[Row]:
    """Return the answer to a question as a list of rows, each by column name."""
    table = answers.ask(question, **parameters).to_arrow_table()
    result: list[Row] = table.to_pylist()
    return result


# ── an event ─────────────────────────────────────────────────────────────────────────────────


def explain_event(answers: "Answers", event: Row) -> Explanation:
    """Return who made this call, and every link that says so."""
    claim = _claim_of(answers, event)
    evidence = json.loads(claim["evidence"]) if claim else {}
    lines = [
        *_call_lines(event),
        *_credential_lines(answers, event),
        *(_claim_lines(answers, event, claim, evidence) if claim else _silence_lines(event)),
    ]
    ids = (*evidence.get("event_ids", ()), *evidence.get("evidence_ids", ()))
    return Explanation(
        event["event_id"],
        _headline(event),
        tuple(lines),
        (event["event_id"], *ids, *evidence.get("resource_history_ids", ())),
    )


def _claim_of(answers: "Answers", event: Row) -> Row | None:
    if event["attribution_id"] is None:
        return None
    return rows(answers, "attribution_by_id", attribution_id=event["attribution_id"])[0]


def _headline(event: Row) -> str:
    call = f"{event['event_name']} ({event['event_source']}) at {clock(event['event_time'])}"
    confidence = event["session_confidence"]
    if event["user_id"] is not None:
        return f"{call}: {event['user_id']}, {confidence}"
    if confidence == "weak":
        people = ", ".join(event["candidate_user_ids"]) or "a person without a known name"
        return f"{call}: {people} at most, weak; nobody is named"
    if confidence is not None:
        return f"{call}: streaming session {event['streaming_session_id']}, {confidence}"
    workload = f"{event['workload_kind']} {event['workload_name'] or ''}".strip()
    return f"{call}: {NOT_ATTRIBUTABLE} to a person; workload {workload}"


def _call_lines(event: Row) -> "Iterator[str]":
    result = {"ok": "succeeded", "denied": "was denied", "error": "failed"}[event["result"]]
    because = f" ({event['error_code']})" if event["error_code"] else ""
    yield (
        f"The call {result}{because}. It was made to {event['aws_region']}, and logged in account "
        f"{event['recipient_account_id']}."
    )
    where = f"It came from {event['source_ip_address']}"
    if event["vpc_endpoint_id"]:
        owner = {
            "own": "your own",
            "foreign": "somebody else's",
            "unknown": "of an unknown owner",
        }[event["vpc_endpoint_ownership"]]
        where += f" through VPC endpoint {event['vpc_endpoint_id']} ({owner})"
    network = {
        "inside": ", which is the network of its workload",
        "outside": ", which is outside the network of its workload",
    }.get(event["credential_use"], "")
    yield f"{where}{network}."


def _credential_lines(answers: "Answers", event: Row) -> "Iterator[str]":
    if event["role_session_id"] is None:
        yield f"It was signed by {event['user_identity_type'] or 'nobody'}, without a role session."
        return
    found = rows(answers, "role_session_by_id", role_session_id=event["role_session_id"])
    if not found:
        yield "Its role session is not attributed yet. Run: roletrail attribute"
        return
    role_session = found[0]
    name = role_session["role_session_name"]
    owner = role_session["issuing_role_arn"] or role_session["origin_principal_arn"]
    yield (
        f"It was signed by role session {role_session['role_session_id']} of "
        f"{owner or 'an unknown principal'}{f', named {name}' if name else ''}, created at "
        f"{clock(role_session['credentials_created_at'])}."
    )
    yield from _issue_lines(answers, event["role_session_id"])
    rule = f" (rule {role_session['workload_rule']})" if role_session["workload_rule"] else ""
    yield f"They belong to a workload of kind {role_session['workload_kind']}{rule}."
    yield from _fleet_lines(role_session)


def _issue_lines(answers: "Answers", role_session_id: str) -> "Iterator[str]":
    links = rows(answers, "lineage_of_role_session", role_session_id=role_session_id)
    own_depth = max(
        (link["depth"] for link in links if link["child_role_session_id"] == role_session_id),
        default=0,
    )
    if own_depth == 0:
        yield "No STS event that issued these credentials is in the lake."
    for link in links:
        if link["depth"] <= own_depth:
            caller = link["parent_role_session_id"] or link["parent_principal_arn"]
            yield (
                f"Step {link['depth']}: {link['assume_event_name']} at "
                f"{clock(link['assumed_at'])} by {caller} issued {link['child_role_session_id']} "
                f"(event {link['assume_event_id']})."
            )


def _fleet_lines(role_session: Row) -> "Iterator[str]":
    if role_session["workload_kind"] != "appstream_fleet":
        return
    if role_session["fleet_name"]:
        yield (
            f"Fleet {role_session['fleet_name']} carried the role then "
            f"({role_session['fleet_confidence']})."
        )
    elif role_session["candidate_fleet_names"]:
        fleets = ", ".join(role_session["candidate_fleet_names"])
        yield f"Several AppStream resources carried the role then, among them fleets {fleets}."
    else:
        yield "No fleet is known to carry the role: take in describe-fleets of its account."


def _claim_lines(answers: "Answers", event: Row, claim: Row, evidence: Row) -> "Iterator[str]":
    yield f"Method {event['attribution_method']}: {method_in_words(event['attribution_method'])}."
    if "+" in event["attribution_method"] and event["session_confidence"] == "weak":
        candidates = ", ".join(claim["candidate_streaming_session_ids"]) or "nobody in particular"
        yield f"What these methods say does not agree: {candidates}. So nobody is named."
    shown = [event_id for event_id in evidence["event_ids"] if event_id != event["event_id"]]
    if shown:
        yield f"The credentials were seen there in event {', '.join(shown)}."
    for sighting in rows(
        answers, "streaming_session_evidence_by_ids", evidence_ids=evidence["evidence_ids"]
    ):
        yield _sighting_line(sighting)
    for state in rows(
        answers,
        "resource_history_by_ids",
        resource_history_ids=evidence["resource_history_ids"],
    ):
        yield _state_line(state)
    yield f"The claim holds from {clock(claim['valid_from'])} until {clock(claim['valid_to'])}."
    yield _meaning_line(event)


def _sighting_line(sighting: Row) -> str:
    source = sighting["evidence_source"].replace("_", " ")
    row = f"(row {sighting['evidence_id']})"
    address = sighting["eni_private_ip_address"] or "an unknown address"
    if sighting["event_id"] is not None:
        return (
            f"AppStream wrote a {source} of streaming session {sighting['streaming_session_id']} "
            f"from {address} at {clock(sighting['observed_at'])}, in event {sighting['event_id']} "
            f"{row}."
        )
    end = clock(sighting["ended_at"]) if sighting["ended_at"] else "still running when seen"
    return (
        f"The {source} says: streaming session {sighting['streaming_session_id']} of "
        f"{sighting['user_id'] or 'an unnamed user'} on fleet {sighting['fleet_name']}, at "
        f"{address}, {clock(sighting['started_at'])} to {end} {row}."
    )


def _state_line(state: Row) -> str:
    carried = f" with role {state['iam_role_arn']}" if state["iam_role_arn"] else ""
    source = "CloudTrail" if state["evidence_source"] == "cloudtrail" else "The inventory"
    kind = state["resource_type"].replace("_", " ")
    return (
        f"{source} shows {kind} {state['resource_id']}{carried}, {state['change']} at "
        f"{clock(state['valid_from'])} (row {state['resource_history_id']})."
    )


def _meaning_line(event: Row) -> str:
    confidence = Confidence[event["session_confidence"].upper()]
    better = {
        Confidence.CERTAIN: "A second sighting of these credentials elsewhere would lower it.",
        Confidence.STRONG: (
            "A session report of that day would name the streaming session, too."
            if event["streaming_session_id"] is None
            else "A call from the instance's own address through a VPC endpoint that is known to "
            "be yours would be certain."
        ),
        Confidence.WEAK: (
            "A session report, the fleet's role and network, or a call at a time when one person "
            "was alone there would raise it."
        ),
    }[confidence]
    return f"{confidence.name.capitalize()} means: {confidence.meaning}. {better}"


def _silence_lines(event: Row) -> "Iterator[str]":
    if event["workload_kind"] != "appstream_fleet":
        yield "No streaming session is behind it: the workload is not a streaming instance."
        return
    yield (
        "No streaming session is known that held the credentials' private address at that time: "
        "the instance was idle or starting, the session report has not come yet (up to a day after "
        "the session's end), or the credentials were never seen at a private address."
    )
    yield "A session report of that day, or a call through your own VPC endpoint, would tell more."


# ── a streaming session ──────────────────────────────────────────────────────────────────────


def explain_streaming_session(answers: "Answers", streaming_session: Row) -> Explanation:
    """Return what is known of a streaming session, and which credentials were claimed for it."""
    streaming_session_id = streaming_session["streaming_session_id"]
    sightings = rows(
        answers, "streaming_session_sources", streaming_session_id=streaming_session_id
    )
    claims = rows(answers, "streaming_session_claims", streaming_session_id=streaming_session_id)
    end = clock(streaming_session["ended_at"]) if streaming_session["ended_at"] else "now: it runs"
    headline = (
        f"{streaming_session['user_id'] or 'an unnamed user'} on fleet "
        f"{streaming_session['fleet_name']}, stack {streaming_session['stack_name']}, "
        f"{clock(streaming_session['started_at'])} to {end}: "
        f"{streaming_session['api_count']:,} calls, {streaming_session['denied_count']:,} denied"
    )
    role = streaming_session["issuing_role_arn"]
    lines = [
        *(_sighting_line(sighting) for sighting in sightings),
        f"The fleet carried role {role} when it started."
        if role
        else "The role of the fleet at that time is not known.",
        *(_credential_claim_line(claim) for claim in claims),
    ]
    if not claims:
        lines.append("No credentials were seen at its address while it ran: no call is its own.")
    evidence = [sighting["evidence_id"] for sighting in sightings]
    return Explanation(streaming_session_id, headline, tuple(lines), tuple(evidence))


def _credential_claim_line(claim: Row) -> str:
    return (
        f"Role session {claim['role_session_id']} is its own from {clock(claim['valid_from'])} to "
        f"{clock(claim['valid_to'])}, {claim['confidence']}: {method_in_words(claim['method'])}."
    )


def clock(moment: datetime | None) -> str:
    """Return a time in UTC as people read it, to the second; `an unknown time` for null."""
    return "an unknown time" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S} UTC"

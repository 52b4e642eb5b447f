"""What the AWS CLI prints of fleets, builders, sessions and networks, as evidence.

A row is an observation (`change` is `observed`): it says how things were at `observed_at`. What
can change, such as a fleet's role, is therefore valid from the observation, whatever the
resource's age, and analysis decides how far back it may be believed. What can't change (a VPC
endpoint's VPC, an interface's or NAT gateway's address) is valid from the time that the answer
names, if it names one. An answer describes a fleet or builder completely, so one without a role
carries none, which is `NO_ROLE`, not null.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeAlias

import msgspec

from ingest import resource_states as states
from ingest.observed_values import (
    Fields,
    elements_of,
    exact_text_of,
    fields_of,
    stable_id,
    text_of,
    time_of,
    user_id_hash,
)
from ingest.origin import EvidenceRows, Origin, Rejection
from ingest.redaction import redacted

Row: TypeAlias = dict[str, object]

# As rows, a text takes up to a hundred times its room.
MOST_ELEMENTS = 100_000
MOST_VALUES = 4_000_000
LONGEST_QUOTE = 1_000  # bytes of what is too large to be kept
STREAMING_SESSIONS = "sessions"
RESOURCE_TYPES = {
    "fleets": states.FLEET,
    "imagebuilders": states.IMAGE_BUILDER,
    "appblockbuilders": states.APP_BLOCK_BUILDER,
    "stackfleets": states.STACK_FLEET,  # as collected: the CLI's answer doesn't name the stack
    "vpcendpoints": states.VPC_ENDPOINT,
    "subnets": states.SUBNET,
    "networkinterfaces": states.NETWORK_INTERFACE,
    "natgateways": states.NAT_GATEWAY,
    "addresses": states.ELASTIC_IP,
}
UNUSED = "stacks"  # the answer doesn't say which fleet a stack has
ANSWERS = frozenset({*RESOURCE_TYPES, STREAMING_SESSIONS, UNUSED})

# DescribeSessions says API where session reports say CUSTOM.
AUTHENTICATION_TYPES = {"API": "CUSTOM"}
ARN = re.compile(r"arn:[^:]*:[^:]*:(?P<region>[^:]*):(?P<account_id>\d{12}):")
ZONE = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-\d+")
# Windows PowerShell writes UTF-16 when output is redirected.
BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True, slots=True)
class _Item:
    """One element of an answer's list: the list's name, its place in the document, its content."""

    answer: str
    index: int
    fields: Fields
    text: str


def is_inventory(document: Mapping[str, object]) -> bool:
    """Say whether a JSON object of these names is an answer that `inventory_rows` reads."""
    return not ANSWERS.isdisjoint(name.lower() for name in document)


def inventory_rows(document: bytes, origin: Origin) -> EvidenceRows:
    """Return the evidence in one answer of the AWS CLI, and the items that couldn't be taken.

    Account and region come from the item itself (ARN, owner, availability zone), else from the
    origin, else they are null. A document that isn't such an answer is one rejection of the whole.
    """
    try:
        text = redacted(_utf8(document))
        if text.count(b",") > MOST_VALUES:
            return _refused(f"an answer of over {MOST_VALUES:,} values", text[:LONGEST_QUOTE])
        answers = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except (ValueError, RecursionError) as error:
        return _refused(f"not a JSON object: {error}", document)
    if not is_inventory(answers):
        return _refused("none of the AWS CLI's answers that are known", document)
    evidence: list[Row] = []
    history: list[Row] = []
    rejected: list[Rejection] = []
    items = list(islice(_items(answers), MOST_ELEMENTS + 1))
    if len(items) > MOST_ELEMENTS:
        items.pop()
        reason = f"an answer of over {MOST_ELEMENTS:,} elements; the rest is unread"
        rejected.append(Rejection(None, None, reason, ""))
    for item in items:
        found = _streaming_sessions(item, origin) if item.answer == STREAMING_SESSIONS else []
        seen = _states(item, origin) if item.answer != STREAMING_SESSIONS else []
        evidence += found
        history += seen
        if not found and not seen:
            reason = f"an element of {item.answer} without name or id"
            rejected.append(Rejection(item.index, None, reason, item.text))
    return EvidenceRows(evidence, history, rejected, len(items))


def _utf8(document: bytes) -> bytes:
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if document.startswith(mark):
            return document.decode(encoding).encode()
    return document


def _refused(reason: str, document: bytes) -> EvidenceRows:
    rejection = Rejection(None, None, reason, document.decode("utf-8", "replace"))
    return EvidenceRows([], [], [rejection], 0)


def _items(answers: Mapping[str, msgspec.Raw]) -> Iterator[_Item]:
    index = 0
    for name, answer in answers.items():
        if name.lower() not in ANSWERS - {UNUSED}:
            continue
        for raw in _elements(answer):
            fields, text = _content(bytes(raw))
            yield _Item(name.lower(), index, fields, text)
            index += 1


def _elements(answer: msgspec.Raw) -> list[msgspec.Raw]:
    try:
        return msgspec.json.decode(answer, type=list[msgspec.Raw] | None) or []
    except (ValueError, RecursionError):
        return [answer]


def _content(raw: bytes) -> tuple[Fields, str]:
    """Return an element's fields, and its text on one line; no fields if it can't be read."""
    try:
        return fields_of(msgspec.json.decode(raw)), msgspec.json.format(raw, indent=-1).decode()
    except (ValueError, RecursionError):
        return {}, raw.decode("utf-8", "replace")


def _states(item: _Item, origin: Origin) -> list[Row]:
    """Return a row for each state that the item describes; none if it names no resource."""
    rows: list[Row] = []
    for resource_type, fields in _descriptions(RESOURCE_TYPES[item.answer], item.fields):
        state = states.state_of(resource_type, fields)
        if "resource_id" in state:
            rows.append(_state(item, len(rows), resource_type, state, origin))
    return rows


def _descriptions(resource_type: str, fields: Fields) -> Iterator[tuple[str, Fields]]:
    if resource_type == states.NAT_GATEWAY:
        # A gateway can have several addresses, a row has room for one.
        for address in elements_of(fields.get("natgatewayaddresses")) or [None]:
            yield resource_type, {**fields, "natgatewayaddresses": [address]}
    else:
        yield resource_type, fields
    if resource_type == states.ELASTIC_IP and text_of(fields.get("associationid")) is not None:
        yield states.ELASTIC_IP_ASSOCIATION, fields


def _state(
    item: _Item, number: int, resource_type: str, state: states.Columns, origin: Origin
) -> Row:
    carried = {"iam_role_arn": states.NO_ROLE} if resource_type in states.CARRIES_ROLE else {}
    return {
        "resource_history_id": stable_id(origin.source_object_id, item.index, number, item.text),
        "resource_type": resource_type,
        "account_id": _account_id(item.fields) or origin.account_id,
        "region": _region(item.fields) or origin.region,
        "valid_from": _fixed_since(resource_type, item.fields) or origin.observed_at,
        "valid_to": time_of(item.fields.get("deletetime")),
        "change": "observed",
        "state": item.text,
        "evidence_source": "aws_cli",
        "source_object_id": origin.source_object_id,
        "observed_at": origin.observed_at,
        **carried,
        **state,
    }


def _fixed_since(resource_type: str, fields: Fields) -> datetime | None:
    """Return since when a resource that can't change has been as it is, if the answer says so."""
    match resource_type:
        case states.VPC_ENDPOINT:
            return time_of(fields.get("creationtimestamp"))
        case states.NAT_GATEWAY:
            return time_of(fields.get("createtime"))
        case states.NETWORK_INTERFACE:
            return time_of(fields_of(fields.get("attachment")).get("attachtime"))
        case _:
            return None


def _streaming_sessions(item: _Item, origin: Origin) -> list[Row]:
    """Return the row of a streaming session, or none if the item doesn't name one."""
    fields = item.fields
    streaming_session_id = text_of(fields.get("id"))
    if streaming_session_id is None:
        return []
    network = fields_of(fields.get("networkaccessconfiguration"))
    authentication_type = text_of(fields.get("authenticationtype"))
    user_id = exact_text_of(fields.get("userid"))
    row: Row = {
        "evidence_id": stable_id(origin.source_object_id, item.index, item.text),
        "evidence_source": "describe_sessions",
        "observed_at": origin.observed_at,
        "streaming_session_id": streaming_session_id,
        "account_id": _account_id(fields) or origin.account_id,
        "region": _region(fields) or origin.region,
        "user_id": user_id,
        "user_id_sha256": user_id_hash(user_id),
        "authentication_type": AUTHENTICATION_TYPES.get(
            authentication_type or "", authentication_type
        ),
        "fleet_name": text_of(fields.get("fleetname")),
        "stack_name": text_of(fields.get("stackname")),
        "started_at": time_of(fields.get("starttime")),
        "eni_private_ip_address": text_of(network.get("eniprivateipaddress")),
        "instance_id": text_of(fields.get("instanceid")),
        "detail": item.text,
        "source_object_id": origin.source_object_id,
    }
    return [row]


def _arn(fields: Fields) -> dict[str, str]:
    """Return the region and account_id in the item's ARN; nothing if it has none."""
    found = ARN.match(text_of(fields.get("arn")) or text_of(fields.get("subnetarn")) or "")
    return {} if found is None else found.groupdict()


def _account_id(fields: Fields) -> str | None:
    return _arn(fields).get("account_id") or text_of(fields.get("ownerid"))


def _region(fields: Fields) -> str | None:
    zone = text_of(fields.get("availabilityzone")) or text_of(fields.get("networkbordergroup"))
    found = ZONE.match(zone or "")
    return _arn(fields).get("region") or (None if found is None else found[0])

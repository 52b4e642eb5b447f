"""What an object is, by its key and its content. The content wins where it can tell."""

import csv
import re
from enum import StrEnum

import msgspec

from ingest.inventory import is_inventory
from ingest.object_keys import KeyFacts
from ingest.session_reports import is_application_report, is_session_report

HEAD_BYTES = 64 * 2**10  # of the text, to look at


class Kind(StrEnum):
    """What an object was recognised as; the ledger keeps the value."""

    CLOUDTRAIL = "cloudtrail"
    NETWORK_ACTIVITY = "cloudtrail_network_activity"
    INSIGHT = "cloudtrail_insight"
    AGGREGATED = "cloudtrail_aggregated"
    DIGEST = "cloudtrail_digest"
    LOOKUP_EVENTS = "lookup_events"
    EVENTBRIDGE = "eventbridge"
    SESSION_REPORT = "session_report"
    APPLICATION_REPORT = "application_report"
    INVENTORY = "inventory"
    EMPTY = "empty"
    UNKNOWN = "unknown"


SKIPPED = {
    Kind.AGGREGATED: "aggregated events count calls, they don't tell them one by one",
    Kind.DIGEST: "digest, not verified",
    Kind.APPLICATION_REPORT: "says which applications were started, not who called what",
    Kind.EMPTY: "empty",
    Kind.UNKNOWN: "neither CloudTrail's nor AppStream's, nor an answer of the AWS CLI that is used",
}
FOLDERS = {
    "CloudTrail": Kind.CLOUDTRAIL,
    "CloudTrail-NetworkActivity": Kind.NETWORK_ACTIVITY,
    "CloudTrail-Insight": Kind.INSIGHT,
    "CloudTrail-Aggregated": Kind.AGGREGATED,
    "CloudTrail-Digest": Kind.DIGEST,
}
# Whole files of these are never read: their key says enough.
SKIPPED_BY_KEY = frozenset({Kind.AGGREGATED, Kind.DIGEST})
CATEGORIES = {
    "NetworkActivity": Kind.NETWORK_ACTIVITY,
    "Insight": Kind.INSIGHT,
    "Aggregated": Kind.AGGREGATED,
}
RECORD_NAMES = frozenset({"eventID", "eventTime"})
_RECORDS = re.compile(rb'\s*\{\s*"Records"\s*:')
_FIRST_NAME = re.compile(rb'\s*\{\s*"((?:[^"\\]|\\.){1,64})"\s*:')


def kind_by_key(facts: KeyFacts) -> Kind | None:
    """Return what the key says that the object is, or None if it doesn't say."""
    return FOLDERS.get(facts.folder or "")


def kind_of(facts: KeyFacts, text: bytes, *, is_whole: bool) -> Kind:
    """Return what an object is, by its key and the beginning of its text."""
    head = text[:HEAD_BYTES]
    by_key = kind_by_key(facts)
    if not head.strip():
        return Kind.EMPTY
    if _RECORDS.match(head):  # the common case; reading all names would take a while
        return by_key or Kind.CLOUDTRAIL
    match head.lstrip()[:1]:
        case b"[":
            return _kind_of_list(head, by_key)
        case b"{":
            return _kind_of_object(_names(text, head, is_whole=is_whole), head, by_key)
        case _:
            return by_key or _kind_of_csv(head)


def kind_of_record(text: bytes | msgspec.Raw) -> Kind | None:
    """Return the kind of object that a record comes from, if it isn't CloudTrail's usual one."""
    try:
        record = _FIRST_RECORD.decode(text)
    except (ValueError, RecursionError):
        return None
    if record.event_id is None and record.time_window is not msgspec.UNSET:
        return Kind.AGGREGATED
    return CATEGORIES.get(record.category or "")


class _FirstRecord(msgspec.Struct):
    event_id: str | None = msgspec.field(default=None, name="eventID")
    category: str | None = msgspec.field(default=None, name="eventCategory")
    time_window: msgspec.Raw | msgspec.UnsetType = msgspec.field(
        default=msgspec.UNSET, name="timeWindow"
    )


_FIRST_RECORD = msgspec.json.Decoder(_FirstRecord)


def _kind_of_list(head: bytes, by_key: Kind | None) -> Kind:
    is_log = b'"eventID"' in head or b"CloudTrailEvent" in head
    return by_key or (Kind.CLOUDTRAIL if is_log else Kind.UNKNOWN)


def _kind_of_object(names: set[str], head: bytes, by_key: Kind | None) -> Kind:
    if "Records" in names or names >= RECORD_NAMES:
        return by_key or Kind.CLOUDTRAIL
    if names & {"Events", "CloudTrailEvent"} and b"CloudTrailEvent" in head:
        return Kind.LOOKUP_EVENTS
    if {"detail", "detail-type"} <= names:
        return Kind.EVENTBRIDGE
    if {"digestStartTime", "digestEndTime"} <= names:
        return Kind.DIGEST
    if is_inventory(dict.fromkeys(names)):
        return Kind.INVENTORY
    return by_key or Kind.UNKNOWN


def _names(text: bytes, head: bytes, *, is_whole: bool) -> set[str]:
    """Return the names at the top of a JSON object, or of the first of several.

    Of one that isn't whole only the first name is known, and whether it seems to be a record.
    """
    first_line = head.lstrip().partition(b"\n")[0]
    for document in (text, first_line) if is_whole else (first_line,):
        try:
            return set(msgspec.json.decode(document, type=dict[str, msgspec.Raw]))
        except (ValueError, RecursionError):
            continue
    found = _FIRST_NAME.match(head)
    first = {found[1].decode("utf-8", "replace")} if found else set()
    return first | {name for name in RECORD_NAMES if f'"{name}":'.encode() in head}


def _kind_of_csv(head: bytes) -> Kind:
    first_line = head.splitlines()[0].decode("utf-8", "replace")
    header = next(csv.reader([first_line]), [])
    if is_session_report(header):
        return Kind.SESSION_REPORT
    return Kind.APPLICATION_REPORT if is_application_report(header) else Kind.UNKNOWN

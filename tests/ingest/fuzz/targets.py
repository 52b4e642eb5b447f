"""What has to hold for any input at all, one function for each reader of somebody else's text.

Each takes bytes, and raises if what should hold does not. The same functions are asked by the
tests, with a few hundred inputs, and by the fuzzer, with millions.
"""

import contextlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Never, TypeVar

import msgspec
import numpy as np
import pyarrow as pa
from pyiceberg.io.pyarrow import schema_to_pyarrow

from ingest.digests import digest_in, digest_key
from ingest.errors import IngestError
from ingest.event_writer import EventWriter
from ingest.inventory import inventory_rows
from ingest.kinds import SKIPPED
from ingest.notifications import places_in
from ingest.object_keys import facts_of
from ingest.origin import EvidenceRows, Origin
from ingest.reading import EVIDENCE, Reading, read_object
from ingest.rebuild import json_of, record_of
from ingest.record_scanner import RecordScanner
from ingest.records import FIELDS_AND_FORMS, LONGEST_PART, MOST_RESOURCES, RESOURCE_PARTS
from ingest.redaction import redacted
from ingest.resource_events import resource_history_of
from ingest.session_reports import session_report_rows
from ingest.sources import SourceObject
from ingest.storage_keys import sightings_of
from ingest.tolerant import DEEPEST, TOO_DEEP, TOO_LARGE, Fault, event_of
from lake.tables import RESOURCE_HISTORY, STREAMING_SESSION_EVIDENCE

Answer = TypeVar("Answer")

NOW = datetime(2026, 9, 14, 8, 15, tzinfo=UTC)
ORIGIN = Origin("object-1", "file:///x.json", "123456789012", "eu-central-1", NOW)
EVIDENCE_SCHEMA = schema_to_pyarrow(STREAMING_SESSION_EVIDENCE.schema())
HISTORY_SCHEMA = schema_to_pyarrow(RESOURCE_HISTORY.schema())
# What is wrong with a part of an ordinary record that nobody looks at: it is deep, or given twice.
UNSEEN = {TOO_LARGE, TOO_DEEP, "not UTF-8"}
MANY = 100  # brackets
MOST_UNUSUAL = 1000  # elements of a list that aren't of the documented form
SESSION_TOKEN = re.compile(rb"(?i)session[_-]?token")
PLACES = {"source_object_id", "record_index"}
TOKEN_LIKE = re.compile(r"[A-Za-z0-9+/=_]{24,}")
# A name of a session token, in JSON or in text inside it, and its value if that is text.
NAMED_TOKEN = re.compile(r'(?i)session[_-]?token\\*"\s*:\s*\\*"([A-Za-z0-9+/=_]{24,})')


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one object: the object as it was read, and the rows of its events."""

    reading: Reading
    rows: list[dict[str, Any]]


def taken(content: bytes, piece_bytes: int = 2**20) -> Taken:
    """Return what ingest makes of an object of this content, which comes in pieces."""
    batches: list[pa.RecordBatch] = []
    writer = EventWriter(batches.append)
    source = SourceObject("file:///x.json", "1", len(content), NOW, "x.json")

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(content), piece_bytes):
            yield content[start : start + piece_bytes]

    reading = read_object(source, pieces, writer)
    writer.flush()
    reading.rejections = writer.rejected_of(reading.source_object_id)
    if batches:
        events = pa.Table.from_batches(batches).unify_dictionaries().combine_chunks()
        pa.Table.from_pylist(resource_history_of(events), HISTORY_SCHEMA)
        pa.Table.from_pylist(sightings_of(events), EVIDENCE_SCHEMA)
    return Taken(reading, [row for batch in batches for row in batch.to_pylist()])


def check_object(content: bytes) -> None:
    """Whatever a file holds: every record is a row or a rejection, and no session token is kept."""
    found = taken(content)
    _balances(found)
    for row in found.rows:
        record_of(row)
    in_pieces = taken(content, 1 + len(content) // 3)
    _balances(in_pieces)
    # Of damaged gzip, how much can be unpacked depends on the pieces.
    is_damaged = any("damaged" in one.reason for one in found.reading.rejections)
    assert is_damaged or in_pieces.rows == found.rows, "it matters in which pieces it comes"
    _keeps_no_token(content, [found.rows, found.reading.rejections, found.reading.evidence])


def check_record(raw: bytes) -> None:
    """Whatever a record says: it is given back, and read alike alone and among ordinary ones."""
    try:
        msgspec.json.decode(raw, type=msgspec.Raw)
    except (ValueError, RecursionError):
        check_object(b'{"Records":[%s]}' % raw)
        return
    found = taken(b'{"Records":[%s]}' % raw)
    _balances(found)
    _keeps_no_token(raw, [found.rows, found.reading.rejections])
    if found.reading.kind in SKIPPED:
        return
    event = event_of(raw)
    if isinstance(event, Fault) and event.reason in UNSEEN:
        return
    if raw.count(b"[") + raw.count(b"{") > MANY and SESSION_TOKEN.search(raw):
        return  # how deep text in text is looked at depends on how deep the stack is already
    if isinstance(event, Fault):
        assert not found.rows, "only the fast way takes it"
        assert found.reading.records_rejected == 1
        return
    assert len(found.rows) == 1, "only the tolerant way takes it"
    row = found.rows[0]
    for column in row.keys() - PLACES - {"extra"}:
        assert row[column] == event.get(column), f"{column} depends on the way"
    assert _extra(row) == _extra(event), "extra depends on the way"
    assert record_of(row) == json_of(redacted(raw).decode()), "the record isn't given back"


def check_scan(text: bytes) -> None:
    """Whatever stands in a list: it is taken exactly if it is JSON, and no element is lost."""
    window = b"[%s]" % text
    scanner = scanner_of_records()
    found = None
    with contextlib.suppress(UnicodeDecodeError):
        found = scanner.scan(window, 0)
    first = scanner.first_record(window)
    kept = np.frombuffer(scanner.indexes(), np.int64).tolist()
    assert len(scanner) == len(kept)
    if found is None:
        assert not kept, "something of a refused list is kept"
    if not _is_utf8(window):
        return
    elements = elements_of(window)
    if found is None:
        assert elements is None or len(elements) > MOST_UNUSUAL, "JSON is refused"
        return
    assert elements is not None, "what is no JSON is taken, or what is too deep"
    count, unusual = found
    assert count == len(elements)
    assert first is None if not elements else elements_of(b"[%s]" % first) == elements[:1]
    for place, raw in unusual:
        assert elements_of(b"[%s]" % raw) == [elements[place]], "an element is cut wrongly"
    assert sorted([*kept, *(place for place, _ in unusual)]) == list(range(count))


def scanner_of_records() -> RecordScanner:
    """Return a scanner that has taken nothing yet."""
    return RecordScanner(
        FIELDS_AND_FORMS,
        RESOURCE_PARTS,
        most_elements=MOST_RESOURCES,
        longest_coded=LONGEST_PART,
    )


def elements_of(text: bytes) -> list[object] | None:
    """Return the elements of a JSON list, objects as pairs; None if it is none, or too deep.

    Python's reader takes what RFC 8259 calls JSON, halves of surrogate pairs too, and constants
    that it doesn't.
    """
    try:
        elements: list[object] = json.loads(
            text.decode(),
            object_pairs_hook=tuple,
            parse_int=str,
            parse_float=str,
            parse_constant=_no_constant,
        )
        is_deep = any(
            _depth(element) > (DEEPEST if isinstance(element, tuple) else DEEPEST - 1)
            for element in elements
        )
    except (ValueError, RecursionError):
        return None
    return None if is_deep else elements


def _no_constant(name: str) -> Never:
    raise ValueError(f"{name} is no JSON")


def _depth(value: object) -> int:
    parts: Sequence[object] = ()
    if isinstance(value, tuple):
        parts = [part for _, part in value]
    elif isinstance(value, list):
        parts = value
    else:
        return 0
    return 1 + max(map(_depth, parts), default=0)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def check_report(text: bytes) -> None:
    """Whatever a session report holds: every row is evidence or a rejection."""
    rows = session_report_rows(text, ORIGIN)
    assert rows.read == len(rows.evidence) + _rejected(rows)
    pa.Table.from_pylist(rows.evidence, EVIDENCE_SCHEMA)
    _keeps_no_token(text, [rows.evidence])


def check_inventory(text: bytes) -> None:
    """Whatever an answer of the AWS CLI holds: every element is a row or a rejection."""
    rows = inventory_rows(text, ORIGIN)
    assert _rejected(rows) <= rows.read <= len(rows.evidence) + len(rows.history) + _rejected(rows)
    pa.Table.from_pylist(rows.evidence, EVIDENCE_SCHEMA)
    pa.Table.from_pylist(rows.history, HISTORY_SCHEMA)
    _keeps_no_token(text, [rows.evidence, rows.history])


def check_notification(body: bytes) -> None:
    """Whatever a message says: it names places that can be, or is refused in one line."""
    places = _or_refused(lambda: places_in(body.decode("utf-8", "surrogateescape")))
    assert all(place.bucket and place.key for place in places or ())


def check_key(key: bytes) -> None:
    """Whatever a key is: it says something or nothing."""
    text = key.decode("utf-8", "surrogateescape")
    facts = facts_of(text)
    assert facts.account_id is None or re.fullmatch(r"\d{12}", facts.account_id)
    digest_key(text)


def check_digest(text: bytes) -> None:
    """Whatever a digest says: it is one, or is refused in one line."""
    digest = _or_refused(lambda: digest_in(text))
    assert digest is None or digest.started_at.tzinfo is digest.ended_at.tzinfo is UTC


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "record": check_record,
    "object": check_object,
    "scan": check_scan,
    "report": check_report,
    "inventory": check_inventory,
    "notification": check_notification,
    "key": check_key,
    "digest": check_digest,
}


def _or_refused(read: Callable[[], Answer]) -> Answer | None:
    """Return what was read, or None if it was refused, which takes one line."""
    refusal: str | None = None
    try:
        return read()
    except IngestError as error:
        refusal = str(error)
    assert len(refusal.splitlines()) == 1
    return None


def _balances(found: Taken) -> None:
    reading = found.reading
    if reading.kind in EVIDENCE or reading.kind in SKIPPED:
        assert not found.rows
        return
    assert reading.records_read == len(found.rows) + reading.records_rejected
    assert reading.records_read or reading.rejections or _holds_nothing(reading)
    assert all(rejection.reason for rejection in reading.rejections)


def _holds_nothing(reading: Reading) -> bool:
    """Say whether it was taken as a log without records, such as `{"Records":[]}`."""
    return reading.kind not in SKIPPED


def _rejected(rows: EvidenceRows) -> int:
    return sum(rejection.record_index is not None for rejection in rows.rejected)


def _extra(row: Mapping[str, object]) -> object:
    return json_of(str(row.get("extra") or "{}"))


def _keeps_no_token(content: bytes, kept: object) -> None:
    """Fail if a token that stands only under its name is in what is kept."""
    text = content.decode("utf-8", "replace")
    # What is a name again is none: of cut-off text, no more than a few letters can follow it.
    tokens = {
        token for token in NAMED_TOKEN.findall(text) if not SESSION_TOKEN.search(token.encode())
    }
    if not tokens:
        return
    elsewhere = NAMED_TOKEN.sub("", text)
    said = repr(kept)
    leaked = [token for token in tokens if token not in elsewhere and token in said]
    assert not leaked, f"session tokens are kept: {leaked}"

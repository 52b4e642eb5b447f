"""One object read: recognised, split into records or rows, and accounted for."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from ingest.errors import BrokenObjectError
from ingest.event_writer import LONGEST_RAW, EventWriter
from ingest.gunzip import texts_of
from ingest.inventory import inventory_rows
from ingest.kinds import (
    SKIPPED,
    SKIPPED_BY_KEY,
    Kind,
    kind_by_key,
    kind_of,
    kind_of_record,
)
from ingest.large_records import Text, TooLarge
from ingest.object_keys import KeyFacts, facts_of
from ingest.observed_values import stable_id
from ingest.origin import EvidenceRows, Origin, Rejection
from ingest.session_reports import session_report_rows
from ingest.sources import SourceObject
from ingest.splitting import BLOCK_BYTES, Found, records_in
from ingest.windows import WINDOW_BYTES, after_windows, is_log_file, rest_of, windows_of

CHUNK_RECORDS = 1_000
MOST_REJECTED = 10_000  # records of one object, before the rest of it is given up
LARGEST_EVIDENCE = 64 * 2**20  # bytes of a report's or an answer's text
EVIDENCE: Mapping[Kind, Callable[[bytes, Origin], EvidenceRows]] = {
    Kind.SESSION_REPORT: session_report_rows,
    Kind.INVENTORY: inventory_rows,
}


@dataclass(slots=True)
class Reading:
    """What became of one object. Its events are elsewhere; its other rows are here.

    `records_read` counts the records of a log, the rows of a report or the elements of an answer.
    `unreadable` says why an object couldn't be fetched: it is as if it had not been seen.
    """

    source: SourceObject
    source_object_id: str
    facts: KeyFacts
    kind: Kind = Kind.UNKNOWN
    records_read: int = 0
    unreadable: str | None = None
    rejections: list[Rejection] = field(default_factory=list)
    evidence: list[dict[str, object]] = field(default_factory=list)
    history: list[dict[str, object]] = field(default_factory=list)

    @property
    def records_rejected(self) -> int:
        """Records that were rejected; a rejection of the object itself is none."""
        return sum(rejection.record_index is not None for rejection in self.rejections)

    @property
    def origin(self) -> Origin:
        """The object as the readers of evidence need it."""
        return Origin(
            source_object_id=self.source_object_id,
            uri=self.source.uri,
            account_id=self.facts.account_id,
            region=self.facts.region,
            observed_at=self.facts.delivered_at or self.source.modified_at,
        )


def read_object(
    source: SourceObject, pieces: Callable[[], Iterator[bytes]], writer: EventWriter
) -> Reading:
    """Read an object, hand its events to the writer, and return what became of it.

    What was rejected of it is with the writer, and some of it only once that is flushed. Errors
    that `pieces` raises go through.
    """
    reading = reading_of(source)
    if (kind := _kind_without_text(source, reading.facts)) is not None:
        reading.kind = kind
        return reading
    text = Text(texts_of(pieces(), again=pieces))
    start = text.after(b"", WINDOW_BYTES)
    is_log = is_log_file(start)
    if not is_log:
        start = text.after(start, BLOCK_BYTES)
    reading.kind = kind_of(reading.facts, start, is_whole=text.is_over)
    if reading.kind is Kind.EMPTY and text.fault is not None:
        reading.kind = kind_by_key(reading.facts) or Kind.UNKNOWN  # nothing could be unpacked
    if not is_log:
        start = _whole_or_none(start, text)
    _read_text(reading, start, text, writer)
    return reading


def _whole_or_none(start: bytes, text: Text) -> bytes:
    """Return a text that is small enough whole; put a larger one back, and return nothing of it."""
    start = text.after(start, BLOCK_BYTES)
    if text.is_over:
        return start
    text.put_back(start)
    return b""


def needs_text(source: SourceObject) -> bool:
    """Say whether an object has to be fetched; of some, the key says enough."""
    return _kind_without_text(source, facts_of(source.uri)) is None


def _kind_without_text(source: SourceObject, facts: KeyFacts) -> Kind | None:
    if source.size == 0:
        return Kind.EMPTY
    by_key = kind_by_key(facts)
    return by_key if by_key in SKIPPED_BY_KEY else None


def reading_of(source: SourceObject) -> Reading:
    """Return an object that is yet to be read."""
    return Reading(source, stable_id(source.uri, source.version), facts_of(source.uri))


def _read_text(reading: Reading, start: bytes, text: Text, writer: EventWriter) -> None:
    if reading.kind in EVIDENCE:
        _read_evidence(reading, text.after(start, LARGEST_EVIDENCE), text, writer)
    elif reading.kind not in SKIPPED:
        _read_records(reading, start, text, writer)
    elif text.fault is not None:
        writer.reject(reading.source_object_id, _whole(text.fault, start))


def _read_records(reading: Reading, start: bytes, text: Text, writer: EventWriter) -> None:
    try:
        if start and not text.is_over:
            start = after_windows(start, text, partial(_is_taken, reading, writer))
            if reading.records_read == 0 and reading.kind not in SKIPPED:
                start = _whole_or_none(start, text)
        if text.is_over and text.fault is None:
            start = _read_log_file(reading, start, writer)
            if not start:
                return
        if reading.kind in SKIPPED:
            return
        found = records_in(start, text, is_rest=reading.records_read > 0)
        _feed(reading, found, writer)
    except BrokenObjectError as error:
        rest = error.rest.strip()
        if rest:
            raw = rest[:LONGEST_RAW].decode("utf-8", "replace")
            rejection = Rejection(reading.records_read, None, str(error), raw)
            reading.records_read += 1
        else:
            rejection = _whole(str(error), b"")
        writer.reject(reading.source_object_id, rejection)


def _read_log_file(reading: Reading, text: bytes, writer: EventWriter) -> bytes:
    """Hand a log file's records to the writer; return the rest, as a log file.

    There is a rest from the first window on that isn't a list in JSON. Raises
    BrokenObjectError if the rest is not worth reading.
    """
    if (windows := windows_of(text)) is None:
        return text
    for place, window in windows:
        if not _is_taken(reading, writer, window):
            return rest_of(text, place) if reading.records_read else text
    return b""


def _is_taken(reading: Reading, writer: EventWriter, window: bytes) -> bool:
    """Hand a window's records to the writer; say whether it is a list, of a kind that is read."""
    if reading.records_read == 0 and (first := writer.first_record(window)) is not None:
        reading.kind = kind_of_record(first) or reading.kind
        if reading.kind in SKIPPED:
            return False
    count = writer.add_list(reading.source_object_id, reading.records_read, window)
    if count is None:
        return False
    reading.records_read += count
    _give_up_if_bad(reading, writer)
    return True


def _feed(reading: Reading, lists: Iterator[Found], writer: EventWriter) -> None:
    """Hand records to the writer. Raises BrokenObjectError if the rest is not worth reading."""
    object_id = reading.source_object_id
    is_kind_told = reading.records_read > 0
    for chunk in _chunks(lists):
        if isinstance(chunk, TooLarge):
            writer.reject(object_id, _passed_over(reading, chunk))
            continue
        if not is_kind_told:
            reading.kind = kind_of_record(chunk[0]) or reading.kind
            is_kind_told = True
            if reading.kind in SKIPPED:
                return
        writer.add(object_id, reading.records_read, chunk)
        reading.records_read += len(chunk)
        _give_up_if_bad(reading, writer)


def _give_up_if_bad(reading: Reading, writer: EventWriter) -> None:
    if writer.rejected_so_far(reading.source_object_id) > MOST_REJECTED:
        message = f"over {MOST_REJECTED:,} of its records were rejected; the rest is unread"
        raise BrokenObjectError(message)


def _passed_over(reading: Reading, large: TooLarge) -> Rejection:
    """Count a record that was too large to be read, and return its rejection."""
    raw = large.start.decode("utf-8", "replace")
    reading.records_read += 1
    return Rejection(reading.records_read - 1, None, large.reason, raw)


def _chunks(lists: Iterator[Found]) -> Iterator[Found]:
    for records in lists:
        if isinstance(records, TooLarge):
            yield records
            continue
        for start in range(0, len(records), CHUNK_RECORDS):
            yield records[start : start + CHUNK_RECORDS]


def _read_evidence(reading: Reading, content: bytes, text: Text, writer: EventWriter) -> None:
    object_id = reading.source_object_id
    if not text.is_over:
        reason = f"a report or an answer of over {LARGEST_EVIDENCE // 2**20} MiB"
        writer.reject(object_id, _whole(reason, b""))
        return
    rows = EVIDENCE[reading.kind](content, reading.origin)
    reading.records_read = rows.read
    reading.evidence = rows.evidence
    reading.history = rows.history
    for rejection in rows.rejected:
        writer.reject(object_id, rejection)
    if text.fault is not None:
        writer.reject(object_id, _whole(text.fault, b""))


def _whole(reason: str, text: bytes) -> Rejection:
    """Return the rejection of an object itself, not of one of its records."""
    return Rejection(None, None, reason, text[:LONGEST_RAW].decode("utf-8", "replace"))

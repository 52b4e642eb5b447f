"""The records in a text, found without decoding them, in memory that doesn't grow with the text.

A small text is split whole. A larger one, or one that isn't whole, is split window by window: each
ends where a record seems to end, and is only believed if it is JSON. A record that is too large for
any window is gone through without being kept.
"""

import re
from collections.abc import Generator, Iterator
from itertools import chain
from typing import TypeAlias

import msgspec
from msgspec import UNSET, Raw, UnsetType

from ingest.errors import BrokenObjectError
from ingest.large_records import KEPT_BYTES, Text, TooLarge, after_element, after_line

BLOCK_BYTES = 32 * 2**20  # of a text that isn't cut into windows, to start with
WINDOW_BYTES = 4 * 2**20  # of it, to split at a time: a hostile text has millions of elements
LARGEST_RECORD = 64 * 2**20
LARGEST_LINE = 2**20  # of the first lines, to see whether a text has lines
FIRST_LINES = 3
DEEPEST = 10_000  # brackets in brackets; no reader of JSON goes so far

_LIST_START = re.compile(rb'\s*(?:\{\s*"(?P<name>Records|Events)"\s*:\s*)?\[')
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\],]', re.DOTALL)
_FIRST_NAME = re.compile(rb'\s*(\{"[^"\\]{1,64}":)')


class _Envelope(msgspec.Struct):
    """What a record may be wrapped in: a log file, lookup-events' answer, an EventBridge event."""

    records: list[Raw] | UnsetType = msgspec.field(default=UNSET, name="Records")
    events: list[Raw] | UnsetType = msgspec.field(default=UNSET, name="Events")
    looked_up: Raw | UnsetType = msgspec.field(default=UNSET, name="CloudTrailEvent")
    detail: Raw | UnsetType = UNSET
    event_id: Raw | UnsetType = msgspec.field(default=UNSET, name="eventID")


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_LIST = msgspec.json.Decoder(list[Raw])
_ANY = msgspec.json.Decoder(Raw)

Found: TypeAlias = list[Raw] | TooLarge
"""Records, or one that was passed over."""


def records_in(start: bytes, text: Text, *, is_rest: bool = False) -> Iterator[Found]:
    """Yield the records of a text in lists, out of whatever they are wrapped in.

    `start` is what was taken of the text before. An element that isn't a record is yielded as it
    is, and in its place each one that is too large. Of the rest of a log file, whose records were
    found so far, it isn't asked whether all of it is a record. Raises BrokenObjectError after the
    records that could be found, if there is a rest.
    """
    start = text.after(start, WINDOW_BYTES)
    is_list = _LIST_START.match(start) is not None
    is_small = len(start) <= WINDOW_BYTES or not (is_list or _has_lines(start))
    if text.is_over and text.fault is None and is_small and not is_rest:
        try:
            records = _whole(start)
        except (ValueError, RecursionError):
            pass
        else:
            yield records
            return
    yield from _lists(start, text) if is_list else _lines(start, text)


def _whole(text: bytes) -> list[Raw]:
    """Return the records of a whole text. Raises ValueError if it isn't JSON, or RecursionError."""
    try:
        return _records_of(Raw(text))
    except ValueError:
        return _unwrapped(_ANY.decode_lines(text))


def _unwrapped(elements: list[Raw]) -> list[Raw]:
    return list(chain.from_iterable(map(_records_or_itself, elements)))


def _records_or_itself(element: Raw) -> list[Raw]:
    try:
        return _records_of(element)
    except (ValueError, RecursionError):
        return [element]


def _records_of(element: Raw) -> list[Raw]:
    """Return the records that an element wraps, or the element itself if it wraps none."""
    try:
        envelope = _ENVELOPE.decode(element)
    except msgspec.ValidationError:
        return _unwrapped(_LIST.decode(element))
    if envelope.event_id is not UNSET:
        return [element]
    if not isinstance(envelope.records, UnsetType):
        return envelope.records
    if not isinstance(envelope.events, UnsetType):
        return _unwrapped(envelope.events)
    if not isinstance(envelope.looked_up, UnsetType):
        return [_looked_up(envelope.looked_up)]
    return [element if isinstance(envelope.detail, UnsetType) else envelope.detail]


def _looked_up(event: Raw) -> Raw:
    """Return the record that lookup-events gives as JSON inside a text."""
    text = msgspec.json.decode(event)
    return Raw(text.encode()) if isinstance(text, str) else event


def _lists(start: bytes, text: Text) -> Iterator[Found]:
    while list_start := _LIST_START.match(start):
        is_plain = list_start["name"] == b"Records"
        start = yield from _elements(start[list_start.end() :], text, is_plain=is_plain)
        # The text may go on, with another log file on the next line.
        start = text.after(start, WINDOW_BYTES).lstrip(b" \t\r\n}")
    if start.startswith(b"{"):
        yield from _lines(start, text)
        return
    is_whole = text.is_over
    while text.more():
        continue
    if text.fault is not None:
        raise BrokenObjectError(text.fault)
    if start:
        yield _after_envelope(start, is_whole=is_whole)


def _after_envelope(rest: bytes, *, is_whole: bool) -> list[Raw]:
    """Return the records after a log file that says more than its records, of which this is left.

    Raises BrokenObjectError if something else is left, or more than is read at a time.
    """
    try:
        if is_whole:
            return _unwrapped(_ANY.decode_lines(b'{"":0' + rest)[1:])
    except (ValueError, RecursionError):
        pass
    message = "the list of records ended before the text did"
    raise BrokenObjectError(message, rest)


def _elements(block: bytes, text: Text, *, is_plain: bool) -> Generator[Found, None, bytes]:
    """Yield the elements of a list, window by window, and return what follows the list."""
    name = _FIRST_NAME.match(block)
    separator = b"}," + name[1] if name else None
    size = WINDOW_BYTES
    while True:
        block = text.after(block, size)
        window, beyond = block[:size], block[size:]
        is_closed = False
        elements, rest = _cut(window, separator)
        if not elements:
            elements, rest, is_closed = _scanned(window)
        yield elements if is_plain else _unwrapped(elements)
        if is_closed:
            return rest + beyond
        if not elements and text.is_over and not beyond:
            raise BrokenObjectError(text.fault or "JSON ended early", rest)
        block = rest + beyond
        if elements:
            size = WINDOW_BYTES
        elif size < LARGEST_RECORD:
            size *= 2
        else:
            size = WINDOW_BYTES
            large = _too_large(block)
            block, is_closed = after_element(block, text, large)
            yield large
            if is_closed:
                return block


def _cut(block: bytes, separator: bytes | None) -> tuple[list[Raw], bytes]:
    """Return the elements up to the last that seems to end in this window, and what follows.

    There are none if that place is no end after all, such as one inside another element.
    """
    end = block.rfind(separator) + 1 if separator else 0
    if not end:
        return [], block
    try:
        return _LIST.decode(b"[%s]" % block[:end]), block[end + 1 :]
    except (ValueError, RecursionError):
        return [], block


def _scanned(block: bytes) -> tuple[list[Raw], bytes, bool]:
    """Return the elements that end in this window, what follows, and whether the list ends too.

    Slower than cutting, but takes any text: an element need not be good JSON. Raises
    BrokenObjectError if the first one is nested without end.
    """
    elements: list[Raw] = []
    start = depth = 0
    for token in _TOKEN.finditer(block):
        mark = token[0]
        if mark in b"{[":
            depth += 1
            if depth > DEEPEST and not elements:
                message = f"nested more than {DEEPEST:,} deep"
                raise BrokenObjectError(message, block[start:])
            if depth > DEEPEST:
                break
        elif depth and mark in b"}]":
            depth -= 1
        elif not depth and mark in b",]}":
            if element := block[start : token.start()].strip():
                elements.append(Raw(element))
            start = token.end()
            if mark != b",":
                return elements, block[start:], True
    rest = block[start:]
    if rest.strip() and _is_json(rest):
        return [*elements, Raw(rest.strip())], b"", False
    return elements, rest, False


def _lines(block: bytes, text: Text) -> Iterator[Found]:
    """Yield the records of a text with one JSON document a line."""
    size = WINDOW_BYTES
    while b"\n" not in block.strip() and not text.is_over:
        if len(block) >= LARGEST_RECORD:
            block = yield from _without_line(block.lstrip(), text)
            break
        size *= 2
        block = text.after(block, size)
    else:
        if not _has_lines(block):
            yield _only_record(block, text)
            return
    size = WINDOW_BYTES
    while True:
        block = text.after(block, size)
        is_last = text.is_over and len(block) <= size
        end = len(block) if is_last else block.rfind(b"\n", 0, size) + 1
        lines = [line for line in block[:end].split(b"\n") if line.strip()]
        rest = block[end:]
        if is_last and text.fault is not None and lines and not _is_json(lines[-1]):
            rest = lines.pop()
        yield _unwrapped([Raw(line.strip()) for line in lines])
        if is_last and text.fault is not None:
            raise BrokenObjectError(text.fault, rest)
        if is_last:
            return
        block = rest
        if end:
            size = WINDOW_BYTES
        elif size < LARGEST_RECORD:
            size *= 2
        else:
            size = WINDOW_BYTES
            block = yield from _without_line(block, text)


def _only_record(block: bytes, text: Text) -> list[Raw]:
    """Return what may be one record over several lines. Raises BrokenObjectError if it isn't."""
    block = text.after(block, LARGEST_RECORD)
    if text.fault is not None or not text.is_over:
        raise BrokenObjectError(text.fault or "not JSON", block)
    return [Raw(block.strip())]


def _without_line(block: bytes, text: Text) -> Generator[TooLarge, None, bytes]:
    """Pass over the line that the block begins with, and return what follows it."""
    large = _too_large(block)
    rest = after_line(block, text, large)
    yield large
    return rest


def _too_large(block: bytes) -> TooLarge:
    reason = f"a record of more than {LARGEST_RECORD // 2**20} MiB"
    return TooLarge(block[:KEPT_BYTES], reason)


def _has_lines(block: bytes) -> bool:
    """Say whether one of the first lines is a JSON document by itself."""
    lines = [line for line in block[:LARGEST_LINE].split(b"\n", FIRST_LINES) if line.strip()]
    return any(line.lstrip().startswith(b"{") and _is_json(line) for line in lines[:FIRST_LINES])


def _is_json(text: bytes) -> bool:
    try:
        _ANY.decode(text)
    except (ValueError, RecursionError):
        return False
    return True

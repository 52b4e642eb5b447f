"""The records in a text, found without decoding them, in memory that doesn't grow with the text.

A small text is split whole. A larger one, or one that isn't whole, is split window by window: each
ends where a record seems to end, and is only believed if it is JSON.
"""

import re
from collections.abc import Generator, Iterator
from itertools import chain

import msgspec
from msgspec import UNSET, Raw, UnsetType

from ingest.errors import BrokenObjectError

BLOCK_BYTES = 32 * 2**20  # of a text, to start with
WINDOW_BYTES = 8 * 2**20  # of it, to split at a time: a hostile text has millions of elements
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


class Text:
    """A text that comes in pieces, and the fault that ended it, if one did."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self.is_over = False
        self.fault: str | None = None

    def after(self, text: bytes, size: int) -> bytes:
        """Return the text, continued to at least `size` bytes if there are so many."""
        parts = [text] if text else []
        missing = size - len(text)
        while missing > 0 and not self.is_over:
            try:
                piece = next(self._pieces)
            except StopIteration:
                self.is_over = True
            except BrokenObjectError as error:
                self.is_over = True
                self.fault = str(error)
            else:
                parts.append(piece)
                missing -= len(piece)
        return b"".join(parts)


def records_in(start: bytes, text: Text) -> Iterator[list[Raw]]:
    """Yield the records of a text in lists, out of whatever they are wrapped in.

    `start` is the text's first block. An element that isn't a record is yielded as it is. Raises
    BrokenObjectError after the records that could be found, if there is a rest.
    """
    is_list = _LIST_START.match(start) is not None
    is_small = len(start) <= WINDOW_BYTES or not (is_list or _has_lines(start))
    if text.is_over and text.fault is None and is_small:
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


def _lists(start: bytes, text: Text) -> Iterator[list[Raw]]:
    while list_start := _LIST_START.match(start):
        is_plain = list_start["name"] == b"Records"
        start = yield from _elements(start[list_start.end() :], text, is_plain=is_plain)
        # The text may go on, with another log file on the next line.
        start = text.after(start, WINDOW_BYTES).lstrip(b" \t\r\n}")
    if start.startswith(b"{"):
        yield from _lines(start, text)
    elif text.fault is not None:
        raise BrokenObjectError(text.fault)


def _elements(block: bytes, text: Text, *, is_plain: bool) -> Generator[list[Raw], None, bytes]:
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
        size = WINDOW_BYTES if elements else _larger(size, rest)
        block = rest + beyond


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


def _lines(block: bytes, text: Text) -> Iterator[list[Raw]]:
    """Yield the records of a text with one JSON document a line."""
    size = WINDOW_BYTES
    while b"\n" not in block.strip() and not text.is_over:
        size = _larger(size, block)
        block = text.after(block, size)
    if not _has_lines(block):
        block = text.after(block, LARGEST_RECORD)
        if text.fault is not None or not text.is_over:
            raise BrokenObjectError(text.fault or "not JSON", block)
        yield [Raw(block.strip())]
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
        size = WINDOW_BYTES if end else _larger(size, rest)
        block = rest


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


def _larger(size: int, text: bytes) -> int:
    """Return a larger window, for a record that doesn't end in this one."""
    if size >= LARGEST_RECORD:
        message = f"a record of more than {LARGEST_RECORD // 2**20} MiB"
        raise BrokenObjectError(message, text)
    return 2 * size

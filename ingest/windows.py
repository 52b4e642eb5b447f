"""A log file's text cut into windows, each a list of records, without decoding it first.

A window ends where one record seems to end and the next to begin. That is only a guess until the
window is decoded: inside a text or a nested value it isn't JSON.
"""

import re
from collections.abc import Callable, Iterator

from ingest.large_records import Text

WINDOW_BYTES = 2**20  # small enough for what is made of it to stay in the processor's cache
LARGEST_WINDOW = 16 * 2**20  # of a text that still comes
LIST_START = b'{"Records":['
LONGEST_END = 64  # bytes of blanks and brackets
_LIST_START = re.compile(rb'\s*\{\s*"Records"\s*:\s*\[')
_LIST_END = re.compile(rb"\]\s*\}\s*$")
_FIRST_NAME = re.compile(rb'\s*(\{"[^"\\]{1,64}":)')


def windows_of(text: bytes) -> Iterator[tuple[int, bytes]] | None:
    """Return lists of records as JSON texts, each with the place of its first record in the text.

    Returns None if the text isn't a log file as CloudTrail delivers it.
    """
    head = _LIST_START.match(text)
    tail = _LIST_END.search(text, max(0, len(text) - LONGEST_END))
    if head is None or tail is None or tail.start() < head.end():
        return None
    return _windows(text, head.end(), tail.start())


def is_log_file(start: bytes) -> bool:
    """Say whether a text that begins so may be a log file as CloudTrail delivers it."""
    return _LIST_START.match(start) is not None


def after_windows(start: bytes, text: Text, is_taken: Callable[[bytes], bool]) -> bytes:
    """Hand on windows of a log file while its text comes, and return the rest, as a log file.

    `start` is what was taken of the text before. There is a rest from the first window on that
    isn't taken, or whose end can't be told, and always at the end of the text.
    """
    head = _LIST_START.match(start)
    if head is None:
        return start
    block, before = start[head.end() :], head[0]
    separator = _separator(block, 0)
    size = WINDOW_BYTES
    while separator and not text.is_over and size <= LARGEST_WINDOW:
        block = text.after(block, size)
        end = block.rfind(separator) + 1
        if not end:
            size *= 2
            continue
        if not is_taken(b"".join((b"[", memoryview(block)[:end], b"]"))):
            break
        block, before = block[end + 1 :], LIST_START
        size = WINDOW_BYTES
    return before + block


def _separator(text: bytes, start: int) -> bytes | None:
    """Return what stands where a record ends and one like the first begins."""
    name = _FIRST_NAME.match(text, start)
    return b"}," + name[1] if name else None


def _windows(text: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    separator = _separator(text, start)
    view = memoryview(text)
    while start < end:
        found = text.find(separator, start + WINDOW_BYTES) if separator else -1
        window_end = found + 1 if found >= 0 else end
        yield start, b"".join((b"[", view[start:window_end], b"]"))
        start = window_end + 1


def rest_of(text: bytes, place: int) -> bytes:
    """Return the rest of a log file, from a record on, as a log file."""
    return LIST_START + text[place:]

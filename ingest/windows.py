"""A log file's text cut into windows, each a list of records, without decoding it first.

A window ends where one record seems to end and the next to begin. That is only a guess until the
window is decoded: inside a text or a nested value it isn't JSON.
"""

import re
from collections.abc import Iterator

WINDOW_BYTES = 2**20  # small enough for what is made of it to stay in the processor's cache
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


def _windows(text: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    name = _FIRST_NAME.match(text, start)
    separator = b"}," + name[1] if name else None
    view = memoryview(text)
    while start < end:
        found = text.find(separator, start + WINDOW_BYTES) if separator else -1
        window_end = found + 1 if found >= 0 else end
        yield start, b"".join((b"[", view[start:window_end], b"]"))
        start = window_end + 1


def rest_of(text: bytes, place: int) -> bytes:
    """Return the rest of a log file, from a record on, as a log file."""
    return LIST_START + text[place:]

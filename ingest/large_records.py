"""A text that comes in pieces, and records in it that are too large to be kept.

Such a record is gone through to its end, so that what follows it is found, and nothing of it but
its beginning stays in memory.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from ingest.errors import BrokenObjectError

PIECE_BYTES = 2 * 2**20  # of a text that was put back
KEPT_BYTES = 2**16  # of such a record, to be shown
MOST_MARKS = 50_000_000  # brackets, commas and texts of it; they take some ten seconds

_QUOTED = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_MARK = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?P<closed>")?|[{}\[\],]', re.DOTALL)


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
        while missing > 0 and (piece := self.more()):
            parts.append(piece)
            missing -= len(piece)
        return b"".join(parts)

    def put_back(self, text: bytes) -> None:
        """Let what was taken come again, piece by piece, and be kept no longer than that takes."""
        self._pieces = chain(_cut(text), self._pieces)

    def more(self) -> bytes:
        """Return the next piece of the text; nothing if it is over."""
        if not self.is_over:
            try:
                return next(self._pieces)
            except StopIteration:
                self.is_over = True
            except BrokenObjectError as error:
                self.is_over = True
                self.fault = str(error)
        return b""


def _cut(text: bytes) -> Iterator[bytes]:
    for start in range(0, len(text), PIECE_BYTES):
        yield text[start : start + PIECE_BYTES]


@dataclass(frozen=True, slots=True)
class TooLarge:
    """A record that was passed over: how it begins, and why."""

    start: bytes
    reason: str


def after_element(block: bytes, text: Text, large: TooLarge) -> tuple[bytes, bool]:
    """Return what follows the element that the block begins with, and whether the list ends too.

    Raises BrokenObjectError if the text ends before, or it would take too long to find out.
    """
    depth = marks = 0
    is_quoted = False
    while block and marks < MOST_MARKS:
        place = 0
        carried = b""  # a backslash whose other half is in the next piece
        if is_quoted and (quoted := _QUOTED.match(block)):
            place = quoted.end()
            is_quoted = block[place : place + 1] != b'"'
            place += not is_quoted
        for token in _MARK.finditer(block, len(block) if is_quoted else place):
            marks += 1
            mark = block[token.start()]
            if mark in b'"':
                is_quoted = token["closed"] is None
                place = token.end()
            elif mark in b"{[":
                depth += 1
            elif not depth:
                return block[token.end() :], mark not in b","
            elif mark in b"}]":
                depth -= 1
        if is_quoted:
            carried = block[place:]
        piece = text.more()
        block = carried + piece if piece else b""
    raise _unended(text, large)


def after_line(block: bytes, text: Text, large: TooLarge) -> bytes:
    """Return what follows the line that the block begins with, and that is too large.

    Raises BrokenObjectError if the text ends before.
    """
    while (end := block.find(b"\n")) < 0:
        if not (block := text.more()):
            raise _unended(text, large)
    return block[end + 1 :]


def _unended(text: Text, large: TooLarge) -> BrokenObjectError:
    reason = large.reason if text.fault is None else f"{large.reason}, and then {text.fault}"
    return BrokenObjectError(reason, large.start)

"""The text of an object: unpacked if it is gzip, whatever its name says, and in UTF-8.

A small file may unpack to gigabytes, so neither its text nor its size is ever believed whole.
"""

import codecs
import contextlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TypeAlias, cast

from isal import isal_zlib

from ingest.errors import BrokenObjectError

MAGIC = b"\x1f\x8b"
DAMAGED = cast("type[Exception]", isal_zlib.error)  # isal's types call it an instance
GZIP = 31  # zlib's window bits for gzip with its header
PIECE_BYTES = 4 * 2**20  # of text; larger ones are slower, though they spare a copy
BLOCK_BYTES = 2**16  # of packed data: as much is gone through byte by byte if it is damaged
# CloudTrail's own files stay far below both; deflate can reach a ratio of 1,000.
LARGEST_TEXT = 2**30
LARGEST_RATIO = 200
# Windows PowerShell writes UTF-16 when output is redirected to a file.
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
Again: TypeAlias = Callable[[], Iterable[bytes]]
"""Gives an object's bytes from the start once more."""


def texts_of(pieces: Iterable[bytes], again: Again | None = None) -> Iterator[bytes]:
    """Yield an object's text in pieces, none of them empty, the same however its bytes are cut.

    Raises BrokenObjectError after what could be read, if gzip data ends early, is damaged, or
    unpacks to far too much. What could be read of damaged data ends at the damage if `again` lets
    it be read once more, else somewhat before; errors that `again` raises go through.
    """
    first, pieces = _peeked(pieces, len(MAGIC))
    texts = _gunzipped(pieces, again) if first.startswith(MAGIC) else pieces
    first, texts = _peeked(texts, len(codecs.BOM_UTF8))
    if first.startswith(UTF_16):
        texts = codecs.iterencode(codecs.iterdecode(texts, "utf-16", "replace"), "utf-8")
    elif first.startswith(codecs.BOM_UTF8):
        texts = chain([next(iter(texts)).removeprefix(codecs.BOM_UTF8)], texts)
    yield from filter(None, texts)


def _peeked(pieces: Iterable[bytes], size: int) -> tuple[bytes, Iterator[bytes]]:
    """Return at least `size` bytes if there are so many, and all pieces, those bytes included."""
    pieces = iter(pieces)
    first = b""
    for piece in pieces:
        first += piece
        if len(first) >= size:
            break
    return first, chain([first], pieces)


class _DamageError(Exception):
    """Packed data is damaged at or after this place, in bytes from the start of the object."""

    def __init__(self, place: int, reason: str) -> None:
        super().__init__(reason)
        self.place = place


def _gunzipped(pieces: Iterable[bytes], again: Again | None) -> Iterator[bytes]:
    """Yield the text up to the damage, if there is any.

    What was unpacked of the block that holds the damage is lost with it, so that a second reading
    goes through it byte by byte.
    """
    text_bytes = 0
    try:
        for text in _members(_blocks(pieces)):
            text_bytes += len(text)
            yield text
    except _DamageError as damage:
        if again is not None:
            yield from _up_to_damage(again(), damage.place, text_bytes)
        message = f"gzip is damaged: {damage}"
        raise BrokenObjectError(message) from damage


def _up_to_damage(pieces: Iterable[bytes], place: int, known_bytes: int) -> Iterator[bytes]:
    """Yield the text between what is known of it and the damage, which is at the place or after."""
    with contextlib.suppress(_DamageError):
        for text in _members(_blocks(pieces, singly_from=place)):
            if known_bytes < len(text):
                yield text[known_bytes:]
            known_bytes -= min(known_bytes, len(text))


def _blocks(pieces: Iterable[bytes], singly_from: int | None = None) -> Iterator[bytes]:
    """Yield the same bytes in blocks of one size, however the pieces are cut.

    From the given place on, which is where a block begins, each byte is a block.
    """
    place = 0
    waiting = b""
    for piece in chain(pieces, [b""]):
        waiting += piece
        is_last = not piece
        whole = len(waiting) if is_last else len(waiting) - len(waiting) % BLOCK_BYTES
        for start in range(0, whole, BLOCK_BYTES):
            block = waiting[start : min(start + BLOCK_BYTES, whole)]
            if singly_from is not None and place + start >= singly_from:
                yield from (block[byte : byte + 1] for byte in range(len(block)))
            else:
                yield block
        place += whole
        waiting = waiting[whole:]


def _members(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the text of all gzip data that follows one another; raises _DamageError."""
    member = isal_zlib.decompressobj(wbits=GZIP)
    packed_bytes = text_bytes = 0
    carried = b""
    for block in blocks:
        rest = carried + block
        carried = b""
        while rest:
            if member.eof:
                if MAGIC.startswith(rest):
                    carried = rest
                    break
                if not rest.startswith(MAGIC):
                    return  # padding or other bytes, which gzip ignores too
                member = isal_zlib.decompressobj(wbits=GZIP)
            for text in _unpacked(member, rest, packed_bytes):
                text_bytes += len(text)
                yield text
                if text_bytes > max(LARGEST_TEXT, LARGEST_RATIO * (packed_bytes + len(block))):
                    message = f"unpacks to over {LARGEST_RATIO} times its size and over 1 GiB"
                    raise BrokenObjectError(message)
            rest = member.unused_data if member.eof else b""
        packed_bytes += len(block)
    if not member.eof:
        message = "gzip ended early"
        raise BrokenObjectError(message)


def _unpacked(member: "isal_zlib.Decompress", packed: bytes, place: int) -> Iterator[bytes]:
    try:
        while text := member.decompress(packed, PIECE_BYTES):
            yield text
            if member.eof:
                return
            packed = member.unconsumed_tail
    except DAMAGED as error:
        raise _DamageError(place, str(error)) from error

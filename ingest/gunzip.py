"""The text of an object: unpacked if it is gzip, whatever its name says, and in UTF-8.

A small file may unpack to gigabytes, so neither its text nor its size is ever believed whole.
"""

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import cast

from isal import isal_zlib

from ingest.errors import BrokenObjectError

MAGIC = b"\x1f\x8b"
DAMAGED = cast("type[Exception]", isal_zlib.error)  # isal's types call it an instance
GZIP = 31  # zlib's window bits for gzip with its header
PIECE_BYTES = 4 * 2**20  # larger ones are slower, though they spare a copy
# CloudTrail's own files stay far below both; deflate can reach a ratio of 1,000.
LARGEST_TEXT = 2**30
LARGEST_RATIO = 200
# Windows PowerShell writes UTF-16 when output is redirected to a file.
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def texts_of(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield an object's text in pieces, none of them empty.

    Raises BrokenObjectError after what could be read, if gzip data ends early, is damaged, or
    unpacks to far too much.
    """
    first, pieces = _peeked(pieces, len(MAGIC))
    texts = _gunzipped(pieces) if first.startswith(MAGIC) else pieces
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


def _gunzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    member = isal_zlib.decompressobj(wbits=GZIP)
    packed_bytes = text_bytes = 0
    carried = b""
    for piece in pieces:
        packed_bytes += len(piece)
        rest = carried + piece
        carried = b""
        while rest:
            if member.eof:
                if MAGIC.startswith(rest):
                    carried = rest
                    break
                if not rest.startswith(MAGIC):
                    return  # padding or other bytes, which gzip ignores too
                member = isal_zlib.decompressobj(wbits=GZIP)
            for text in _unpacked(member, rest):
                text_bytes += len(text)
                yield text
                if text_bytes > max(LARGEST_TEXT, LARGEST_RATIO * packed_bytes):
                    message = f"unpacks to over {LARGEST_RATIO} times its size and over 1 GiB"
                    raise BrokenObjectError(message)
            rest = member.unused_data if member.eof else b""
    if not member.eof:
        message = "gzip ended early"
        raise BrokenObjectError(message)


def _unpacked(member: "isal_zlib.Decompress", packed: bytes) -> Iterator[bytes]:
    try:
        while text := member.decompress(packed, PIECE_BYTES):
            yield text
            if member.eof:
                return
            packed = member.unconsumed_tail
    except DAMAGED as error:
        message = f"gzip is damaged: {error}"
        raise BrokenObjectError(message) from error

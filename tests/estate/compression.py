"""Gzip whose bytes depend on nothing but its content and zlib: no time, no platform."""

import struct
import zlib

_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


def gzipped(content: bytes, level: int = 6) -> bytes:
    """Return the content as a gzip file without a time in its header."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(content) + packer.flush()
    trailer = struct.pack("<LL", zlib.crc32(content), len(content) & 0xFFFFFFFF)
    return _HEADER + packed + trailer

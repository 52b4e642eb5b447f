"""Columns out of many structs' values at once, with no Python step per value where it matters."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import UNSET

from ingest.event_columns import RESOURCE, TIME
from ingest.records import Part, Resource

Mask: TypeAlias = npt.NDArray[np.bool_]

WORDS = {"true": True, "false": False, UNSET: None}
CANONICAL_TIME = "____-__-__T__:__:__Z"
NULL = b"null"


@dataclass(frozen=True, slots=True)
class PartColumn:
    """Free-form parts as JSON text, and which were absent, null, a JSON string, or not UTF-8."""

    texts: pa.Array
    is_absent: Mask
    is_null: Mask
    is_string: Mask
    is_garbled: Mask


def plain_column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Return texts or flags as a column; absent ones are null."""
    if values[0] is UNSET and values.count(UNSET) == len(values):
        return pa.nulls(len(values), kind)
    try:
        return pa.array(values, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # one of them is absent
        return pa.array([None if value is UNSET else value for value in values], kind)


def word_column(values: Sequence[Any]) -> pa.Array:
    """Return flags that are written as words."""
    return pa.array([WORDS[value] for value in values], pa.bool_())


def time_column(texts: Sequence[str]) -> tuple[pa.Array, Mask]:
    """Return moments, and which of them are written as CloudTrail does; the others are null."""
    written = pa.array(texts, pa.string())
    is_canonical = pc.match_like(written, CANONICAL_TIME)
    written = pc.if_else(is_canonical, written, None)
    try:
        moments = written.cast(TIME)
    except pa.ArrowInvalid:
        moments = pa.chunked_array([_moment(text) for text in written]).combine_chunks()
    return moments, moments.is_valid().to_numpy(zero_copy_only=False)


def _moment(text: pa.StringScalar) -> pa.Array:
    try:
        return pa.array([text.as_py()], pa.string()).cast(TIME)
    except pa.ArrowInvalid:
        return pa.nulls(1, TIME)


def part_column(parts: Sequence[Part]) -> PartColumn:
    """Return free-form parts as JSON text, byte for byte; the others are null."""
    count = len(parts)
    if parts[0] is UNSET and parts.count(UNSET) == count:
        nothing = np.zeros(count, np.bool_)
        return PartColumn(pa.nulls(count, pa.string()), ~nothing, nothing, nothing, nothing)
    content, offsets = _joined(parts)
    lengths = np.diff(offsets)
    # A byte more, so that the first byte of an absent part at the end can be looked at.
    first = np.frombuffer(content + b" ", np.uint8)[offsets[:-1]]
    is_absent = lengths == 0
    is_null = (lengths == len(NULL)) & (first == NULL[0])
    is_garbled = _garbled(content, offsets)
    is_valid = np.packbits(~(is_absent | is_null | is_garbled), bitorder="little")
    column = pa.StringArray.from_buffers(
        count, pa.py_buffer(offsets), pa.py_buffer(content), pa.py_buffer(is_valid)
    )
    return PartColumn(
        texts=column,
        is_absent=is_absent,
        is_null=is_null,
        is_string=(first == ord('"')) & ~is_absent,
        is_garbled=is_garbled,
    )


def _garbled(content: bytes, offsets: npt.NDArray[np.int32]) -> Mask:
    """Say which of the texts in `content` are not UTF-8."""
    is_garbled = np.zeros(len(offsets) - 1, np.bool_)
    if not is_utf8(content):
        for number in range(len(is_garbled)):
            is_garbled[number] = not is_utf8(content[offsets[number] : offsets[number + 1]])
    return is_garbled


def is_utf8(text: bytes) -> bool:
    """Say whether the text is UTF-8."""
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def binary_column(parts: Sequence[Part]) -> pa.Array:
    """Return parts as the bytes they are; absent ones are empty."""
    content, offsets = _joined(parts)
    return pa.Array.from_buffers(
        pa.binary(), len(parts), [None, pa.py_buffer(offsets), pa.py_buffer(content)]
    )


def _joined(parts: Sequence[Part]) -> tuple[bytes, npt.NDArray[np.int32]]:
    """Return all parts in one, and where each begins and the last ends."""
    texts: list[Any] = [b"" if part is UNSET else part for part in parts]
    offsets = np.zeros(len(texts) + 1, np.int32)
    np.cumsum(np.fromiter(map(len, texts), np.int32, len(texts)), out=offsets[1:])
    return b"".join(texts), offsets


def resources_column(lists: Sequence[list[Resource] | msgspec.UnsetType]) -> pa.Array:
    """Return `resources` as a list column; absent lists are null."""
    is_absent = np.array([elements is UNSET for elements in lists], np.bool_)
    if is_absent.all():
        return pa.nulls(len(lists), pa.list_(RESOURCE))
    present: list[list[Resource]] = [
        [] if isinstance(elements, msgspec.UnsetType) else elements for elements in lists
    ]
    offsets = np.zeros(len(lists) + 1, np.int32)
    np.cumsum(np.fromiter(map(len, present), np.int32, len(present)), out=offsets[1:])
    rows = list(map(msgspec.structs.astuple, chain.from_iterable(present)))
    columns = zip(*rows, strict=True) if rows else [[] for _ in RESOURCE]
    elements = pa.StructArray.from_arrays(
        [
            plain_column(column, pa.string()) if column else pa.array([], pa.string())
            for column in columns
        ],
        fields=list(RESOURCE),
    )
    return pa.ListArray.from_arrays(
        pa.array(offsets), elements, type=pa.list_(RESOURCE), mask=pa.array(is_absent)
    )

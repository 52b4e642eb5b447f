"""Columns out of many structs' values at once, with no Python step per value where it matters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingest.event_columns import RESOURCE, TEXT, TIME
from ingest.records import NO_PART, Resource
from ingest.redaction import redacted_column

Mask: TypeAlias = npt.NDArray[np.bool_]

WORDS = {"true": True, "false": False, None: None}
CANONICAL_LENGTH = len("2026-01-31T22:41:00Z")
CANONICAL_MARKS = {4: "-", 7: "-", 10: "T", 13: ":", 16: ":", 19: "Z"}
NULL = b"null"
MOST_RESOURCES = 10_000  # of one event


@dataclass(frozen=True, slots=True)
class PartColumn:
    """Free-form parts as JSON text, and which were absent, null, a JSON string, or not UTF-8."""

    texts: pa.Array
    is_absent: Mask
    is_null: Mask
    is_string: Mask
    is_garbled: Mask


def plain_column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Return texts or flags as a column."""
    return pa.nulls(len(values), kind) if _is_nothing(values) else pa.array(values, kind)


def word_column(values: Sequence[Any]) -> pa.Array:
    """Return flags that are written as words."""
    return plain_column([WORDS[value] for value in values], pa.bool_())


def _is_nothing(values: Sequence[Any]) -> bool:
    return values[0] is None and values.count(None) == len(values)


def time_column(texts: Sequence[str]) -> tuple[pa.Array, Mask]:
    """Return moments, and which of them are written as CloudTrail does; the others are null."""
    written = pa.array(texts, pa.string())
    is_canonical = _is_canonical(written)
    if not is_canonical.all():
        written = pc.if_else(pa.array(is_canonical), written, None)
    try:
        moments = written.cast(TIME)
    except pa.ArrowInvalid:
        moments = pa.chunked_array([_moment(text) for text in written]).combine_chunks()
    return moments, moments.is_valid().to_numpy(zero_copy_only=False)


def _is_canonical(written: pa.StringArray) -> Mask:
    """Say which texts have CloudTrail's length of a time and its punctuation."""
    _, offsets_buffer, content = written.buffers()
    starts = np.frombuffer(offsets_buffer, np.int32)[: len(written) + 1]
    is_canonical: Mask = np.diff(starts) == CANONICAL_LENGTH
    letters = np.frombuffer(content, np.uint8)
    starts = starts[:-1][is_canonical]
    has_marks = np.ones(len(starts), np.bool_)
    for place, mark in CANONICAL_MARKS.items():
        has_marks &= letters[starts + place] == ord(mark)
    is_canonical[is_canonical] = has_marks
    return is_canonical


def _moment(text: pa.StringScalar) -> pa.Array:
    try:
        return pa.array([text.as_py()], pa.string()).cast(TIME)
    except pa.ArrowInvalid:
        return pa.nulls(1, TIME)


def part_column(parts: Sequence[msgspec.Raw]) -> PartColumn:
    """Return free-form parts as JSON text, byte for byte; the others are null."""
    count = len(parts)
    if parts[0] is NO_PART and parts.count(NO_PART) == count:
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


def binary_column(parts: Sequence[msgspec.Raw]) -> pa.Array:
    """Return parts as the bytes they are; absent ones are empty."""
    content, offsets = _joined(parts)
    return pa.Array.from_buffers(
        pa.binary(), len(parts), [None, pa.py_buffer(offsets), pa.py_buffer(content)]
    )


def _joined(parts: Sequence[msgspec.Raw]) -> tuple[bytes, npt.NDArray[np.int32]]:
    """Return all parts in one, and where each begins and the last ends."""
    offsets = np.zeros(len(parts) + 1, np.int32)
    np.cumsum(np.fromiter(map(len, parts), np.int32, len(parts)), out=offsets[1:])
    return b"".join(parts), offsets


def bounded(
    lists: Sequence[list[Resource] | None],
) -> tuple[Sequence[list[Resource] | None], Mask | None]:
    """Return the lists, endless ones as if they were absent, and which those are, if any."""
    if max(map(len, filter(None, lists)), default=0) <= MOST_RESOURCES:
        return lists, None
    is_endless = [len(elements or ()) > MOST_RESOURCES for elements in lists]
    kept = [
        None if left_out else elements for elements, left_out in zip(lists, is_endless, strict=True)
    ]
    return kept, np.array(is_endless, np.bool_)


def resources_column(lists: Sequence[list[Resource] | None]) -> pa.Array:
    """Return `resources` as a list column; absent lists are null."""
    count = len(lists)
    present: list[list[Resource]] = list(filter(None, lists))
    if not present and None not in lists:
        return pa.array([[]] * count, pa.list_(RESOURCE))
    if not present:
        return pa.array(lists, pa.list_(RESOURCE))
    offsets = np.zeros(count + 1, np.int32)
    lengths: Iterable[int] = map(len, present)
    mask = None
    if len(present) < count:
        lengths = (len(elements) if elements else 0 for elements in lists)
        mask = pa.array([elements is None for elements in lists], pa.bool_())
    np.cumsum(np.fromiter(lengths, np.int32, count), out=offsets[1:])
    rows = map(msgspec.structs.astuple, chain.from_iterable(present))
    columns = zip(*rows, strict=True)
    elements = pa.StructArray.from_arrays(
        [redacted_column(plain_column(column, TEXT)) for column in columns], fields=list(RESOURCE)
    )
    return pa.ListArray.from_arrays(pa.array(offsets), elements, type=pa.list_(RESOURCE), mask=mask)

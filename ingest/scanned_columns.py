"""Columns as Arrow has them, out of what the compiled scanner collected."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest.event_columns import RESOURCE, TEXT, TIME
from ingest.record_scanner import RecordScanner

Numbers: TypeAlias = npt.NDArray[np.int32]

IS_NULL, IS_THERE, IS_ABSENT = 0, 1, 2
NOTHING = -1  # the number of what is absent, and the length of a list that is
MICROSECONDS = 1_000_000


def text_column(scanner: RecordScanner, column: int) -> pa.Array:
    """Return texts that seldom repeat; null where they are null or absent."""
    is_there = marks(scanner, column) == IS_THERE
    if not is_there.any():
        return pa.nulls(len(is_there), TEXT)
    ends = numbers_of(scanner, column)
    offsets = np.zeros(len(ends) + 1, np.int32)
    offsets[1:] = ends
    valid = None if is_there.all() else pa.py_buffer(np.packbits(is_there, bitorder="little"))
    content = pa.py_buffer(scanner.content(column))
    return pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), content, valid)


def code_column(scanner: RecordScanner, column: int) -> pa.Array:
    """Return texts that repeat, as a dictionary."""
    distinct = pa.array(scanner.codes_of(column), pa.binary()).cast(TEXT)
    return pa.DictionaryArray.from_arrays(_nullable(numbers_of(scanner, column)), distinct)


def flag_column(scanner: RecordScanner, column: int) -> pa.Array:
    """Return flags; null where they are absent."""
    said = marks(scanner, column)
    return pa.array(said == IS_THERE, mask=said == IS_ABSENT)


def time_column(scanner: RecordScanner, column: int) -> pa.Array:
    """Return moments, all of them there."""
    moments = np.frombuffer(scanner.content(column), np.int64) * MICROSECONDS
    return pa.Array.from_buffers(TIME, len(moments), [None, pa.py_buffer(moments)])


def marks(scanner: RecordScanner, column: int) -> npt.NDArray[np.uint8]:
    """Say of each value whether it is null or false, there or true, or absent."""
    return np.frombuffer(scanner.marks_of(column), np.uint8)


def list_column(scanner: RecordScanner, column: int, parts: list[pa.Array]) -> pa.Array:
    """Return lists of resources with these parts; null where they are absent."""
    lengths = numbers_of(scanner, column)
    is_absent = lengths == NOTHING
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(np.where(is_absent, 0, lengths), out=offsets[1:])
    elements = pa.StructArray.from_arrays(parts, fields=list(RESOURCE))
    mask = pa.array(is_absent) if is_absent.any() else None
    return pa.ListArray.from_arrays(pa.array(offsets), elements, type=pa.list_(RESOURCE), mask=mask)


def spread(values: pa.Array, numbers: Numbers) -> pa.Array:
    """Return the values of these numbers, text as a dictionary without nulls and repetitions."""
    if not pa.types.is_string(values.type):
        return values.take(_nullable(numbers))
    distinct = values.dictionary_encode()
    return pa.DictionaryArray.from_arrays(
        distinct.indices.take(_nullable(numbers)), distinct.dictionary
    )


def _nullable(numbers: Numbers) -> pa.Array:
    is_absent = numbers == NOTHING
    return pa.array(numbers, mask=is_absent) if is_absent.any() else pa.array(numbers)


def numbers_of(scanner: RecordScanner, column: int) -> Numbers:
    """Return what the scanner gives: where texts end, their numbers, or how long lists are."""
    return np.frombuffer(scanner.numbers_of(column), np.int32)

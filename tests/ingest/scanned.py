"""What the compiled scanner gives of lists of records: its columns, and the rows that they are."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import numpy as np

from ingest.record_scanner import RecordScanner
from ingest.records import FIELDS_AND_FORMS, RESOURCE_PARTS
from ingest.scanned_columns import IS_ABSENT, IS_THERE
from tests.ingest.fuzz.targets import scanner_of_records

Row: TypeAlias = dict[str, object]

COLUMNS = range(len(FIELDS_AND_FORMS) + len(RESOURCE_PARTS))
CODES = [column for column, (_, form) in enumerate(FIELDS_AND_FORMS) if "code" in form]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def list_of(*records: bytes) -> bytes:
    """Return a JSON list of these records."""
    return b"[%s]" % b",".join(records)


def columns_of(scanner: RecordScanner) -> list[object]:
    """Return all that a scanner gives."""
    columns = [
        (scanner.content(at), scanner.numbers_of(at), scanner.marks_of(at)) for at in COLUMNS
    ]
    return [scanner.indexes(), columns, [scanner.codes_of(at) for at in CODES], len(scanner)]


def scanned(*windows: bytes) -> RecordScanner:
    """Return a scanner that was given these lists, numbered one after the other."""
    scanner, place = scanner_of_records(), 0
    for window in windows:
        found = scanner.scan(window, place)
        assert found is not None
        place += found[0]
    return scanner


def rows_of(scanner: RecordScanner) -> list[Row]:
    """Return what the columns say of each record, without what is absent; parts are text."""
    rows: list[Row] = [{} for _ in range(len(scanner))]
    for column, (name, form) in enumerate(FIELDS_AND_FORMS):
        for row, value in zip(rows, _values(scanner, column, form), strict=True):
            if value is not None:
                row[name] = value
    return rows


def _values(scanner: RecordScanner, column: int, form: str) -> Iterator[object]:
    numbers = np.frombuffer(scanner.numbers_of(column), np.int32).tolist()
    marks = np.frombuffer(scanner.marks_of(column), np.uint8).tolist()
    match form:
        case "flag" | "word":
            yield from (None if mark == IS_ABSENT else mark == IS_THERE for mark in marks)
        case "code" | "coded part":
            codes = [code.decode() for code in scanner.codes_of(column)]
            yield from (None if number < 0 else codes[number] for number in numbers)
        case "time":
            seconds = np.frombuffer(scanner.content(column), np.int64).tolist()
            yield from (EPOCH + timedelta(seconds=second) for second in seconds)
        case "list":
            parts = [_values(scanner, at, "text") for at in COLUMNS[len(FIELDS_AND_FORMS) :]]
            elements = zip(*parts, strict=True)
            for number in numbers:
                yield None if number < 0 else [next(elements) for _ in range(number)]
            assert not list(elements)
        case _:
            start = 0
            for end, mark in zip(numbers, marks, strict=True):
                value = scanner.content(column)[start:end].decode()
                yield {IS_ABSENT: None, IS_THERE: value}.get(mark, "null")
                start = end

"""Rows are written once each, to the file of their day, in the order that is asked for."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake import parquet_files
from lake.parquet_files import FileForm, write_files

SCHEMA = pa.schema(
    [
        ("event_id", pa.string()),
        ("event_time", pa.timestamp("us", "UTC")),
        ("event_name", pa.string()),
        ("labels", pa.list_(pa.string())),
    ]
)
MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)
BEFORE_1970 = datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)
DAY = "event_time_day={:%Y-%m-%d}"


class Files:
    """Files in memory, by name."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    @contextmanager
    def create(self, name: str) -> Iterator[IO[bytes]]:
        stream = io.BytesIO()
        yield stream
        self.contents[name] = stream.getvalue()

    def rows(self, name: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = pq.read_table(io.BytesIO(self.contents[name])).to_pylist()
        return rows


def form(*sort_by: str, near_unique: tuple[str, ...] = ()) -> FileForm:
    return FileForm(SCHEMA, sort_by, "event_time", ("event_id",), near_unique)


def table_of(times: list[datetime]) -> pa.Table:
    rows = [
        {"event_id": str(number), "event_time": time, "event_name": "Get", "labels": ["a"]}
        for number, time in enumerate(times)
    ]
    return pa.Table.from_pylist(rows, SCHEMA)


@given(
    hours=st.lists(st.integers(-30, 60), min_size=1, max_size=40),
    is_sorted=st.booleans(),
    most_runs=st.sampled_from([1, 2, 100]),
    copied=st.integers(1, 20),
)
def test_each_row_is_in_the_file_of_its_day_once(
    hours: list[int], *, is_sorted: bool, most_runs: int, copied: int
) -> None:
    times = [MIDNIGHT + timedelta(hours=hour) for hour in hours]
    rows = table_of(times)
    files = Files()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(parquet_files, "MOST_RUNS", most_runs)
        patched.setattr(parquet_files, "COPIED_ROWS", copied)
        names = write_files(form("event_time") if is_sorted else form(), rows, files.create)
    assert len(names) == len({time.date() for time in times})
    found = []
    for name in names:
        written = files.rows(name)
        assert {DAY.format(row["event_time"]) for row in written} == {name.partition("/")[0]}
        order = [row["event_time"] if is_sorted else int(row["event_id"]) for row in written]
        assert order == sorted(order)
        found += written
    assert sorted(found, key=lambda row: int(row["event_id"])) == rows.to_pylist()


def test_a_moment_before_1970_is_of_its_own_day() -> None:
    (name,) = write_files(form(), table_of([BEFORE_1970]), Files().create)
    assert name.startswith("event_time_day=1969-12-31/")


def test_rows_without_a_time_are_in_no_file_and_no_rows_make_none() -> None:
    files = Files()
    row = {"event_id": "1", "event_time": None, "event_name": "Get", "labels": None}
    for rows in ([], [row]):
        assert write_files(form(), pa.Table.from_pylist(rows, SCHEMA), files.create) == []
    assert files.contents == {}


def test_what_hardly_repeats_has_no_dictionary() -> None:
    files = Files()
    rows = table_of([MIDNIGHT] * 100)
    (name,) = write_files(form(near_unique=("event_id",)), rows, files.create)
    group = pq.ParquetFile(io.BytesIO(files.contents[name])).metadata.row_group(0)
    has_dictionary = {
        column.path_in_schema.partition(".")[0]: column.has_dictionary_page
        for column in map(group.column, range(group.num_columns))
    }
    assert has_dictionary["event_name"]
    assert not has_dictionary["event_id"]
    assert files.rows(name) == rows.to_pylist()

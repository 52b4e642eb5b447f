"""The Arrow form of events has the lake's columns, all of them and no others."""

import subprocess
import sys

import pyarrow as pa

from ingest.event_columns import EVENT_SCHEMA, PLAIN_SCHEMA, REPETITIVE, batch_of_rows
from lake import columns
from lake.events_table import EVENTS

LAKE_TYPES = {
    columns.TEXT: pa.string(),
    columns.JSON: pa.string(),
    columns.FLAG: pa.bool_(),
    columns.COUNT: pa.int64(),
    columns.TIME: pa.timestamp("us", tz="UTC"),
    columns.RESOURCES: pa.list_(
        pa.struct([(name, pa.string()) for name in columns.RESOURCE_FIELDS])
    ),
}


def test_the_columns_are_those_of_the_lake() -> None:
    assert {field.name: field.type for field in PLAIN_SCHEMA} == {
        column.name: LAKE_TYPES[column.kind] for column in EVENTS.columns
    }


def test_only_texts_are_dictionaries() -> None:
    assert set(EVENT_SCHEMA.names) >= REPETITIVE
    dictionaries = {field.name for field in EVENT_SCHEMA if pa.types.is_dictionary(field.type)}
    assert dictionaries == REPETITIVE
    assert all(PLAIN_SCHEMA.field(name).type == pa.string() for name in REPETITIVE)


def test_missing_columns_are_null() -> None:
    [row] = batch_of_rows([{"event_id": "1"}]).to_pylist()
    assert {name: value for name, value in row.items() if value is not None} == {"event_id": "1"}


def test_a_worker_starts_without_the_lake() -> None:
    code = "import sys, ingest.workers; print({'pyiceberg', 'duckdb'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "set()\n"

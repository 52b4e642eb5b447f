"""Tables of events as ingest hands them on, from the few fields that a test is about."""

import json
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from pyiceberg.io.pyarrow import schema_to_pyarrow

from lake.columns import Table
from lake.events_table import EVENTS

EVENT_TIME = datetime(2026, 9, 14, 8, 12, 33, tzinfo=UTC)
SCHEMA = schema_to_pyarrow(EVENTS.schema())


def event(event_source: str, event_name: str, **columns: object) -> dict[str, Any]:
    """Return an event's columns; parameters that aren't text already become JSON text."""
    given = {
        "event_id": "event-1",
        "event_time": EVENT_TIME,
        "event_source": event_source,
        "event_name": event_name,
        "aws_region": "eu-central-1",
        "recipient_account_id": "123456789012",
        "event_category": "Management",
        "source_object_id": "object-1",
    } | columns
    for name in {"request_parameters", "response_elements"} & given.keys():
        if not isinstance(given[name], str | None):
            given[name] = json.dumps(given[name])
    return given


def events_table(*events: dict[str, Any]) -> pa.Table:
    """Return the events as a table with all columns of `events`."""
    return pa.Table.from_pylist(list(events), schema=SCHEMA)


def arrow_rows(table: Table, rows: list[dict[str, object]]) -> pa.Table:
    """Return the rows as the lake takes them; fails if one has a column that the table lacks."""
    schema = schema_to_pyarrow(table.schema())
    unknown = {name for row in rows for name in row} - set(schema.names)
    assert not unknown, f"{table.name} has no {unknown}"
    return pa.Table.from_pylist(rows, schema=schema)

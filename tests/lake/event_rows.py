"""Rows of the lake's tables with only the columns that a test names; the rest is null."""

from datetime import UTC, datetime

import pyarrow as pa

from lake import Lake
from lake.commits import StagedBatch
from lake.data_files import arrow_schema, write_data_files
from lake.duplicates import CONTENT

ACCOUNT = "123456789012"
NOON = datetime(2026, 9, 14, 12, tzinfo=UTC)


def rows_of(lake: Lake, name: str, *rows: dict[str, object]) -> pa.Table:
    """Return rows with all columns of the table."""
    schema = arrow_schema(lake.table(name))
    nothing = dict.fromkeys(schema.names)
    return pa.Table.from_pylist([nothing | row for row in rows], schema=schema)


def event(event_id: str, event_time: datetime = NOON, **columns: object) -> dict[str, object]:
    """Return one row of `events`."""
    assert set(columns) <= {*CONTENT, "source_object_id", "record_index", "recipient_account_id"}
    row: dict[str, object] = {
        "event_id": event_id,
        "event_time": event_time,
        "event_name": "ListBuckets",
        "recipient_account_id": ACCOUNT,
        "source_object_id": "object-1",
        "record_index": 0,
    }
    return row | columns


def ledger_row(source_object_id: str, events_written: int) -> dict[str, object]:
    """Return the ledger's row of an object whose records all became events."""
    return {
        "source_object_id": source_object_id,
        "uri": f"file:///{source_object_id}",
        "kind": "cloudtrail",
        "records_read": events_written,
        "events_written": events_written,
        "duplicates": 0,
        "conflicts": 0,
        "rejected": 0,
        "status": "ingested",
        "ingested_at": NOON,
    }


def staged(
    lake: Lake, batch_id: str, *events: dict[str, object], base_snapshot_id: int | None = None
) -> StagedBatch:
    """Write a batch of events and its ledger as data files, ready to be committed."""
    source_object_id = str(events[0]["source_object_id"]) if events else batch_id
    tables = {
        "events": rows_of(lake, "events", *events),
        "source_objects": rows_of(
            lake, "source_objects", ledger_row(source_object_id, len(events))
        ),
    }
    files = {
        name: tuple(write_data_files(lake.table(name), table)) for name, table in tables.items()
    }
    return StagedBatch(batch_id, files, base_snapshot_id)

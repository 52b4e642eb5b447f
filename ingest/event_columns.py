"""The Arrow form in which events travel from decoding to the lake.

Columns whose values repeat are dictionaries: they are a fraction of the size to sort, to move
between processes and to write.
"""

from typing import Any

import pyarrow as pa

from ingest.fields import IDENTITY_FIELDS, TLS_FIELDS, Form
from lake.columns import COUNT, FLAG, JSON, RESOURCE_FIELDS, RESOURCES, TEXT, TIME
from lake.events_table import EVENTS

REPETITIVE = frozenset(
    {
        "event_version",
        "event_source",
        "event_name",
        "aws_region",
        "source_ip_address",
        "user_agent",
        "error_code",
        "event_type",
        "event_category",
        "api_version",
        "recipient_account_id",
        "vpc_endpoint_id",
        "vpc_endpoint_account_id",
        "role_session_name",
        "extra",
        "source_object_id",
    }
    | {
        field.column
        for field in (*IDENTITY_FIELDS, *TLS_FIELDS)
        if field.form in {Form.TEXT, Form.JSON}
    }
)
RESOURCE = pa.struct([(name, pa.string()) for name in RESOURCE_FIELDS])
ARROW_TYPES = {
    TEXT: pa.string(),
    JSON: pa.string(),
    FLAG: pa.bool_(),
    COUNT: pa.int64(),
    TIME: pa.timestamp("us", tz="UTC"),
    RESOURCES: pa.list_(RESOURCE),
}
PLAIN_SCHEMA = pa.schema([(column.name, ARROW_TYPES[column.kind]) for column in EVENTS.columns])
EVENT_SCHEMA = pa.schema(
    [
        (
            field.name,
            pa.dictionary(pa.int32(), field.type) if field.name in REPETITIVE else field.type,
        )
        for field in PLAIN_SCHEMA
    ]
)


def encoded(column: pa.Array, name: str) -> pa.Array:
    """Return a column as `EVENT_SCHEMA` has it."""
    is_plain = not pa.types.is_dictionary(column.type)
    return column.dictionary_encode() if name in REPETITIVE and is_plain else column


def batch_of(columns: dict[str, pa.Array], rows: int) -> pa.RecordBatch:
    """Return a batch of these columns; those of `EVENT_SCHEMA` that are missing are null."""
    return pa.RecordBatch.from_arrays(
        [
            encoded(columns[field.name], field.name)
            if field.name in columns
            else pa.nulls(rows, field.type)
            for field in EVENT_SCHEMA
        ],
        schema=EVENT_SCHEMA,
    )


def batch_of_rows(rows: list[dict[str, Any]]) -> pa.RecordBatch:
    """Return a batch of rows given as dictionaries; missing keys are null."""
    plain = pa.RecordBatch.from_pylist(rows, schema=PLAIN_SCHEMA)
    return batch_of(dict(zip(plain.schema.names, plain.columns, strict=True)), plain.num_rows)

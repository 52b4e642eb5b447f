"""The Arrow form in which events travel from decoding to the lake.

Columns whose values repeat are dictionaries: they are a fraction of the size to sort, to move
between processes and to write.
"""

from typing import Any

import pyarrow as pa

from ingest.fields import (
    FIELDS,
    IDENTITY_FIELDS,
    RESOURCE_FIELDS,
    RESOURCES,
    TLS_FIELDS,
    TOP_TEXTS,
    Form,
)

TEXT, FLAG, COUNT, TIME = pa.string(), pa.bool_(), pa.int64(), pa.timestamp("us", tz="UTC")
ARROW_TYPES = {
    Form.TEXT: TEXT,
    Form.JSON: TEXT,
    Form.FLAG: FLAG,
    Form.WORD: FLAG,
    Form.TIME: TIME,
}
RESOURCE = pa.struct([(name, TEXT) for name in RESOURCE_FIELDS.values()])
DERIVED = {
    RESOURCES: pa.list_(RESOURCE),
    "role_session_name": TEXT,
    "issued_access_key_id": TEXT,
    "extra": TEXT,
    "source_object_id": TEXT,
    "record_index": COUNT,
}
# Not in the lake's order of columns: files are written by name.
PLAIN_SCHEMA = pa.schema({field.column: ARROW_TYPES[field.form] for field in FIELDS} | DERIVED)
REPETITIVE = frozenset(
    {
        *TOP_TEXTS.values(),
        *(field.column for field in (*IDENTITY_FIELDS, *TLS_FIELDS) if field.form is Form.TEXT),
        "web_identity_attributes",
        "role_session_name",
        "extra",
        "source_object_id",
    }
    - {"event_id", "request_id", "shared_event_id", "error_message"}
)
EVENT_SCHEMA = pa.schema(
    [
        field.with_type(pa.dictionary(pa.int32(), field.type))
        if field.name in REPETITIVE
        else field
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

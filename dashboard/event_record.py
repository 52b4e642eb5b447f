"""One event as people read it: what CloudTrail recorded, and who was behind it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dashboard.escaping import visible_json

JSON_COLUMNS = {
    "additional_event_data",
    "edge_device_details",
    "event_context",
    "extra",
    "insight_details",
    "request_parameters",
    "response_elements",
    "service_event_details",
    "web_identity_attributes",
}
ATTRIBUTION_COLUMNS = (
    "workload_kind",
    "workload_name",
    "fleet_name",
    "fleet_confidence",
    "image_builder_name",
    "stack_name",
    "streaming_session_id",
    "user_id",
    "session_confidence",
    "candidate_user_ids",
    "attribution_method",
    "attribution_id",
    "role_session_id",
    "parent_role_session_id",
    "origin_principal_arn",
    "vpc_id",
    "vpc_endpoint_ownership",
    "credential_use",
    "result",
)
SHOWN_CHARACTERS = 60_000


def recorded(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what CloudTrail recorded: the event's own columns that have a value, JSON unpacked."""
    return _filled({name: row[name] for name in row if name not in ATTRIBUTION_COLUMNS})


def attributed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what roletrail worked out about the event, as far as it has a value."""
    return _filled({name: row[name] for name in ATTRIBUTION_COLUMNS if name in row})


def all_columns(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return every column of the row, those without a value too."""
    return {name: _plain(name, value) for name, value in row.items()}


def as_json(fields: Mapping[str, Any]) -> str:
    """Return the fields as indented JSON, hidden characters as escapes, cut if very long."""
    text = visible_json(json.dumps(fields, indent=2, ensure_ascii=False, default=str))
    if len(text) <= SHOWN_CHARACTERS:
        return text
    return f"{text[:SHOWN_CHARACTERS]}\n… cut here; the Parquet download has all of it"


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in all_columns(fields).items() if value not in (None, [], "")
    }


def _plain(name: str, value: object) -> object:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if name in JSON_COLUMNS and isinstance(value, str):
        return _unpacked(value)
    return value


def _unpacked(text: str) -> object:
    """Return JSON text as what it says; text that isn't JSON stays text."""
    try:
        unpacked: object = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return unpacked

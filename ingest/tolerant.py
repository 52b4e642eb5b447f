"""Reading a record, or a part of one, whose values may have any form.

A column gets the best that can be made of a value; what a column can't carry exactly also stays in
`extra`. Only a record without a usable eventID and eventTime is refused.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec

from ingest.fields import (
    ABSENT,
    CATEGORIES_WITHOUT_THEM,
    FIELDS,
    FREE_FORM,
    NULL_WHEN_EMPTY,
    RESOURCE_FIELDS,
    RESOURCES,
    WHOLE_RECORD,
    Field,
    Form,
)
from ingest.identities import issued_access_key_id, role_session_name
from ingest.observed_values import flag_of, text_of, time_of
from ingest.rebuild import json_of, marked, record_of, written_time
from ingest.redaction import redacted

Row: TypeAlias = dict[str, object]
Values: TypeAlias = dict[str, object]
Plan: TypeAlias = Mapping[str, "Field | Plan"]

KNOWN = {field.path[0] for field in FIELDS} | {RESOURCES}


def plan_of(fields: Iterable[Field]) -> Plan:
    """Return the fields as a tree: where each stands in an object and the objects inside it."""
    plan: dict[str, Any] = {}
    for field in fields:
        *containers, name = field.path
        branch = plan
        for container in containers:
            branch = branch.setdefault(container, {})
        branch[name] = field
    return plan


PLAN = plan_of(FIELDS)
WORDS = {"true": True, "false": False}
LONGEST_QUOTE = 60  # characters of a bad value that a reason shows
# As Python's values it takes up to forty times as much. CloudTrail's records stay far below.
LARGEST = 4 * 2**20  # bytes
TOO_LARGE = f"over {LARGEST // 2**20} MiB, and not of the usual form"
DEEPEST = 200  # brackets in brackets; Python's own limit depends on who calls whom
TOO_DEEP = f"nested more than {DEEPEST} deep"
_TEXT_OR_BRACKET = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\]]', re.DOTALL)
# An escaped character: a pair of surrogates, half of one, or any other.
_ESCAPED = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a record can't be taken, and the field at fault if one is."""

    field: str | None
    reason: str


def event_of(raw: bytes) -> Row | Fault:
    """Return the columns of a record that `ingest.rebuild` gives back exactly, or the fault.

    `source_object_id` and `record_index` are left to the caller.
    """
    if (limit := _limit_exceeded_by(raw)) is not None:
        return Fault(None, limit)
    try:
        text = redacted(raw).decode()
    except UnicodeDecodeError:
        return Fault(None, "not UTF-8")
    whole = _ESCAPED.sub(_whole_character, text.encode())
    try:
        fields = msgspec.json.decode(whole, type=dict[str, msgspec.Raw])
    except msgspec.ValidationError:
        return Fault(None, "not a JSON object")
    except (ValueError, RecursionError) as error:
        return Fault(None, f"not JSON: {error}")
    row = _row_of(fields)
    if isinstance(row, Fault):
        return row
    if whole != text.encode() or not _is_given_back(row, text):
        row["extra"] = msgspec.json.encode({WHOLE_RECORD: text}).decode()
    return row


def columns_of(plan: Plan, values: Values) -> tuple[Row, Values]:
    """Return the columns of the planned fields, and what of the values they can't carry exactly."""
    row: Row = {}
    return row, _take(plan, values, row)


def _take(plan: Plan, values: Values, row: Row) -> Values:
    rest: Values = {}
    for name, value in values.items():
        planned = plan.get(name)
        if planned is None:
            rest[name] = value
        elif isinstance(planned, Field):
            row[planned.column], is_exact = _READERS[planned.form](value)
            if not is_exact:
                rest[name] = value
        elif isinstance(value, dict) and value:
            if inner := _take(planned, value, row):
                rest[name] = inner
        else:
            rest[name] = value
    return rest


def _limit_exceeded_by(raw: bytes) -> str | None:
    if len(raw) > LARGEST:
        return TOO_LARGE
    return TOO_DEEP if _is_too_deep(raw) else None


def _is_too_deep(raw: bytes) -> bool:
    if raw.count(b"{") + raw.count(b"[") <= DEEPEST:
        return False
    depth = 0
    for token in _TEXT_OR_BRACKET.finditer(raw):
        match token[0]:
            case b"{" | b"[":
                depth += 1
            case b"}" | b"]":
                depth -= 1
        if depth > DEEPEST:
            return True
    return False


def _whole_character(match: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if match["half"] else match[0]


def _row_of(fields: dict[str, msgspec.Raw]) -> Row | Fault:
    # Free-form parts and unknown fields stay the text they are.
    values: Values = {
        name: _decoded(raw) if name in KNOWN and name not in FREE_FORM else raw
        for name, raw in fields.items()
    }
    event_id, event_time = values.get("eventID"), values.get("eventTime")
    if not isinstance(event_id, int) and text_of(event_id) is None:
        return Fault("eventID", "no eventID")
    if time_of(event_time) is None:
        quoted = repr(event_time)[:LONGEST_QUOTE]
        return Fault("eventTime", "no eventTime" if event_time is None else f"not a time: {quoted}")
    row, rest = columns_of(PLAN, values)
    _take_resources(row, rest)
    extra: Values = {marked(name): value for name, value in rest.items()}
    if row.get("event_category") not in CATEGORIES_WITHOUT_THEM:
        extra |= _settle_empty_parts(fields, extra)
    row["extra"] = msgspec.json.encode(extra).decode() if extra else None
    row["role_session_name"] = role_session_name(row)
    row["issued_access_key_id"] = issued_access_key_id(row.get("response_elements"))
    return row


def _decoded(raw: msgspec.Raw) -> object:
    try:
        return msgspec.json.decode(raw)
    except ValueError:  # a number that msgspec has no room for
        return raw


def _settle_empty_parts(fields: dict[str, msgspec.Raw], extra: Values) -> Values:
    """Take the nulls that a null column stands for out of `extra`; return what is absent."""
    for name in NULL_WHEN_EMPTY:
        if name in fields and bytes(fields[name]) == b"null":
            del extra[name]
    absent = [name for name in NULL_WHEN_EMPTY if name not in fields]
    return {ABSENT: absent} if absent else {}


def _read_text(value: object) -> tuple[object, bool]:
    return (value, True) if isinstance(value, str) else (_text(value), False)


def _read_flag(value: object) -> tuple[object, bool]:
    return (value, True) if isinstance(value, bool) else (flag_of(value), False)


def _read_word(value: object) -> tuple[object, bool]:
    return flag_of(value), isinstance(value, str) and value in WORDS


def _read_time(value: object) -> tuple[object, bool]:
    moment = time_of(value)
    return moment, moment is not None and written_time(moment) == value


def _text(value: object) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def _read_json(value: object) -> tuple[object, bool]:
    text = bytes(value) if isinstance(value, msgspec.Raw) else msgspec.json.encode(value)
    if text == b"null":
        return None, False
    if text.startswith(b'"'):
        inner = msgspec.json.decode(text, type=str)
        return (inner, False) if _is_container(inner) else (text.decode(), True)
    return text.decode(), True


def _is_container(text: str) -> bool:
    """Say whether this is the text of a JSON object or list, which some services write as text."""
    if text.lstrip()[:1] not in {"{", "["}:
        return False
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (ValueError, RecursionError):
        return False
    return True


# Each returns a column's value, and whether the record's value can be made of it again.
_READERS: Mapping[Form, Callable[[object], tuple[object, bool]]] = {
    Form.TEXT: _read_text,
    Form.FLAG: _read_flag,
    Form.WORD: _read_word,
    Form.TIME: _read_time,
    Form.JSON: _read_json,
}


def _take_resources(row: Row, rest: Values) -> None:
    """Move `resources` into its column; what isn't a list of plain resources also stays."""
    elements = rest.get(RESOURCES)
    if not isinstance(elements, list):
        return
    resources = [_resource(element) for element in elements if isinstance(element, dict)]
    row[RESOURCES] = resources
    given_back = [
        {
            name: resource[column]
            for name, column in RESOURCE_FIELDS.items()
            if resource[column] is not None
        }
        for resource in resources
    ]
    if given_back == elements:
        del rest[RESOURCES]


def _resource(element: Values) -> dict[str, str | None]:
    return {
        column: None if element.get(name) is None else _plain_text(element[name])
        for name, column in RESOURCE_FIELDS.items()
    }


def _plain_text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _is_given_back(row: Row, text: str) -> bool:
    columns = dict.fromkeys((*(field.column for field in FIELDS), RESOURCES)) | row
    try:
        return record_of(columns) == json_of(text)
    except RecursionError:
        return False

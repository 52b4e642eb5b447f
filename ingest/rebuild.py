"""The CloudTrail record behind a row of `events`: what was taken in can be given back.

The columns say what the record said, and `extra` what they can't carry, by AWS's field name and
laid over what the columns give. Three rules tell what is missing from what is null:

- A null column means that the field is absent; an explicit null stands in `extra`.
- For requestParameters and responseElements a null column means null, as CloudTrail writes it, and
  `$absent` in `extra` lists those that are absent. In network-activity and Insights records, which
  have neither, it is the other way round.
- A record that columns can't carry at all, such as one with half a surrogate pair, stands in
  `extra` as text, under `$record`. A field of its own that starts with `$` is kept with `$$`.

Key order and white space are not kept, nor is the first of two equal keys. Session tokens are not
given back: they were never taken in.
"""

from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any, cast

import msgspec

from ingest.fields import (
    ABSENT,
    CATEGORIES_WITHOUT_THEM,
    FIELDS,
    FREE_FORM,
    MARK,
    NULL_WHEN_EMPTY,
    RESOURCE_FIELDS,
    RESOURCES,
    WHOLE_RECORD,
    Field,
    Form,
)

Record = dict[str, Any]

MOST_DIGITS = 4_300  # of a whole number; Python refuses more, since reading them takes long


def record_of(row: Mapping[str, object]) -> Record:
    """Return the record of a row of `events`, as Python values; its session tokens are redacted.

    `row` has the columns of `events` by name, as `pyarrow.Table.to_pylist` gives them.
    """
    extra = cast("Record", json_of(cast("str", row["extra"] or "{}")))
    if WHOLE_RECORD in extra:
        return cast("Record", json_of(extra[WHOLE_RECORD]))
    record: Record = {}
    for field in FIELDS:
        if (value := row[field.column]) is not None:
            _put(record, field, value)
    if (resources := row[RESOURCES]) is not None:
        record[RESOURCES] = [_resource(element) for element in cast("list[Any]", resources)]
    if row["event_category"] not in CATEGORIES_WITHOUT_THEM:
        absent = extra.pop(ABSENT, [])
        for name in NULL_WHEN_EMPTY:
            if row[FREE_FORM[name]] is None and name not in absent:
                record[name] = None
    _lay_over(record, {_unmarked(name): value for name, value in extra.items()})
    return record


def written_time(moment: datetime) -> str:
    """Return a moment as CloudTrail writes it, to the second unless it has a fraction."""
    return moment.replace(tzinfo=None).isoformat() + "Z"


def marked(name: str) -> str:
    """Return the name under which `extra` keeps a field of the record."""
    return MARK + name if name.startswith(MARK) else name


def _unmarked(name: str) -> str:
    return name.removeprefix(MARK)


def _put(record: Record, field: Field, value: object) -> None:
    *containers, name = field.path
    for container in containers:
        record = record.setdefault(container, {})
    match field.form:
        case Form.WORD:
            record[name] = "true" if value else "false"
        case Form.TIME:
            record[name] = written_time(cast("datetime", value))
        case Form.JSON:
            record[name] = json_of(cast("str", value))
        case Form.TEXT | Form.FLAG:
            record[name] = value


def json_of(text: str) -> object:
    """Return what JSON text says; a number that Python has no room for stays `msgspec.Raw`.

    Raises ValueError if it isn't JSON, and RecursionError. Python's own reader takes half a pair of
    surrogates and numbers of any size, which msgspec refuses.
    """
    import json

    return json.loads(text, parse_int=_whole_number, parse_float=_fraction)


def _whole_number(digits: str) -> object:
    return int(digits) if len(digits) <= MOST_DIGITS else msgspec.Raw(digits.encode())


def _fraction(digits: str) -> object:
    number = float(digits)
    return number if isfinite(number) else msgspec.Raw(digits.encode())


def _resource(element: Mapping[str, object]) -> Record:
    return {
        name: element[column]
        for name, column in RESOURCE_FIELDS.items()
        if element[column] is not None
    }


def _lay_over(record: Record, extra: Record) -> None:
    for name, value in extra.items():
        below = record.get(name)
        if isinstance(below, dict) and isinstance(value, dict):
            _lay_over(below, value)
        else:
            record[name] = value

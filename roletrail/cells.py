"""One value as text: for a terminal, a spreadsheet, or JSON.

Values come from logs, and whoever is logged chose some of them: a user agent can carry terminal
codes, a bucket name can be a spreadsheet formula.
"""

import re
from datetime import UTC, date, datetime, time

import msgspec

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20")

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def visible(text: str) -> str:
    r"""Return the text with control, direction and invisible characters written out as `\x1b`."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def terminal_cell(value: object) -> str:
    """Return a value as a person reads it in a table: nothing for null, lists by commas."""
    match value:
        case datetime():
            return time_text(value, " ")
        case list() if not any(isinstance(item, list | dict) for item in value):
            return ", ".join(terminal_cell(item) for item in value)
        case _:
            return visible(plain_text(value))


def spreadsheet_cell(value: object) -> str:
    """Return a value for CSV: nothing for null, and no formula that a spreadsheet would run."""
    text = plain_text(value)
    return f"'{text}" if is_formula(text) else text


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet may take the text for a formula; a plain number is none."""
    return text.startswith(FORMULA_STARTS) and not _NUMBER.fullmatch(text)


def plain_text(value: object) -> str:
    """Return a value as text without decoration: nothing for null, nested values as JSON."""
    match value:
        case None:
            return ""
        case str():
            return value
        case _:
            text = json_value(value)
            return text if isinstance(text, str) else json_text(value)


def json_text(value: object) -> str:
    r"""Return a value as JSON on one line; what a terminal would act on is written as `\u001b`."""
    text = _ENCODER.encode(json_value(value)).decode()
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else _json_escape(character) for character in text
    )


def json_value(value: object) -> object:
    """Return a value of Arrow's as one of JSON's; times become ISO text, UTC ends in Z."""
    match value:
        case dict():
            return {str(name): json_value(item) for name, item in value.items()}
        case list():
            return [json_value(item) for item in value]
        case _:
            return _json_scalar(value)


def _json_scalar(value: object) -> object:
    match value:
        case tuple():
            return interval_text(*value)
        case datetime():
            return time_text(value, "T")
        case date() | time():
            return value.isoformat()
        case bytes():
            return value.hex()
        case _:
            return value


def time_text(value: datetime, separator: str) -> str:
    """Return a time in ISO form; one with a zone is turned into UTC and ends in Z."""
    if value.tzinfo is None:
        return value.isoformat(separator)
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(separator) + "Z"


def interval_text(months: int, days: int, nanoseconds: int) -> str:
    """Return an interval as DuckDB writes it: `2 months 3 days 01:30:00`."""
    parts = [
        f"{count} {unit}{'' if abs(count) == 1 else 's'}"
        for count, unit in ((months, "month"), (days, "day"))
        if count
    ]
    if nanoseconds or not parts:
        seconds, fraction = divmod(abs(nanoseconds) // 1000, 1_000_000)
        clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        sign = "-" if nanoseconds < 0 else ""
        parts.append(f"{sign}{clock}{f'.{fraction:06}'.rstrip('0') if fraction else ''}")
    return " ".join(parts)


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be").hex()
    return "".join(rf"\u{units[start : start + 4]}" for start in range(0, len(units), 4))

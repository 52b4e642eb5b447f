"""Values as AWS's reports, answers and events write them; null wherever there is none.

Nothing here raises: whoever reads a row decides what a missing value means.
"""

import contextlib
import hashlib
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from typing import Any, TypeAlias

import msgspec

Fields: TypeAlias = dict[str, Any]
"""A JSON object whose names are in lower case: APIs write VpcConfig, CloudTrail vpcConfig."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SHORTEST_EPOCH = 9  # digits; eight are a date without dashes
LARGEST_SECONDS = 100_000_000_000  # the year 5138; larger numbers are milliseconds
LARGEST_COUNT = 2**31
LONGEST_JSON = 4 * 2**20  # as values it takes up to forty times as much
LONGEST_COUNT = 10  # digits
# How a list of EC2's looks once CloudTrail has made JSON of the XML.
LIST_WRAPPERS = ("items", "item", "content")
PRIVATE_NETWORKS = tuple(
    IPv4Network(block)
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)


def text_of(value: object) -> str | None:
    """Return the text without surrounding blanks, or None if there is none."""
    return (value.strip() or None) if isinstance(value, str) else None


def exact_text_of(value: object) -> str | None:
    """Return the text as it is, blanks and all, or None if it has nothing else."""
    return value if isinstance(value, str) and value.strip() else None


def flag_of(value: object) -> bool | None:
    """Return a flag given as JSON or in words; None for anything else."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get((text_of(value) or "").lower())


def count_of(value: object) -> int | None:
    """Return a small whole number given as JSON or in digits; None for anything else."""
    text = text_of(value) or ""
    if text.isascii() and text.isdecimal() and len(text) <= LONGEST_COUNT:
        return count_of(int(text))
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value < LARGEST_COUNT else None


def time_of(value: object) -> datetime | None:
    """Return a moment, UTC; without a zone UTC is meant. None for what isn't a time.

    Takes ISO 8601 with blank or T, fractions, Z, UTC or an offset, and seconds or milliseconds
    since 1970 as a number or in digits.
    """
    with contextlib.suppress(ValueError, OverflowError):
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _time_since_1970(float(value))
        text = text_of(value) or ""
        if len(text) >= SHORTEST_EPOCH and text.isascii() and text.replace(".", "", 1).isdecimal():
            return _time_since_1970(float(text))
        text = text.removesuffix("UTC").removesuffix("GMT").rstrip().replace(" +", "+")
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    return None


def _time_since_1970(number: float) -> datetime:
    seconds = number if abs(number) < LARGEST_SECONDS else number / 1000
    return EPOCH + timedelta(seconds=seconds)


def fields_of(value: object) -> Fields:
    """Return a JSON object's fields by lower-case name; none if it isn't an object."""
    return {name.lower(): part for name, part in value.items()} if isinstance(value, dict) else {}


def elements_of(value: object) -> list[object]:
    """Return a list's elements, however it is wrapped; one bare value is a list of one."""
    while isinstance(value, dict):
        fields = fields_of(value)
        wrapper = next((wrapper for wrapper in LIST_WRAPPERS if wrapper in fields), None)
        if wrapper is None:
            return [value]
        value = fields[wrapper]
    if isinstance(value, list):
        return value
    return [] if value is None or value == "" else [value]


def texts_of(value: object, name: str) -> list[str] | None:
    """Return a list of texts: the elements, or their field `name`. None if there is no list."""
    if value is None:
        return None
    texts = (_text_inside(element, name.lower()) for element in elements_of(value))
    return [text for text in texts if text is not None]


def _text_inside(element: object, name: str) -> str | None:
    fields = fields_of(element)
    # CloudTrail numbers the elements of some lists: {"tag": 1, "content": "vpce-…"}.
    return text_of(element) or text_of(fields.get(name)) or text_of(fields.get("content"))


def json_of(text: str | bytes | None) -> object:
    """Return what the JSON text says, or None if it isn't JSON or far too long."""
    if text is None or len(text) > LONGEST_JSON:
        return None
    with contextlib.suppress(ValueError, RecursionError):
        return msgspec.json.decode(text)
    return None


def json_text(value: object) -> str:
    """Return the value as JSON text."""
    return msgspec.json.encode(value).decode()


@lru_cache(maxsize=10_000)
def is_private_address(address: str | None) -> bool:
    """Say whether this is an IPv4 address of a private network: RFC 1918, or 100.64.0.0/10."""
    with contextlib.suppress(AddressValueError):
        number = IPv4Address(address or "")
        return any(number in network for network in PRIVATE_NETWORKS)
    return False


def user_id_hash(user_id: str | None) -> str | None:
    """Return a user's SHA-256 as AppStream puts it into S3 keys: of the name with its case kept."""
    return None if user_id is None else hashlib.sha256(user_id.encode()).hexdigest()


def stable_id(*parts: str | int | None) -> str:
    """Return an id that is the same whenever the same parts are taken in again."""
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:32]

"""Records that would take many times their size in memory, told without decoding them.

An empty resource takes three bytes of a text, and seventy once it is decoded.
"""

import msgspec
from msgspec import UNSET, Raw, UnsetType

from ingest.column_building import MOST_RESOURCES
from ingest.fields import RESOURCE_FIELDS
from ingest.records import RAW_RECORDS
from ingest.tolerant import LARGEST


class _Resources(msgspec.Struct):
    resources: Raw | UnsetType = UNSET


_RESOURCES = msgspec.json.Decoder(_Resources)
# A resource has a comma for each of its fields at most; texts with commas in them are few.
MOST_COMMAS = 2 * MOST_RESOURCES * len(RESOURCE_FIELDS)


def records_if_endless(text: bytes) -> list[Raw] | None:
    """Return the records of a list if one of them isn't to be decoded."""
    if len(text) <= LARGEST:
        return None
    try:
        records = RAW_RECORDS.decode(text)
    except (ValueError, RecursionError):
        return None
    return records if any(map(is_endless, records)) else None


def is_endless(record: Raw) -> bool:
    """Say whether a record is so large, and has so many resources, that it isn't to be decoded."""
    if len(record) <= LARGEST:
        return False
    try:
        resources = _RESOURCES.decode(record).resources
    except (ValueError, RecursionError):
        return False
    return resources is not UNSET and bytes(resources).count(b",") > MOST_COMMAS

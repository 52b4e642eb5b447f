"""Which objects a message names: what AWS puts into a queue when a log file was delivered.

Four senders, as they are or wrapped by SNS: S3's own notifications, CloudTrail's, and EventBridge's
events of S3. Messages are somebody else's text: a place that they name is looked up, never trusted.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

import msgspec

from ingest.errors import IngestError

DEEPEST = 2  # wrappers of SNS around each other
CREATED = "ObjectCreated:"
CREATED_FOR_EVENTBRIDGE = "Object Created"
TEST_EVENT = "s3:TestEvent"  # what S3 sends once, when notifications are switched on
TEST_OF_CLOUDTRAIL = "CloudTrail validation message."  # the same of CloudTrail, not JSON
LONGEST_KEY = 1024  # bytes
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]")


class PoisonError(IngestError):
    """A message that names no object in any way that is known; the error says why, in one line."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object should be."""

    bucket: str
    key: str


def places_in(body: str) -> tuple[Place, ...]:
    """Return the places that a message says an object was written to; none for a test or removal.

    Raises PoisonError if it isn't a notification of objects.
    """
    for _ in range(DEEPEST):
        if body.strip() == TEST_OF_CLOUDTRAIL:
            return ()
        message = _decoded(body)
        if "TopicArn" not in message or "Type" not in message:
            return _places(message)
        body = _unwrapped(message)
    raise PoisonError(f"an SNS message inside {DEEPEST} others")


def _decoded(body: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.ValidationError:
        raise PoisonError("JSON, but not an object") from None
    except (ValueError, RecursionError):
        raise PoisonError("not JSON") from None


def _unwrapped(message: Mapping[str, Any]) -> str:
    if message["Type"] == "SubscriptionConfirmation":
        raise PoisonError("SNS asks to confirm the subscription. Open its SubscribeURL once")
    inner = message.get("Message")
    if message["Type"] != "Notification" or not isinstance(inner, str):
        raise PoisonError("a message of SNS without a notification in it")
    return inner


def _places(message: Mapping[str, Any]) -> tuple[Place, ...]:
    match message:
        case {"Event": str(event)} if event == TEST_EVENT:
            return ()
        case {"Records": list(records)}:
            return tuple(place for one in records for place in _places_of_s3(one))
        case {"s3Bucket": bucket, "s3ObjectKey": list(keys)}:
            return tuple(_place(bucket, key) for key in keys)
        case {"source": "aws.s3", "detail-type": str(kind), "detail": detail}:
            return _places_of_eventbridge(detail) if kind == CREATED_FOR_EVENTBRIDGE else ()
        case _:
            raise PoisonError("no notification of S3, CloudTrail or EventBridge")


def _places_of_s3(notified: object) -> tuple[Place, ...]:
    match notified:
        case {"eventSource": "aws:s3", "eventName": str(name)} if CREATED not in name:
            return ()
        case {
            "eventSource": "aws:s3",
            "s3": {"bucket": {"name": bucket}, "object": {"key": str(key)}},
        }:
            try:
                return (_place(bucket, unquote_plus(key, errors="strict")),)
            except UnicodeDecodeError:
                raise PoisonError("a key whose encoding isn't UTF-8") from None
        case _:
            raise PoisonError("Records that are not those of a notification of S3")


def _places_of_eventbridge(detail: object) -> tuple[Place, ...]:
    match detail:
        case {"bucket": {"name": bucket}, "object": {"key": key}}:  # not URL-encoded here
            return (_place(bucket, key),)
        case _:
            raise PoisonError("an event of S3 that names no object")


def _place(bucket: object, key: object) -> Place:
    if not isinstance(bucket, str) or not _BUCKET.fullmatch(bucket):
        raise PoisonError("what it names as bucket can't be one")
    if not isinstance(key, str) or not 0 < len(key.encode()) <= LONGEST_KEY:
        raise PoisonError("what it names as key can't be one")
    return Place(bucket, key)

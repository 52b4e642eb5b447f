"""What the key of an object says: whose it is, when it was delivered, and what it should hold.

Keys are somebody else's text. They are searched, never trusted: what a record says of its account
and region wins.
"""

import contextlib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

ACCOUNT = r"\d{12}"
REGION = r"[a-z]{2,}(?:-[a-z]+)+-\d+"
_LOG = re.compile(
    rf"AWSLogs/(?:o-[a-z0-9]+/)?(?P<account>{ACCOUNT})/"
    rf"(?P<folder>CloudTrail(?:-[A-Za-z]+)?)/(?:(?P<region>{REGION})/)?"
)
_FILE = re.compile(
    rf"(?:^|/)(?P<account>{ACCOUNT})_(?P<folder>CloudTrail(?:-[A-Za-z]+)?)_(?P<region>{REGION})_[^/]*$"
)
_DELIVERY = re.compile(r"_(\d{8}T\d{4,6})Z[._][^/]*$")
_LOG_DAY = re.compile(r"/(\d{4})/(\d{2})/(\d{2})/[^/]*$")
_REPORT_DAY = re.compile(r"/year=(\d{4})/month=(\d{2})/day=(\d{2})/[^/]*$")
_REPORT_BUCKET = re.compile(rf"(?:^|/)appstream-logs-(?P<region>{REGION})-(?P<account>{ACCOUNT})-")
_INVENTORY = re.compile(rf"(?:^|/)inventory/(?P<account>{ACCOUNT})/(?P<region>{REGION})/[^/]*$")


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What an object's key says; None where it says nothing.

    `folder` is CloudTrail's name for what it delivers, such as CloudTrail-Insight; `day` is the UTC
    day of delivery, or the day that a report is about.
    """

    account_id: str | None = None
    region: str | None = None
    folder: str | None = None
    delivered_at: datetime | None = None
    day: date | None = None


def facts_of(uri: str) -> KeyFacts:
    """Return what the uri of an object says."""
    places = [found for pattern in (_LOG, _FILE) if (found := pattern.search(uri))]
    places += [
        found
        for pattern in (_INVENTORY, _REPORT_BUCKET)
        if not places and (found := pattern.search(uri))
    ]
    said: dict[str, str] = {}
    for place in places:
        said = {name: text for name, text in place.groupdict().items() if text} | said
    delivered_at = _delivered_at(uri)
    return KeyFacts(
        account_id=said.get("account"),
        region=said.get("region"),
        folder=said.get("folder"),
        delivered_at=delivered_at,
        day=_day(uri) or (delivered_at.date() if delivered_at else None),
    )


def _delivered_at(uri: str) -> datetime | None:
    found = _DELIVERY.search(uri)
    if found is None:
        return None
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(found[1].ljust(15, "0")).replace(tzinfo=UTC)
    return None


def _day(uri: str) -> date | None:
    found = _LOG_DAY.search(uri) or _REPORT_DAY.search(uri)
    if found is None:
        return None
    with contextlib.suppress(ValueError):
        return date(int(found[1]), int(found[2]), int(found[3]))
    return None

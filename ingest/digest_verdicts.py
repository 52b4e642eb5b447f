"""What verification says of digests, and of the log files that they name."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ingest.digests import Chain
from ingest.sources import SourceObject


class Status(StrEnum):
    """What is said of an object; the ledger keeps the value. A gap is no object's."""

    VERIFIED = "verified"
    CHAINED = "chained"  # agrees with a digest whose own signature a folder doesn't keep
    ALTERED = "altered"
    MISSING = "missing"
    UNPROVEN = "unproven"  # nothing that can be trusted vouches for it
    UNSIGNED = "unsigned"  # a log file that no digest names, or a digest without a signature
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Span:
    """A time that a digest covers, UTC, and whether it can be trusted to name its log files."""

    start: datetime
    end: datetime
    is_trusted: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of one object. It is a finding if there is a reason.

    `version` is that of the object which was looked at, None if it is gone. A digest has a span.
    """

    status: Status
    uri: str
    version: str | None
    chain: Chain
    is_digest: bool
    reason: str | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class DigestFile:
    """A digest as it was listed, and the end of its time as its key says."""

    source: SourceObject
    ended_at: datetime

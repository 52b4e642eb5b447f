"""Where rows came from, and what a reader of evidence files hands back."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Origin:
    """The source object that rows are read from.

    `account_id` and `region` are those of the object's key, if it tells them; `observed_at` (UTC)
    is when the object was delivered or last written.
    """

    source_object_id: str
    uri: str
    account_id: str | None
    region: str | None
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that wasn't understood: its place in the object, the field, the reason, its text."""

    record_index: int | None
    field: str | None
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class EvidenceRows:
    """The rows of one object, as dictionaries by column name; a missing key is null.

    `read` counts the records read, including those in `rejected`.
    """

    evidence: list[dict[str, object]] = field(default_factory=list)
    history: list[dict[str, object]] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    read: int = 0

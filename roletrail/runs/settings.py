"""What the file of a run can say: a struct for each of its sections, a field for each key."""

import re
from datetime import date
from typing import Annotated

from msgspec import Meta, Struct, field

from roletrail.commands.findings import Level
from roletrail.commands.ingest import KindOfObject
from roletrail.commands.maintain import SNAPSHOT_HOURS
from roletrail.commands.report import Form, Kind, Length
from roletrail.notices.channels import Address, Channel

_ADDRESS = re.compile(r"https?://[\w.:\[\]/~%+-]+", re.ASCII)
Words = Annotated[str, Meta(min_length=1)]
Days = Annotated[int, Meta(ge=1)]
Seconds = Annotated[int, Meta(ge=0)]


class Section(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the file: it has these keys and no others."""


class Collecting(Section, frozen=True, kw_only=True):
    """What AWS is asked of fleets, streaming sessions and networks, as by `roletrail collect`."""

    role_arns: tuple[Words, ...] = ()
    regions: tuple[Words, ...] = ()


class Source(Section, frozen=True, kw_only=True):
    """A folder or bucket, read as by `roletrail ingest`."""

    source: Words
    role_arn: Words | None = None
    endpoint_url: Words | None = None
    requester_pays: bool = False
    accounts: tuple[Words, ...] = ()
    regions: tuple[Words, ...] = ()
    kinds: tuple[KindOfObject, ...] = ()
    look_back_days: Annotated[int, Meta(ge=0)] = 3
    since: date | None = None
    processes: Annotated[int, Meta(ge=1)] | None = None


class Attributing(Section, frozen=True, kw_only=True):
    """How calls are attributed, as by `roletrail attribute`."""

    workload_rules: Words | None = None
    machine_role_session_name: Words = "PhotonSession"
    grace_before_seconds: Seconds = 60
    grace_after_seconds: Seconds = 120
    clock_skew_seconds: Seconds = 5


class Finding(Section, frozen=True, kw_only=True):
    """Which rules are run, as by `roletrail findings`, and what of it is told by the status."""

    sigma: Words | None = None
    rules: tuple[Words, ...] = ()
    fail_at: Level | None = None
    fail_within_days: Days | None = None


class Reporting(Section, frozen=True, kw_only=True):
    """A report of the last whole day, week or month, as by `roletrail report`."""

    out: Words
    period: Length = Length.WEEK
    kinds: tuple[Kind, ...] = tuple(Kind)
    formats: tuple[Form, ...] = (Form.HTML,)
    account: Words | None = None
    fleet: Words | None = None
    person: Words | None = None


class Maintaining(Section, frozen=True, kw_only=True):
    """How the lake is kept small, as by `roletrail maintain`."""

    keep_days: Days | None = None
    keep_snapshot_hours: Annotated[int, Meta(ge=1)] = SNAPSHOT_HOURS


class Notice(Section, frozen=True, kw_only=True):
    """A channel that findings are told on, and from which severity on."""

    name: Words
    to: Channel
    severity: Level = Level.HIGH
    url_env: Words | None = None
    url_file: Words | None = None
    topic_arn: Words | None = None
    quiet_days: Days = 7

    def __post_init__(self) -> None:
        """Raise ValueError unless it says where to send to, once."""
        given = [self.url_env, self.url_file, self.topic_arn]
        wanted = "topic_arn" if self.to is Channel.SNS else "one of url_env and url_file"
        places = [self.topic_arn] if self.to is Channel.SNS else given[:2]
        if sum(place is not None for place in given) != 1 or not any(places):
            message = f"a notice to {self.to.value} takes {wanted}, and no other place to send to"
            raise ValueError(message)

    def address(self) -> Address:
        """Return where it sends to."""
        return Address(self.to, self.url_env, self.url_file, self.topic_arn)


class RunSettings(Section, frozen=True, kw_only=True):
    """The whole file. A section that isn't there is a step that isn't done, but for attribution."""

    lake: Words
    dashboard_url: Words | None = None
    collect: Collecting | None = None
    sources: tuple[Source, ...] = ()
    attribute: Attributing = field(default_factory=Attributing)
    findings: Finding | None = None
    reports: tuple[Reporting, ...] = ()
    notices: tuple[Notice, ...] = ()
    maintain: Maintaining | None = None

    def __post_init__(self) -> None:
        """Raise ValueError where sections don't fit each other."""
        if self.dashboard_url is not None and not _ADDRESS.fullmatch(self.dashboard_url):
            message = "dashboard_url is no address. Write it as https://roletrail.example.com"
            raise ValueError(message)
        names = [notice.name for notice in self.notices]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            message = f"two notices have the name {twice[0]}. Give each its own"
            raise ValueError(message)
        if self.notices and self.findings is None:
            message = "notices tell findings, so they take a section [findings]; it may be empty"
            raise ValueError(message)

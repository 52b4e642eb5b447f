"""What was observed of a role, fleet, person or streaming session, from the saved questions."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from analysis.errors import AnalysisError
from analysis.policies.actions import also_needed, needed_by, plain_name, prefix_of
from analysis.policies.narrowing import Call, Resource, resources_of
from analysis.policies.reference import Action

if TYPE_CHECKING:
    from analysis.answers import Answers

BATCH_ROWS = 10_000
MOST_RESOURCES = 100_000  # of one action; beyond, it isn't narrowed: memory stays bounded
HOUR = timedelta(hours=1)

Api = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose calls: exactly one of the four; `role` is an ARN or a name."""

    role: str | None = None
    fleet: str | None = None
    person: str | None = None
    streaming_session: str | None = None

    def __post_init__(self) -> None:
        given = [self.role, self.fleet, self.person, self.streaming_session]
        if sum(each is not None for each in given) != 1:
            message = "name one of these: a role, a fleet, a person or a streaming session"
            raise AnalysisError(message)

    def __str__(self) -> str:
        for words, name in (
            ("role", self.role),
            ("fleet", self.fleet),
            ("person", self.person),
            ("streaming session", self.streaming_session),
        ):
            if name is not None:
                return f"{words} {name}"
        raise AssertionError


@dataclass(frozen=True, slots=True)
class Range:
    """What is looked at; null means everything. Times are UTC, half open, by whole hours."""

    since: datetime | None = None
    until: datetime | None = None
    account_id: str | None = None
    region: str | None = None

    def parameters(self) -> dict[str, object]:
        """Return the parameters of saved questions, widened to whole hours as the roll-up is."""
        since = self.since and _hour(self.since)
        until = self.until and _hour(self.until - timedelta(microseconds=1)) + HOUR
        return {
            "since": since,
            "until": until,
            "account_id": self.account_id,
            "region": self.region,
        }


@dataclass(slots=True)
class Use:
    """How an action was used: calls, resources, and the ways that the calls came.

    `resources` maps each to its number of calls; `is_narrowed` is false once a call did not show
    what it was used on. `endpoint_ids` are own endpoints; `is_elsewhere` is true once a call came
    another way. `services` are those that called on the role's behalf, None for direct calls.
    """

    action: Action
    call_count: int = 0
    ok_count: int = 0
    endpoint_ids: set[str] = field(default_factory=set)
    is_elsewhere: bool = False
    resources: Counter[Resource] = field(default_factory=Counter)
    is_narrowed: bool = True
    services: set[str | None] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Observed:
    """All that a policy is made of, and what it can't be made of."""

    subject: Subject
    role_arns: tuple[str, ...]
    first_event_at: datetime
    last_event_at: datetime
    uses: Mapping[Action, Use]
    denied: Mapping[Api, int]
    unknown: Mapping[Api, tuple[str, int]]
    free: Mapping[Api, int]
    through_other_roles: Mapping[str, int]
    call_count: int
    role_call_count: int
    nobody_count: int
    data_event_sources: tuple[str, ...]


@dataclass(slots=True)
class _Calls:
    """The rows of the roll-up, sorted into what they say."""

    uses: dict[Action, Use] = field(default_factory=dict)
    apis: set[Api] = field(default_factory=set)
    denied: Counter[Api] = field(default_factory=Counter)
    free: Counter[Api] = field(default_factory=Counter)
    unknown: Counter[Api] = field(default_factory=Counter)
    other_roles: Counter[str] = field(default_factory=Counter)
    role_arns: set[str] = field(default_factory=set)
    times: list[datetime] = field(default_factory=list)
    call_count: int = 0


def observed(answers: "Answers", subject: Subject, span: Range) -> Observed:
    """Return what the lake has of the subject in the range. Raises AnalysisError if nothing."""
    who = {
        "role_arn": _role_arn(answers, subject.role) if subject.role else None,
        "fleet_name": subject.fleet,
        "user_id": subject.person,
        "streaming_session_id": subject.streaming_session,
    }
    calls = _Calls()
    for row in _rows(answers, "policy_calls", **who, **span.parameters()):
        _sort_in(calls, row, is_any_role=subject.role is not None)
    if not calls.call_count:
        message = f"no calls of {subject} in the range. See who there is: roletrail sessions"
        raise AnalysisError(message)
    first, last = min(calls.times), max(calls.times)
    hours = span.parameters() | {"since": _hour(first), "until": _hour(last) + HOUR}
    _add_resources(
        calls, _rows(answers, "policy_resources", **who, **hours, apis=_narrowable(calls))
    )
    (shares,) = _rows(answers, "policy_unattributed", **hours, role_arns=sorted(calls.role_arns))
    data_hours = {name: value for name, value in hours.items() if name != "region"}
    return Observed(
        subject=subject,
        role_arns=tuple(sorted(calls.role_arns)),
        first_event_at=first,
        last_event_at=last,
        uses=calls.uses,
        denied=dict(sorted(calls.denied.items())),
        unknown={
            api: (needed_by(*api).reason or "", count)
            for api, count in sorted(calls.unknown.items())
        },
        free=dict(sorted(calls.free.items())),
        through_other_roles=dict(sorted(calls.other_roles.items())),
        call_count=calls.call_count,
        role_call_count=int(shares["event_count"]),
        nobody_count=int(shares["no_fleet_count" if subject.fleet else "nobody_count"]),
        data_event_sources=tuple(
            row["event_source"] for row in _rows(answers, "policy_data_events", **data_hours)
        ),
    )


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _role_arn(answers: "Answers", role: str) -> str:
    found = [row["issuing_role_arn"] for row in _rows(answers, "policy_roles", role=role)]
    if not found:
        message = f"no role {role} has been used. Name it as AWS does: its name, or its ARN"
        raise AnalysisError(message)
    if len(found) > 1:
        message = f"{role} is several roles, name one by its ARN: {', '.join(found)}"
        raise AnalysisError(message)
    return str(found[0])


def _rows(answers: "Answers", question: str, **parameters: object) -> Iterator[dict[str, Any]]:
    for batch in answers.ask(question, **parameters).to_arrow_reader(BATCH_ROWS):
        yield from batch.to_pylist()


def _sort_in(calls: _Calls, row: Mapping[str, Any], *, is_any_role: bool) -> None:
    """Count a row of policy_calls."""
    count = int(row["event_count"])
    role_arn = row["issuing_role_arn"]
    if not (is_any_role or row["is_machine_role"]):
        calls.other_roles[role_arn or "no role"] += count
        return
    calls.call_count += count
    calls.times += [row["first_event_at"], row["last_event_at"]]
    if role_arn:
        calls.role_arns.add(role_arn)
    api = (row["event_source"] or "", row["event_name"] or "")
    needed = needed_by(*api)
    if row["result"] == "denied":
        calls.denied[api] += count
    elif needed.reason:
        calls.unknown[api] += count
    elif not needed.actions:
        calls.free[api] += count
    else:
        calls.apis.add(api)
        for action in needed.actions:
            _count_use(calls.uses.setdefault(action, Use(action)), row, count)


def _count_use(use: Use, row: Mapping[str, Any], count: int) -> None:
    use.call_count += count
    use.ok_count += count if row["result"] == "ok" else 0
    if row["vpc_endpoint_id"] and row["vpc_endpoint_ownership"] == "own":
        use.endpoint_ids.add(row["vpc_endpoint_id"])
    else:
        use.is_elsewhere = True


def _narrowable(calls: _Calls) -> list[str]:
    """Return the APIs whose events are worth reading: some action of theirs takes resources."""
    return sorted(
        f"{source} {name}"
        for source, name in calls.apis
        if any(action.resource_types for action in needed_by(source, name).actions)
    ) or [""]


def _add_resources(calls: _Calls, rows: Iterator[dict[str, Any]]) -> None:
    for row in rows:
        call = _call(row)
        needed = needed_by(row["event_source"], row["event_name"]).actions
        also = also_needed(prefix_of(row["event_source"]), call.event_name, call.parameters)
        for action in also:
            # The call came the same way as those of the action that it is known by.
            _come_as(calls.uses.setdefault(action, Use(action)), calls.uses[needed[0]])
            calls.uses[action].call_count += row["event_count"]
            calls.uses[action].ok_count += row["event_count"]
        for action in (*needed, *also):
            use = calls.uses[action]
            use.services.add(call.service)
            found = resources_of(action, call)
            for resource in found:
                use.resources[resource] += row["event_count"]
            if not found or len(use.resources) > MOST_RESOURCES:
                use.is_narrowed = False
                use.resources.clear()


def _come_as(use: Use, other: Use) -> None:
    use.endpoint_ids |= other.endpoint_ids
    use.is_elsewhere |= other.is_elsewhere


def _call(row: Mapping[str, Any]) -> Call:
    try:
        parameters = json.loads(row["request_parameters"] or "{}")
    except ValueError:
        parameters = {}
    arns = [arn for each in row["resources"] or () if (arn := each["arn"])]
    return Call(
        event_name=plain_name(row["event_name"]),
        region=row["aws_region"] or "",
        account_id=row["recipient_account_id"] or "",
        parameters=parameters if isinstance(parameters, dict) else {},
        resource_arns=arns,
        invoked_by=row["invoked_by"],
    )

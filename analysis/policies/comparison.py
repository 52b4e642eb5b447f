"""A policy that is there, beside the one that what was observed needs."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from analysis.errors import AnalysisError
from analysis.policies.patterns import covers, expression
from analysis.policies.reference import actions_of, prefixes

# Where the AWS CLI's answers carry the document.
WRAPPINGS = (("PolicyVersion", "Document"), ("PolicyDocument",), ("Document",))


@dataclass(frozen=True, slots=True)
class Grant:
    """What one statement says. A list is null where it has the other of Action, NotAction."""

    is_allow: bool
    actions: tuple[str, ...] | None
    not_actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None
    not_resources: tuple[str, ...] | None
    has_condition: bool

    def names(self, action: str) -> bool:
        """Return whether the statement is about this action."""
        if self.actions is not None:
            return _matches_any(self.actions, action)
        return not _matches_any(self.not_actions or (), action)

    def takes_in(self, resource: str) -> bool:
        """Return whether the statement is about all of this resource or pattern."""
        if self.resources is not None:
            return any(covers(pattern, resource) for pattern in self.resources)
        return not any(
            covers(pattern, resource) or covers(resource, pattern)
            for pattern in self.not_resources or ()
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """How what is granted differs from what was used.

    `unused` has the actions granted and never used, by service; `missing` the resources that
    actions were used on and are not granted; `wider` what is granted of used actions beyond that.
    `is_conditional` says that conditions in the granted policies were taken as met.
    """

    unused: Mapping[str, tuple[str, ...]]
    missing: Mapping[str, tuple[str, ...]]
    wider: Mapping[str, tuple[str, ...]]
    granted_count: int
    used_count: int
    unknown_patterns: tuple[str, ...] = ()
    is_conditional: bool = False

    @property
    def has_differences(self) -> bool:
        """Return whether anything is granted and unused, used and not granted, or granted wider."""
        return bool(self.unused or self.missing or self.wider)

    def report(self) -> dict[str, Any]:
        """Return all of it as values of JSON."""
        return {
            "unused": {service: list(actions) for service, actions in self.unused.items()},
            "missing": {action: list(resources) for action, resources in self.missing.items()},
            "wider": {action: list(patterns) for action, patterns in self.wider.items()},
            "granted_count": self.granted_count,
            "used_count": self.used_count,
            "unknown_patterns": list(self.unknown_patterns),
            "is_conditional": self.is_conditional,
        }


@dataclass(slots=True)
class _Differences:
    unused: dict[str, list[str]] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    wider: dict[str, list[str]] = field(default_factory=dict)


def grants_in(text: str, origin: str) -> list[Grant]:
    """Return the statements of a policy as JSON: the document, or an answer of the AWS CLI's.

    Raises AnalysisError, naming the origin, if that is no policy.
    """
    try:
        found = json.loads(text)
        for path in WRAPPINGS:
            for name in path:
                found = found.get(name, found)
        statements = found["Statement"]
        if isinstance(statements, dict):
            statements = [statements]
        return [_grant(each) for each in statements]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        message = (
            f"{origin} is no policy: expected JSON with a Statement, as "
            "`aws iam get-role-policy` or `aws iam get-policy-version` answers"
        )
        raise AnalysisError(message) from None


def compare(needed: Mapping[str, Any], granted: Iterable[Grant]) -> Comparison:
    """Return the differences between the policy that is needed and what is granted together."""
    grants = list(granted)
    allowed, denied = (
        [each for each in grants if each.is_allow is is_allow] for is_allow in (True, False)
    )
    used = _resources_by_action(needed)
    everywhere = [each for each in denied if not each.has_condition and each.takes_in("*")]
    granted_actions = {
        action
        for each in allowed
        for action in _expanded(each)
        if not any(refusal.names(action) for refusal in everywhere)
    }
    found = _Differences()
    for action in sorted(granted_actions - used.keys()):
        found.unused.setdefault(action.partition(":")[0], []).append(action)
    for action, resources in sorted(used.items()):
        ours = [each for each in allowed if each.names(action)]
        against = [each for each in denied if not each.has_condition and each.names(action)]
        missing = [
            resource
            for resource in resources
            if not any(each.takes_in(resource) for each in ours)
            or any(each.takes_in(resource) for each in against)
        ]
        wider = sorted(
            {
                pattern
                for each in ours
                for pattern in each.resources or ("everything but NotResource",)
                if not any(covers(resource, pattern) for resource in resources)
            }
        )
        if missing:
            found.missing[action] = missing
        if wider and ours:
            found.wider[action] = wider
    return Comparison(
        unused={service: tuple(actions) for service, actions in found.unused.items()},
        missing={action: tuple(resources) for action, resources in found.missing.items()},
        wider={action: tuple(patterns) for action, patterns in found.wider.items()},
        granted_count=len(granted_actions),
        used_count=len(used),
        unknown_patterns=tuple(sorted(set(_meaningless(allowed)))),
        is_conditional=any(each.has_condition for each in grants),
    )


def expanded(pattern: str) -> frozenset[str]:
    """Return the actions that a pattern such as `s3:Get*` stands for, as IAM spells them."""
    if pattern == "*":
        return _all_actions()
    prefix, _, name = pattern.partition(":")
    services = expression(prefix, ignore_case=True)
    names = expression(name, ignore_case=True)
    return frozenset(
        str(action)
        for service in prefixes()
        if services.fullmatch(service)
        for action in actions_of(service).values()
        if names.fullmatch(action.name)
    )


@cache
def _all_actions() -> frozenset[str]:
    return frozenset(
        str(action) for service in prefixes() for action in actions_of(service).values()
    )


def _expanded(grant: Grant) -> frozenset[str]:
    named = grant.not_actions if grant.actions is None else grant.actions
    actions = frozenset[str]().union(*(expanded(pattern) for pattern in named or ()))
    return actions if grant.actions is not None else _all_actions() - actions


def _meaningless(grants: Iterable[Grant]) -> Iterator[str]:
    for grant in grants:
        yield from (pattern for pattern in grant.actions or () if not expanded(pattern))


def _resources_by_action(policy: Mapping[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for statement in policy["Statement"]:
        for action in statement["Action"]:
            found.setdefault(action, []).extend(statement["Resource"])
    return found


def _matches_any(patterns: Iterable[str], action: str) -> bool:
    return any(expression(each, ignore_case=True).fullmatch(action) for each in patterns)


def _grant(statement: Mapping[str, Any]) -> Grant:
    return Grant(
        is_allow={"Allow": True, "Deny": False}[statement["Effect"]],
        actions=_listed(statement, "Action"),
        not_actions=_listed(statement, "NotAction"),
        resources=_listed(statement, "Resource"),
        not_resources=_listed(statement, "NotResource"),
        has_condition=bool(statement.get("Condition")),
    )


def _listed(statement: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    value = statement.get(name)
    if value is None:
        return None
    values = [value] if isinstance(value, str) else list(value)
    if not all(isinstance(each, str) for each in values):
        raise TypeError
    return tuple(values)

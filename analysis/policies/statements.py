"""The statements of a policy, from what was used."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.policies.narrowing import Resource, S3Object
from analysis.policies.observation import Use
from analysis.policies.prefixes import MOST_FOLDERS, object_patterns

MOST_CHARACTERS = 6_144  # of a managed policy; IAM does not count white space
VERSION = "2012-10-17"
# What is granted per bucket and per kind of resource at most, from the finest to the coarsest.
STEPS = (MOST_FOLDERS, 5, 2, 1)

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Condition:
    """What all use of a statement's actions had in common."""

    vpc_endpoint_ids: tuple[str, ...] = ()
    via_services: tuple[str, ...] = ()

    def block(self) -> dict[str, dict[str, list[str]]]:
        """Return it as IAM writes it; nothing if there is nothing."""
        keys = {"aws:SourceVpce": self.vpc_endpoint_ids, "kms:ViaService": self.via_services}
        given = {key: list(values) for key, values in keys.items() if values}
        return {"StringLike" if self.via_services else "StringEquals": given} if given else {}


def document(uses: Iterable[Use], most: int = MOST_FOLDERS) -> Document:
    """Return the policy that allows what was used, and no more than `most` patterns of a kind."""
    groups: dict[tuple[tuple[str, ...], Condition], list[str]] = defaultdict(list)
    for use in uses:
        groups[_patterns(use, most), _condition(use)].append(str(use.action))
    statements = [
        _statement(sorted(actions), resources, condition)
        for (resources, condition), actions in groups.items()
    ]
    return _policy(sorted(statements, key=lambda each: (each["Action"], each["Resource"])))


def size(policy: Mapping[str, Any]) -> int:
    """Return the characters of a policy as IAM counts them: without white space."""
    return len(json.dumps(policy, separators=(",", ":"), ensure_ascii=False))


def shortened(uses: Sequence[Use]) -> Document:
    """Return the finest policy that fits into a managed one, or else the coarsest there is."""
    for most in STEPS:
        policy = document(uses, most)
        if size(policy) <= MOST_CHARACTERS:
            break
    return policy


def split(policy: Mapping[str, Any]) -> list[Document]:
    """Return policies that together allow the same and each fit into a managed one, if they can.

    A statement that is too large by itself is cut by its resources.
    """
    parts: list[Document] = []
    for statement in policy["Statement"]:
        for piece in _pieces(statement):
            if not parts or size(_policy([*parts[-1]["Statement"], piece])) > MOST_CHARACTERS:
                parts.append(_policy([]))
            parts[-1]["Statement"].append(piece)
    return parts or [dict(policy)]


def _pieces(statement: Document) -> Iterator[Document]:
    resources = statement["Resource"]
    if size(_policy([statement])) <= MOST_CHARACTERS or len(resources) == 1:
        yield statement
        return
    middle = len(resources) // 2
    for half in (resources[:middle], resources[middle:]):
        yield from _pieces({**statement, "Resource": half})


def _policy(statements: list[Document]) -> Document:
    return {"Version": VERSION, "Statement": statements}


def _statement(actions: list[str], resources: Sequence[str], condition: Condition) -> Document:
    statement: Document = {"Effect": "Allow", "Action": actions, "Resource": list(resources)}
    if block := condition.block():
        statement["Condition"] = block
    return statement


def _condition(use: Use) -> Condition:
    """Return the condition that all use met: own endpoints, or always through an AWS service.

    What a service calls on the role's behalf comes through no endpoint of the role's network.
    """
    direct = not any(use.services)
    endpoints = () if use.is_elsewhere or not direct else tuple(sorted(use.endpoint_ids))
    via: tuple[str, ...] = ()
    if use.action.prefix == "kms" and use.services and None not in use.services:
        names = sorted(str(name) for name in use.services)
        if all(name.endswith(".amazonaws.com") for name in names):
            via = tuple(f"{name.removesuffix('.amazonaws.com')}.*.amazonaws.com" for name in names)
    return Condition(endpoints, via)


def _patterns(use: Use, most: int) -> tuple[str, ...]:
    if not use.is_narrowed or not use.resources:
        return ("*",)
    return tuple(sorted(set(_of_resources(use.resources, most))))


def _of_resources(resources: Mapping[Resource, int], most: int) -> Iterator[str]:
    keys: dict[str, Counter[str]] = defaultdict(Counter)
    names: dict[str, set[str]] = defaultdict(set)
    for resource, count in resources.items():
        if isinstance(resource, S3Object):
            keys[resource.bucket_arn][resource.key] += count
        else:
            names[_head(resource)].add(resource)
    for bucket_arn, counted in keys.items():
        for pattern in object_patterns(counted, most):
            yield f"{bucket_arn}/{pattern}"
    for head, members in names.items():
        # A kind of resource with too many names is granted whole, in its region and account.
        yield from members if len(members) <= 2 * most or not head else [f"{head}*"]


def _head(arn: str) -> str:
    """Return an ARN up to its resource's name: `arn:…:table/`, `arn:…:function:`.

    Empty where the name follows at once, as in S3 and SNS.
    """
    *_, resource = arn.split(":", 5)
    ends = [place for place in (resource.find("/"), resource.find(":")) if place > 0]
    return arn[: len(arn) - len(resource) + min(ends) + 1] if ends else ""

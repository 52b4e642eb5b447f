"""The rules, as data: a TOML file says what a rule is about, an SQL file of the same name finds it.

The SQL gives a row per event, or per observation, of a finding. Its columns `subject` and
`event_time`, or `first_seen_at` and `last_seen_at`, must be there; `account_id`, `region`,
`event_id`, `event_count`, `user_id`, `candidate_user_id`, `streaming_session_id` and `fleet_name`
may. Rows of one account and subject are one finding. All other columns can be named in the
explanation.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any


class Severity(StrEnum):
    """How much a finding matters, if it is true."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """The place on the scale, from 0."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Setting:
    """A threshold of a rule, a parameter of its SQL, and why it is what it is."""

    value: int
    reason: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What is looked for, how, and what to say of it.

    `parameters` are those of the SQL. `explanation` names columns in braces, and besides them who,
    subject, event_count, first_seen and last_seen. `unproven` says what it doesn't prove if the
    rule finds nothing. `questions` are saved questions that the SQL reads like tables.
    """

    rule_id: str
    title: str
    severity: Severity
    sql: str
    explanation: str
    unproven: str
    remedy: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    settings: Mapping[str, Setting] = field(default_factory=dict)
    attack_tags: tuple[str, ...] = ()
    reference_uris: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


@cache
def built_in_rules() -> tuple[Rule, ...]:
    """Return the rules of the package, in order of their ids."""
    folder = files("analysis.findings").joinpath("rules")
    names = sorted(
        file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")
    )
    return tuple(
        _parsed(
            name,
            tomllib.loads(folder.joinpath(f"{name}.toml").read_text()),
            folder.joinpath(f"{name}.sql").read_text(),
        )
        for name in names
    )


def _parsed(rule_id: str, content: Mapping[str, Any], sql: str) -> Rule:
    settings = {name: Setting(**setting) for name, setting in content.get("settings", {}).items()}
    return Rule(
        rule_id=rule_id,
        title=content["title"],
        severity=Severity(content["severity"]),
        sql=sql,
        explanation=content["explanation"],
        unproven=content["unproven"],
        remedy=content["remedy"],
        parameters={name: setting.value for name, setting in settings.items()},
        settings=settings,
        attack_tags=tuple(content.get("attack_tags", ())),
        reference_uris=tuple(content.get("reference_uris", ())),
        questions=tuple(content.get("questions", ())),
    )

"""A folder of Sigma rules for CloudTrail as rules of findings; pySigma reads them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from sigma.collection import SigmaCollection
from sigma.exceptions import SigmaError
from sigma.rule import SigmaLevel, SigmaRule

from analysis.errors import AnalysisError
from analysis.findings.rules import Rule, Severity
from analysis.findings.sigma_conditions import ConditionSql

SUFFIXES = (".yml", ".yaml")
LARGEST_FILE = 1_000_000  # bytes; a rule has some thousand
SEVERITIES = {
    SigmaLevel.INFORMATIONAL: Severity.INFO,
    SigmaLevel.LOW: Severity.LOW,
    SigmaLevel.MEDIUM: Severity.MEDIUM,
    SigmaLevel.HIGH: Severity.HIGH,
    SigmaLevel.CRITICAL: Severity.CRITICAL,
}
# What is no rule at all makes pySigma fail in ways of Python's own.
READING_FAULTS = (
    AttributeError,
    KeyError,
    OSError,
    RecursionError,
    SigmaError,
    TypeError,
    ValueError,
    yaml.YAMLError,
)
EXPLANATION = (
    "{who} called {event_name} from {source_ip_address}, {event_count} times. {description}"
)
UNPROVEN = (
    "That a Sigma rule finds nothing proves no more than that no call in the lake has the form that"
    " it names."
)
REMEDY = "Decide whether the call was meant; the rule's own notes on it: {false_positives}."


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule that isn't run: where it stands, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class SigmaRules:
    """What a folder of Sigma rules gave."""

    rules: tuple[Rule, ...]
    failures: tuple[Failure, ...]


def sigma_rules(folder: Path) -> SigmaRules:
    """Return the rules in a folder and below it, and those that can't be run, with the reason.

    Raises AnalysisError if there is no such folder or it has no rules.
    """
    paths = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)
    if not paths:
        message = f"{folder} has no Sigma rules: no file in it ends in .yml or .yaml"
        raise AnalysisError(message)
    rules: dict[str, Rule] = {}
    failures: list[Failure] = []
    for path in paths:
        source = path.relative_to(folder).as_posix()
        for one in _rules_of(path, source):
            if isinstance(one, Failure):
                failures.append(one)
            elif one.rule_id in rules:
                failures.append(Failure(source, f"another rule has its id {one.rule_id}"))
            else:
                rules[one.rule_id] = one
    return SigmaRules(tuple(rules.values()), tuple(failures))


def _rules_of(path: Path, source: str) -> Iterator[Rule | Failure]:
    try:
        if path.stat().st_size > LARGEST_FILE:
            yield Failure(source, f"it is larger than {LARGEST_FILE:,} bytes")
            return
        collection = SigmaCollection.from_yaml(path.read_text(), collect_errors=True)
    except READING_FAULTS as error:
        yield Failure(source, _one_line(error))
        return
    if not collection.rules:
        reasons = [_one_line(error) for error in collection.errors]
        yield Failure(source, "; ".join(reasons) or "it holds no rule")
    for number, rule in enumerate(collection.rules):
        if not isinstance(rule, SigmaRule):
            yield Failure(source, "correlation rules aren't supported")
            continue
        if rule.errors:
            yield Failure(source, "; ".join(_one_line(error) for error in rule.errors))
            continue
        try:
            yield _converted(rule, path.stem if number == 0 else f"{path.stem}-{number + 1}")
        except (AnalysisError, SigmaError, RecursionError) as error:
            yield Failure(source, _one_line(error))


def _one_line(error: Exception) -> str:
    return _on_one_line(str(error)) or type(error).__name__


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _converted(rule: SigmaRule, name: str) -> Rule:
    source = rule.logsource
    if (source.product, source.service) != ("aws", "cloudtrail"):
        message = f"it is for {source.product} {source.service or ''}, not aws cloudtrail"
        raise AnalysisError(message)
    condition = ConditionSql()
    alternatives = [condition.sql(one.parsed) for one in rule.detection.parsed_condition]
    notes = "; ".join(str(note) for note in rule.falsepositives) or "none"
    return Rule(
        rule_id=f"sigma:{rule.id or name}",
        title=_on_one_line(str(rule.title)),
        severity=SEVERITIES[rule.level] if rule.level else Severity.MEDIUM,
        sql=_rule_sql(" or ".join(alternatives)),
        explanation=EXPLANATION,
        unproven=UNPROVEN,
        remedy=REMEDY.replace("{false_positives}", _on_one_line(notes)),
        parameters={
            **condition.parameters,
            "description": _on_one_line(str(rule.description or rule.title)),
        },
        attack_tags=tuple(
            tag.name.upper()
            for tag in rule.tags
            if tag.namespace == "attack" and tag.name[1:2].isdigit()
        ),
        reference_uris=tuple(
            str(uri) for uri in rule.references if str(uri).startswith(("https://", "http://"))
        ),
    )


def _rule_sql(condition: str) -> str:
    """Return the query of the calls that a condition holds for; its values are parameters."""
    return f"""
        select
            coalesce(
                -- What tells the instances of a fleet apart is their credentials alone.
                case
                    when issuing_role_arn in (select issuing_role_arn from machine_roles)
                        then role_session_id
                end,
                user_identity_arn,
                principal_id,
                source_ip_address,
                'unknown'
            ) as subject,
            recipient_account_id as account_id,
            aws_region as region,
            event_id,
            event_time,
            role_session_id,
            event_source,
            event_name,
            error_code,
            source_ip_address,
            user_agent
        from calls
        where {condition}
    """  # noqa: S608 - columns and operators alone; every value of a rule is a parameter

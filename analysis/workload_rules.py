"""The workload rules: a table in data, `workloads.toml`; a user's own file comes before it."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import duckdb

from analysis.errors import AnalysisError

FACTS = (
    "appstream_carrier",
    "in_scope_of_credentials_issued_to",
    "in_scope_of_issuer_type",
    "invoked_by",
    "is_machine_role_session_name",
    "issued_through",
    "issued_to_service",
    "issuing_role_arn",
    "role_session_name",
    "source_identity",
    "user_agent",
    "user_identity_arn",
    "user_identity_type",
)


@dataclass(frozen=True, slots=True)
class WorkloadRule:
    """One rule: if every fact of `when` matches its pattern, the role session is of this kind.

    `workload_name` is the fact that names the workload; with a pattern, its first group does.
    """

    name: str
    kind: str
    when: Mapping[str, str] = field(default_factory=dict)
    workload_name: str | None = None
    workload_name_pattern: str = "^(.*)$"


def workload_rules(own_rules: Path | None = None) -> tuple[WorkloadRule, ...]:
    """Return the rules in order: those of the user's file, if there is one, then the built-in ones.

    Raises AnalysisError if the file can't be read or a rule in it can't be used.
    """
    built_in = _parsed(files("analysis").joinpath("workloads.toml").read_text(), "workloads.toml")
    if own_rules is None:
        return built_in
    try:
        text = own_rules.read_text()
    except OSError as error:
        message = f"can't read the workload rules {own_rules}: {error.strerror}"
        raise AnalysisError(message) from error
    return (*_parsed(text, str(own_rules)), *built_in)


def decide_workloads(connection: duckdb.DuckDBPyConnection, rules: Sequence[WorkloadRule]) -> None:
    """Make the table `workload_decisions`: for each row of role_session_facts, the first rule's.

    Its columns are role_session_id, workload_rule, workload_kind and workload_name.
    """
    parameters: dict[str, str] = {}
    conditions = []
    names = []
    for number, rule in enumerate(rules):
        tests = []
        for fact, pattern in rule.when.items():
            parameter = f"when_{number}_{fact}"
            parameters[parameter] = pattern
            tests.append(f"coalesce(regexp_matches({fact}, ${parameter}), false)")
        conditions.append(f"when {' and '.join(tests)} then {number}")
        if rule.workload_name is not None:
            parameter = f"name_{number}"
            parameters[parameter] = rule.workload_name_pattern
            names.append(
                f"when {number} then "
                f"nullif(regexp_extract({rule.workload_name}, ${parameter}, 1), '')"
            )
    kinds = [f"when {number} then $kind_{number}" for number in range(len(rules))]
    labels = [f"when {number} then $label_{number}" for number in range(len(rules))]
    parameters |= {f"kind_{number}": rule.kind for number, rule in enumerate(rules)}
    parameters |= {f"label_{number}": rule.name for number, rule in enumerate(rules)}
    connection.execute(
        # Facts are the constants above and values are parameters.
        f"""
        create or replace table workload_decisions as
        with numbered as (
            select *, case {" ".join(conditions)} end as rule_number
            from role_session_facts
        )

        select
            role_session_id,
            case rule_number {" ".join(labels)} end as workload_rule,
            case rule_number {" ".join(kinds)} end as workload_kind,
            case rule_number {" ".join(names)} end as workload_name
        from numbered
        """,  # noqa: S608 - see above
        parameters,
    )


def _parsed(text: str, place: str) -> tuple[WorkloadRule, ...]:
    try:
        document = tomllib.loads(text)
        rules = tuple(WorkloadRule(**rule) for rule in document.get("rule", []))
    except (tomllib.TOMLDecodeError, TypeError) as error:
        message = f"workload rules {place}: {error}. See docs/attribution.md for the form"
        raise AnalysisError(message) from error
    with duckdb.connect(":memory:") as connection:
        for rule in rules:
            _check(rule, place, connection)
    return rules


def _check(rule: WorkloadRule, place: str, connection: duckdb.DuckDBPyConnection) -> None:
    facts = {*rule.when, *([rule.workload_name] if rule.workload_name else [])}
    if unknown := facts - set(FACTS):
        message = (
            f"workload rules {place}: rule {rule.name} names {', '.join(sorted(unknown))}. "
            f"Known facts: {', '.join(FACTS)}"
        )
        raise AnalysisError(message)
    if not rule.when:
        message = f"workload rules {place}: rule {rule.name} has no condition. Give it a `when`"
        raise AnalysisError(message)
    for pattern in (*rule.when.values(), rule.workload_name_pattern):
        try:
            connection.execute("select regexp_matches('', $pattern)", {"pattern": pattern})
        except duckdb.Error as error:
            message = f"workload rules {place}: rule {rule.name}: {error}".splitlines()[0]
            raise AnalysisError(message) from error

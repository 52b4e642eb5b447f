"""Running rules over a lake, and keeping what they found in its table `findings`.

A run that finds what the last one found changes nothing. A finding keeps the time when it was first
found and first seen; one that the rule doesn't find any more is dropped, unless the events that it
rested on have left the lake. So is one of a Sigma rule that a run of all rules was not given:
nobody would look any more whether it still holds.
"""

import hashlib
import tempfile
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.resources import files

import duckdb
import msgspec
import pyarrow as pa

from analysis.answers import question_sql
from analysis.errors import AnalysisError
from analysis.findings.gathering import VALUES_SHOWN, Gathered, gather
from analysis.findings.naming import name_people
from analysis.findings.rules import Rule, built_in_rules
from analysis.findings.wording import explanation_of, who_text
from analysis.views import create_views
from lake import Lake
from lake.catalog import ensure_tables
from lake.connection import connect
from lake.data_files import arrow_schema
from lake.derived_tables import FINDINGS
from lake.replacement import replace_rows

MEMORY_LIMIT = "2GB"
SHARED_VIEWS = ("calls", "holders", "machine_roles", "first_use_calls")
SIGMA = "sigma:"

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class FindingsSummary:
    """What a run found: findings by rule, those that are new, and rules that found too many.

    `abandoned` counts the findings dropped because their Sigma rules were not given any more.
    `overflowing` has the number of findings of each rule of which only the newest were kept,
    `failed` the Sigma rules that couldn't be run on this lake, with the reason.
    """

    by_rule: Mapping[str, int]
    new: int
    abandoned: int
    overflowing: Mapping[str, int]
    failed: Mapping[str, str]
    seconds: float


def find(
    lake: Lake,
    rules: Sequence[Rule],
    *,
    are_all: bool = False,
    on_step: Callable[[str], None] | None = None,
) -> FindingsSummary:
    """Run the rules over the whole lake and put what they find into its table `findings`.

    Findings of other rules stay as they are. If these rules `are_all` that there are, findings of
    other Sigma rules are dropped, unless their events have left the lake. Raises AnalysisError if
    the lake isn't attributed yet or a rule of our own can't be run, LakeError if another run gets
    in the way.
    """
    started = time.monotonic()
    say = on_step or _say_nothing
    with (
        tempfile.TemporaryDirectory(prefix="roletrail-") as scratch,
        closing(open_for_rules(lake, scratch)) as connection,
    ):
        if not _count(connection, "select count(*) from role_sessions"):
            message = f"nothing in {lake.location} is attributed yet. Run: roletrail attribute"
            raise AnalysisError(message)
        found: list[tuple[Rule, Gathered]] = []
        overflowing = {}
        failed = {}
        for rule in rules:
            say(rule.title)
            try:
                gathered, total = run_rule(connection, rule)
            except AnalysisError as error:
                if not rule.rule_id.startswith(SIGMA):
                    raise
                failed[rule.rule_id] = str(error)
                continue
            found += [(rule, one) for one in gathered]
            if total > len(gathered):
                overflowing[rule.rule_id] = total
        say("naming people")
        name_people(connection, [one for _, one in found])
        by_rule = {rule.rule_id: 0 for rule in rules if rule.rule_id not in failed}
        merged = _merged(
            connection,
            [row_of(rule, one) for rule, one in found],
            by_rule.keys(),
            given={rule.rule_id for rule in rules} if are_all else None,
        )
    if merged.rows is not None:
        say("writing")
        ensure_tables(lake, (FINDINGS,))
        schema = arrow_schema(lake.table(FINDINGS.name))
        replace_rows(lake, FINDINGS, [pa.Table.from_pylist(merged.rows, schema=schema)])
    for rule, _ in found:
        by_rule[rule.rule_id] += 1
    return FindingsSummary(
        by_rule, merged.new, merged.abandoned, overflowing, failed, time.monotonic() - started
    )


def _say_nothing(_step: str) -> None:
    """Take a step's name and do nothing with it."""


def open_for_rules(lake: Lake, scratch: str) -> duckdb.DuckDBPyConnection:
    """Return a connection over the lake with the views that rules read; `scratch` is a folder."""
    connection = connect(lake)
    connection.execute("set temp_directory = $folder", {"folder": scratch})
    connection.execute("set memory_limit = $limit", {"limit": MEMORY_LIMIT})
    create_views(connection)
    create_shared_views(connection)
    return connection


def create_shared_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the views that only rules read, and the schema in which people are named."""
    for name in SHARED_VIEWS:
        text = files("analysis.findings").joinpath(f"{name}.sql").read_text()
        connection.execute(f"create view {name} as {text}")
    connection.execute("create schema named")
    connection.execute("set search_path = 'named,main'")


def run_rule(connection: duckdb.DuckDBPyConnection, rule: Rule) -> tuple[list[Gathered], int]:
    """Return what a rule finds, without names, and how many findings there are."""
    for question in rule.questions:
        query = question_sql(question)
        wanted = duckdb.extract_statements(query)[0].named_parameters
        given = {name: rule.parameters.get(name) for name in wanted}
        connection.execute(f"create or replace temp table {question} as {query}", given)
    used = duckdb.extract_statements(rule.sql)[0].named_parameters
    parameters = {name: rule.parameters[name] for name in used}
    return gather(connection, replace(rule, parameters=parameters))


def row_of(rule: Rule, one: Gathered) -> Row:
    """Return a finding as the table has it, all but `found_at`."""
    people, candidates, callers = (
        sorted(names) for names in (one.user_ids, one.candidate_user_ids, one.callers)
    )
    values = {
        **one.detail,
        "who": who_text(people, candidates, callers),
        "subject": one.subject,
        "event_count": one.event_count,
        "fleet_name": sorted(one.fleet_names),
        "first_seen": one.first_seen_at,
        "last_seen": one.last_seen_at,
    }
    identity = "|".join((rule.rule_id, one.account_id or "", one.subject))
    return {
        "finding_id": f"finding-{hashlib.sha256(identity.encode()).hexdigest()[:16]}",
        "rule": rule.rule_id,
        "title": rule.title,
        "severity": rule.severity.value,
        "subject": one.subject,
        "account_id": one.account_id,
        "region": one.region,
        "user_ids": people,
        "candidate_user_ids": candidates,
        "callers": callers,
        "streaming_session_ids": sorted(one.streaming_session_ids),
        "fleet_names": sorted(one.fleet_names),
        "first_seen_at": one.first_seen_at,
        "last_seen_at": one.last_seen_at,
        "event_count": one.event_count,
        "evidence_event_ids": one.event_ids,
        "explanation": explanation_of(rule, values),
        "remedy": rule.remedy,
        "attack_tags": list(rule.attack_tags),
        "reference_uris": list(rule.reference_uris),
        "detail": msgspec.json.encode(
            {name: values[:VALUES_SHOWN] for name, values in one.detail.items()}
        ).decode(),
    }


@dataclass(frozen=True, slots=True)
class _Merged:
    """The rows that the table is to have, null if it has them; and what has changed."""

    rows: list[Row] | None
    new: int
    abandoned: int


def _merged(
    connection: duckdb.DuckDBPyConnection,
    rows: list[Row],
    done: Collection[str],
    *,
    given: Collection[str] | None,
) -> _Merged:
    """Return what becomes of the table with what the rules that are `done` found.

    `given` has the ids of all rules that there are, those that couldn't be run too, or is null if
    there may be others.
    """
    old = connection.execute("select * from findings").to_arrow_table().to_pylist()
    before = {str(row["finding_id"]): row for row in old}
    (oldest,) = connection.execute("select min(event_time) from events").fetchone() or (None,)
    found = {str(row["finding_id"]): row for row in rows}
    now = datetime.now(UTC)
    for finding_id, row in found.items():
        former = before.get(finding_id)
        row["found_at"] = former["found_at"] if former else now
        if former:
            row["first_seen_at"] = min(former["first_seen_at"], row["first_seen_at"])
    built_in = {rule.rule_id for rule in built_in_rules()}
    kept, abandoned = [], 0
    for row in old:
        rule_id = str(row["rule"])
        is_sigma = rule_id.startswith(SIGMA)
        if str(row["finding_id"]) in found or not (is_sigma or rule_id in built_in):
            continue
        is_abandoned = is_sigma and given is not None and rule_id not in given
        if (oldest and row["last_seen_at"] < oldest) or not (rule_id in done or is_abandoned):
            kept.append(row)
        elif is_abandoned:
            abandoned += 1
    merged = sorted([*found.values(), *kept], key=lambda row: str(row["finding_id"]))
    new = len(found.keys() - before.keys())
    is_same = merged == sorted(old, key=lambda row: str(row["finding_id"]))
    return _Merged(None if is_same else merged, new, abandoned)


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0

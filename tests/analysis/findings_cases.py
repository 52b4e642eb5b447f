"""Cases of findings that can be checked by eye: a TOML file per rule under `findings`.

A case has rows of the lake's tables, `found` with the subjects that the rule finds in them, and
for one that finds something, `says`: how its explanation begins. What stands before the first case
is in all of them. A row has only what matters; `DEFAULTS` has the rest. A row with `times` is there
that often, its time `every` so many minutes; `{n}` in its texts is its number, from 1.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from analysis.findings.naming import name_people
from analysis.findings.rules import Rule, built_in_rules
from analysis.findings.running import create_shared_views, row_of, run_rule
from analysis.views import create_views, view_sql
from lake.connection import relation_sql
from lake.tables import TABLES

if TYPE_CHECKING:
    from analysis.findings.gathering import Gathered

FOLDER = Path(__file__).with_name("findings")
RULES = {rule.rule_id: rule for rule in built_in_rules()}

ACCOUNT = "123456789012"
REGION = "eu-central-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/design-fleet-role"
DEFAULTS: Mapping[str, Mapping[str, object]] = {
    "events": {
        "recipient_account_id": ACCOUNT,
        "aws_region": REGION,
        "event_source": "s3.amazonaws.com",
        "event_name": "GetObject",
        "event_category": "Data",
        "user_identity_type": "AssumedRole",
        "source_ip_address": "10.0.1.5",
    },
    "role_sessions": {
        "issuing_role_arn": ROLE,
        "issuing_role_account_id": ACCOUNT,
        "workload_kind": "appstream_fleet",
        "workload_name": "design",
        "fleet_name": "design",
        "candidate_fleet_names": ["design"],
        "first_event_at": "2026-09-14T10:00:00Z",
        "last_event_at": "2026-09-14T11:00:00Z",
    },
    "attributions": {
        "attribution_id": "claim",
        "method": "private_address",
        "confidence": "certain",
        "fleet_name": "design",
        "stack_name": "design-stack",
    },
    "streaming_sessions": {
        "account_id": ACCOUNT,
        "region": REGION,
        "fleet_name": "design",
        "is_multisession": False,
        "evidence_sources": ["session_report"],
    },
    "resource_history": {
        "account_id": ACCOUNT,
        "region": REGION,
        "resource_type": "fleet",
        "valid_from": "2026-09-14T00:00:00Z",
        "observed_at": "2026-09-14T00:00:00Z",
        "change": "observed",
    },
    "source_objects": {"account_id": ACCOUNT, "region": REGION, "status": "ingested"},
}


@dataclass(frozen=True, slots=True)
class Case:
    """Rows of tables, and what the rule is to find in them."""

    rule_id: str
    name: str
    tables: Mapping[str, list[dict[str, Any]]]
    found: list[str]
    says: str = ""


def cases() -> Iterator[Case]:
    """Yield all cases, rule by rule."""
    for file in sorted(FOLDER.glob("*.toml")):
        content = tomllib.loads(file.read_text())
        shared = {name: rows for name, rows in content.items() if name != "case"}
        for given in content["case"]:
            told = {key: given.pop(key) for key in ("name", "found", "says") if key in given}
            names = {*shared, *given}
            tables = {name: [*shared.get(name, []), *given.get(name, [])] for name in names}
            yield Case(file.stem, tables=tables, **told)


def findings_in(case: Case, rule: Rule) -> list[dict[str, object]]:
    """Return the rows that the rule adds to `findings`, in order of their subjects."""
    with duckdb.connect() as connection:
        fill(connection, case.tables)
        create_shared_views(connection)
        found: list[Gathered]
        found, _ = run_rule(connection, rule)
        name_people(connection, found)
    rows = [row_of(rule, one) for one in found]
    return sorted(rows, key=lambda row: str(row["subject"]))


def fill(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, list[dict[str, Any]]]) -> None:
    """Make the lake's tables and views with these rows, and the roll-up of their events."""
    connection.execute("set timezone = 'UTC'")
    for table in TABLES.values():
        connection.execute(f"create table {table.name} as {relation_sql(table.schema(), [])}")
    for name, rows in tables.items():
        for row in (one for given in rows for one in repeated({**DEFAULTS.get(name, {}), **given})):
            columns = ", ".join(row)
            values = ", ".join(f"${column}" for column in row)
            connection.execute(f"insert into {name} ({columns}) values ({values})", row)
    create_views(connection)
    connection.execute(
        f"insert into session_activity by name {view_sql('session_activity')}",
        {"since": datetime(1970, 1, 1, tzinfo=UTC), "until": datetime(9999, 1, 1, tzinfo=UTC)},
    )


def repeated(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the row as often as it says; an event without an id gets one from its time."""
    times, every = row.pop("times", 1), row.pop("every", 1)
    for number in range(1, times + 1):
        one = {
            column: value.replace("{n}", str(number)) if isinstance(value, str) else value
            for column, value in row.items()
        }
        for column in ("event_time", "delivered_at"):
            if column in one:
                moment = datetime.fromisoformat(one[column])
                one[column] = moment + timedelta(minutes=every * (number - 1))
        if "event_time" in one:
            one.setdefault("event_id", f"{one['event_time']:%d-%H:%M:%S} {one['event_name']}")
        if "delivered_at" in one:
            one.setdefault("ingested_at", one["delivered_at"])
        yield one

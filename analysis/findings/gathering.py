"""From a rule's rows to its findings: one for each account and subject, with its evidence."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from analysis.errors import AnalysisError
from analysis.findings.rules import Rule

# A rule that fires more often than this says nothing that anybody would read.
MOST_FINDINGS = 5_000
EVIDENCE_EACH_END = 10
VALUES_SHOWN = 5
TIMES = ("event_time", "first_seen_at", "last_seen_at")
KNOWN = {
    "subject": "varchar",
    "account_id": "varchar",
    "region": "varchar",
    "event_id": "varchar",
    "event_count": "bigint",
    "user_id": "varchar",
    "candidate_user_id": "varchar",
    "streaming_session_id": "varchar",
    "fleet_name": "varchar",
}


@dataclass(slots=True)
class Gathered:
    """What a rule's rows say of one subject in one account, before anybody is named.

    `detail` has the other columns' values, at most a few of each.
    """

    subject: str
    account_id: str | None
    region: str | None
    first_seen_at: datetime
    last_seen_at: datetime
    event_count: int | None
    event_ids: list[str]
    user_ids: set[str]
    streaming_session_ids: set[str]
    fleet_names: set[str]
    detail: dict[str, list[str]]
    candidate_user_ids: set[str] = field(default_factory=set)
    callers: set[str] = field(default_factory=set)


def gather(connection: duckdb.DuckDBPyConnection, rule: Rule) -> tuple[list[Gathered], int]:
    """Run the rule; return its findings, the newest ones first, and how many there are.

    No more than `MOST_FINDINGS` are returned. Raises AnalysisError if the rule's SQL can't be run.
    """
    try:
        connection.execute(f"create or replace temp table rule_rows as {rule.sql}", rule.parameters)
    except duckdb.Error as error:
        message = f"rule {rule.rule_id} can't be run on this lake: {error}"
        raise AnalysisError(message) from error
    columns = [name for name, *_ in connection.execute("describe rule_rows").fetchall()]
    shown = [name for name in columns if name not in KNOWN and name not in TIMES]
    rows = connection.execute(_gathering_sql(columns, shown)).fetchall()
    connection.execute("drop table rule_rows")
    total = int(rows[0][0]) if rows else 0
    return [_gathered(row[1:], shown) for row in rows], total


def _gathering_sql(columns: Collection[str], shown: Collection[str]) -> str:
    """Return the query that makes one row of a subject's rows; names are the rule's own columns."""
    base = ", ".join(
        name if name in columns else f"cast(null as {kind}) as {name}"
        for name, kind in KNOWN.items()
    )
    first = "first_seen_at" if "first_seen_at" in columns else "event_time"
    last = "last_seen_at" if "last_seen_at" in columns else "event_time"
    details = "".join(f", {_values_of(name)} as {name}" for name in shown)
    more = "".join(f", {name}" for name in shown)
    return f"""
        with every as (
            select {base}, {first} as seen_from, {last} as seen_until{more}
            from rule_rows
            where subject is not null and {first} is not null
        ),
        placed as (
            select
                *,
                row_number() over (
                    partition by subject, account_id order by seen_from, event_id
                ) as place,
                row_number() over (
                    partition by subject, account_id order by seen_from desc, event_id desc
                ) as place_from_end
            from every
        )
        select
            count(*) over () as total,
            subject,
            account_id,
            case when count(distinct region) = 1 then min(region) end as region,
            min(seen_from) as first_seen_at,
            max(coalesce(seen_until, seen_from)) as last_seen_at,
            cast(coalesce(sum(event_count), nullif(count(distinct event_id), 0)) as bigint),
            array_agg(event_id) filter (
                where event_id is not null
                    and (place <= {EVIDENCE_EACH_END} or place_from_end <= {EVIDENCE_EACH_END})
            ),
            array_agg(distinct user_id) filter (where user_id is not null),
            array_agg(distinct candidate_user_id) filter (where candidate_user_id is not null),
            array_agg(distinct streaming_session_id) filter (
                where streaming_session_id is not null
            ),
            array_agg(distinct fleet_name) filter (where fleet_name is not null)
            {details}
        from placed
        group by subject, account_id
        order by last_seen_at desc, subject
        limit {MOST_FINDINGS}
    """  # noqa: S608 - column names of the rule's own SQL file


def _values_of(column: str) -> str:
    values = f"list_sort(array_agg(distinct cast({column} as varchar)))"
    return f"({values})[1:{VALUES_SHOWN + 1}]"


def _gathered(row: tuple[object, ...], shown: Collection[str]) -> Gathered:
    subject, account_id, region, first, last, count, event_ids, *lists = row
    users, candidates, streams, fleets, *rest = lists
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        message = f"a finding about {subject} has no time"
        raise AnalysisError(message)
    detail = {
        name: [value for value in _texts(values) if value]
        for name, values in zip(shown, rest, strict=True)
    }
    return Gathered(
        subject=str(subject),
        account_id=None if account_id is None else str(account_id),
        region=None if region is None else str(region),
        first_seen_at=first,
        last_seen_at=last,
        event_count=count if isinstance(count, int) else None,
        event_ids=sorted(set(_texts(event_ids))),
        user_ids=set(_texts(users)),
        candidate_user_ids=set(_texts(candidates)),
        streaming_session_ids=set(_texts(streams)),
        fleet_names=set(_texts(fleets)),
        detail=detail,
    )


def _texts(values: object) -> list[str]:
    return [str(value) for value in values if value is not None] if isinstance(values, list) else []

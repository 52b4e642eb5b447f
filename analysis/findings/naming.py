"""Who was behind the events that findings rest on, looked up for all of them at once."""

from collections.abc import Sequence
from typing import NamedTuple

import duckdb
import pyarrow as pa

from analysis.findings.gathering import Gathered
from analysis.views import view_sql

_BEHIND = """
    select
        event_id,
        user_id,
        candidate_user_ids,
        streaming_session_id,
        fleet_name,
        workload_kind,
        coalesce(workload_name, origin_principal_arn, user_identity_arn) as caller,
        session_confidence
    from attributed_events
"""


class Behind(NamedTuple):
    """Who was behind one event."""

    event_id: str
    user_id: str | None
    candidate_user_ids: list[str] | None
    streaming_session_id: str | None
    fleet_name: str | None
    workload_kind: str
    caller: str | None
    session_confidence: str | None


def name_people(connection: duckdb.DuckDBPyConnection, found: Sequence[Gathered]) -> None:
    """Put beside each finding who was behind its evidence.

    The views over events are made anew over the evidence alone, so that attribution isn't worked
    out for all events. Schema `named` must come first on the connection's search path.
    """
    event_ids = sorted({event_id for one in found for event_id in one.event_ids})
    if not event_ids:
        return
    evidence = pa.table({"event_id": pa.array(event_ids, pa.string())})
    connection.register("evidence", evidence)
    connection.execute("create or replace temp table evidence_ids as select * from evidence")
    connection.unregister("evidence")
    connection.execute("""
        create or replace table named.events as
        select * from main.events where event_id in (select event_id from evidence_ids)
    """)
    for view in ("role_session_events", "attributed_events"):
        connection.execute(f"create or replace view named.{view} as {view_sql(view)}")
    rows = connection.execute(_BEHIND).fetchall()
    for name in ("attributed_events", "role_session_events"):
        connection.execute(f"drop view named.{name}")
    connection.execute("drop table named.events")
    behind: dict[str, list[Behind]] = {}
    for row in rows:
        one = Behind(*row)
        behind.setdefault(one.event_id, []).append(one)
    for finding in found:
        for event_id in finding.event_ids:
            for one in behind.get(event_id, ()):
                _add(finding, one)


def _add(finding: Gathered, one: Behind) -> None:
    if one.user_id:
        finding.user_ids.add(one.user_id)
    else:
        finding.candidate_user_ids.update(one.candidate_user_ids or ())
    if one.streaming_session_id:
        finding.streaming_session_ids.add(one.streaming_session_id)
    if one.fleet_name:
        finding.fleet_names.add(one.fleet_name)
    if one.caller and not one.workload_kind.startswith("appstream_"):
        kind = one.workload_kind.replace("_", " ")
        finding.callers.add(f"{kind} {one.caller}")

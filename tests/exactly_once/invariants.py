"""What holds of a lake at every moment, whoever died while writing it, and at the end."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from lake import Lake
from lake.batches import BATCH_ID, batches_of
from lake.connection import connect, planned_files
from lake.derived_tables import DERIVED_TABLES
from lake.publication import last_publication
from lake.tables import INGESTED_TABLES
from tests.exactly_once.trail import Trail

INGESTED = {table.name for table in INGESTED_TABLES}
# Each counts what is wrong: 0, always.
ALWAYS = {
    "events that are there twice": """
        select count(*) - count(distinct (recipient_account_id, event_id)) from events
    """,
    "objects whose events aren't those that the ledger counts": """
        select count(*)
        from (
            select source_object_id, sum(events_written) as written from source_objects
            where kind = 'cloudtrail' and status = 'ingested' group by all
        ) as ledger
        full join (select source_object_id, count(*) as found from events group by all) as there
            using (source_object_id)
        where coalesce(written, 0) <> coalesce(found, 0)
    """,
    "objects that are in the ledger twice": """
        select count(*) - count(distinct (uri, version)) from source_objects
    """,
    "objects whose records don't add up": """
        select count(*) from source_objects
        where records_read <> events_written + duplicates + rejected
    """,
    "rejects that are there twice": """
        select count(*) - count(distinct (source_object_id, record_index, field))
        from (select * replace (coalesce(record_index, -1) as record_index,
            coalesce(field, '') as field) from rejected_records)
    """,
    "objects whose rejects aren't those that the ledger counts": """
        select count(*)
        from source_objects
        left join (
            select source_object_id, count(record_index) as found
            from rejected_records group by all
        ) as there using (source_object_id)
        where rejected <> coalesce(found, 0)
    """,
    "evidence that is there twice": """
        select count(*) - count(distinct (evidence_id, source_object_id))
        from streaming_session_evidence
    """,
    "evidence or history of objects that the ledger doesn't know": """
        select count(*)
        from (
            select source_object_id from streaming_session_evidence
            union all
            select source_object_id from resource_history
        ) as found
        where source_object_id not in (select source_object_id from source_objects)
    """,
    "history that is there twice": """
        select count(*) - count(distinct (resource_history_id, source_object_id))
        from resource_history
    """,
}
ALWAYS_OF_ATTRIBUTION = {
    "role sessions whose calls aren't those of the roll-up": """
        select count(*)
        from (
            select role_session_id, sum(event_count) as rolled_up
            from session_activity group by all
        ) as activity
        full join role_sessions using (role_session_id)
        where rolled_up is distinct from event_count
    """,
}


def faults(lake: Lake, *, is_attributed: bool) -> list[str]:
    """Return what is wrong with the lake as a reader sees it now."""
    tables, checks = INGESTED, ALWAYS
    if is_attributed:
        tables, checks = (
            {*tables, "role_sessions", "session_activity"},
            ALWAYS | ALWAYS_OF_ATTRIBUTION,
        )
    with connect(lake, tables) as connection:
        return [
            f"{count} {what}"
            for what, query in checks.items()
            if (count := _number(connection, query))
        ]


def faults_at_the_end(lake: Lake, trail: Trail) -> list[str]:
    """Return what is wrong with a lake that has taken in all of the trail."""
    with connect(lake, INGESTED) as connection:
        found = {
            event_id for (event_id,) in connection.execute("select event_id from events").fetchall()
        }
        objects = _number(connection, "select count(*) from source_objects")
        evidence = _number(
            connection,
            "select count(*) from streaming_session_evidence "
            "where evidence_source = 'session_report'",
        )
    wrong = faults(lake, is_attributed=False)
    if found != trail.event_ids:
        wrong.append(f"lost {trail.event_ids - found}, not delivered {found - trail.event_ids}")
    if objects != trail.objects:
        wrong.append(f"{objects} objects in the ledger of {trail.objects}")
    if evidence != trail.reports:
        wrong.append(f"{evidence} rows of {trail.reports} reports")
    return wrong


def derived(lake: Lake) -> str:
    """Return all rows of all derived tables as published, as text in an order of its own."""
    with connect(lake, [table.name for table in DERIVED_TABLES]) as connection:
        return "\n".join(
            repr(connection.execute(f"select * from {table.name} order by all").fetchall())
            for table in DERIVED_TABLES
        )


def unneeded_files(lake: Lake) -> Iterator[str]:
    """Yield data files that are there and that no reader or writer of now needs.

    Whether a batch that `events` names is in another table, that table's snapshots must tell.
    """
    published = last_publication(lake).snapshots
    named = batches_of(lake.table("events"))
    for name in lake.table_names():
        table = lake.table(name)
        snapshot_ids = [None, published.get(name)]
        snapshot_ids += [
            snapshot.snapshot_id
            for snapshot in table.snapshots()
            if snapshot.summary is not None and snapshot.summary[BATCH_ID] in named
        ]
        needed = {path for number in snapshot_ids for path in planned_files(table, number)}
        folder = Path(table.location().removeprefix("file://")) / "data"
        yield from (str(path) for path in folder.rglob("*.parquet") if str(path) not in needed)


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])

"""One row per event: finding what the lake, or the same batch, already holds.

CloudTrail delivers at least once, and an organisation trail and an account trail bring the same
event twice. The first copy stays; a later copy with other content is counted as a conflict.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.table import Table as IcebergTable

from lake.connection import duckdb_path, register_object_store

# Copies of one event carry one eventTime; the margin only guards against a rewritten one.
TIME_MARGIN = timedelta(hours=1)
KEY = ("recipient_account_id", "event_id")
# What an event says; other columns follow from these or name the copy, not the event.
CONTENT = (
    "event_time",
    "event_source",
    "event_name",
    "user_identity_arn",
    "access_key_id",
    "source_ip_address",
    "error_code",
    "request_parameters",
)


@dataclass(frozen=True, slots=True)
class Deduplicated:
    """Events to keep, and the copies left out.

    `copies` has the columns source_object_id, record_index and is_conflict.
    """

    kept: pa.Table
    copies: pa.Table


def without_duplicates(
    events: pa.Table, known_files: Sequence[str], iceberg_table: IcebergTable | None = None
) -> Deduplicated:
    """Split events into first copies and later ones, within themselves and against known files.

    `known_files` are data files of `events` as DuckDB reads them; where they are not on this
    machine, `iceberg_table` says how they are reached. The order of `events` decides which copy
    is the first.
    """
    if events.num_rows == 0:
        return Deduplicated(events, _no_copies())
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        positions = pa.array(np.arange(events.num_rows))
        compared = [*KEY, *CONTENT, "source_object_id", "record_index"]
        connection.register("batch", events.select(compared).append_column("position", positions))
        if known_files and iceberg_table is not None:
            register_object_store(connection, iceberg_table, known_files)
        has_known = _find_known(connection, list(known_files), _time_range(events))
        # As a rule there are no copies at all, and then nothing has to be compared.
        if not has_known and pc.count_distinct(events.column("event_id")).as_py() == len(events):
            return Deduplicated(events, _no_copies())
        connection.execute(_FIRST_IN_BATCH)
        positions = connection.execute(_KEPT).to_arrow_table().column("position")
        connection.register("kept", pa.table({"position": positions}))
        copies = connection.execute(_copies_sql()).to_arrow_table()
    return Deduplicated(events.take(positions), copies)


def are_new(
    events: pa.Table, known_files: Sequence[str], iceberg_table: IcebergTable | None = None
) -> bool:
    """Say whether no event has a copy among these events or in the known files, by its id alone.

    Of the events, only event_id, which is never null, and event_time are asked for.
    """
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        connection.register("batch", events)
        # DuckDB counts them four times as fast as PyArrow.
        if connection.execute(_HAS_COPIES).fetchone() != (False,):
            return False
        if not known_files:
            return True
        if iceberg_table is not None:
            register_object_store(connection, iceberg_table, known_files)
        return not _find_known_ids(connection, list(known_files), _time_range(events))


def have_common_events(
    files: Sequence[str], others: Sequence[str], iceberg_table: IcebergTable
) -> bool:
    """Say whether an event of these data files may be in the others as well, by its id alone."""
    if not files or not others:
        return False
    with duckdb.connect(":memory:") as connection:
        register_object_store(connection, iceberg_table, [*files, *others])
        parameters = {"files": list(files), "others": list(others)}
        return connection.execute(_COMMON, parameters).fetchone() is not None


def files_around(iceberg_table: IcebergTable, events: pa.Table) -> list[str]:
    """Return the data files of the current snapshot that can hold copies of these events."""
    if events.num_rows == 0 or iceberg_table.current_snapshot() is None:
        return []
    low, high = _time_range(events).values()
    first, last = (low - TIME_MARGIN).isoformat(), (high + TIME_MARGIN).isoformat()
    around = f"event_time >= '{first}' and event_time <= '{last}'"
    tasks = iceberg_table.scan(row_filter=around).plan_files()
    return sorted(duckdb_path(task.file.file_path) for task in tasks)


def _time_range(events: pa.Table) -> dict[str, datetime]:
    bounds = pc.min_max(events.column("event_time"))
    return {"low": bounds["min"].as_py(), "high": bounds["max"].as_py()}


def _find_known(
    connection: duckdb.DuckDBPyConnection, files: list[str], times: dict[str, datetime]
) -> bool:
    """Fill the table `known` with the batch's events that these files hold; say if there are any.

    Ids are looked up first, and what the events say is read only if some are found.
    """
    if not files:
        connection.execute("create temp table known as select * from batch limit 0")
        return False
    if not _find_known_ids(connection, files, times):
        return _find_known(connection, [], times)
    known = _known_parameters(files, times)
    connection.execute(_KNOWN.format(content=", ".join(CONTENT)), known)
    return True


def _find_known_ids(
    connection: duckdb.DuckDBPyConnection, files: list[str], times: dict[str, datetime]
) -> bool:
    """Fill the table `known_ids` with those of the batch that these files hold; say if any."""
    connection.execute(_KNOWN_IDS, _known_parameters(files, times))
    return connection.execute("select count(*) from known_ids").fetchone() != (0,)


def _known_parameters(files: list[str], times: dict[str, datetime]) -> dict[str, object]:
    return {
        "files": files,
        "low": times["low"] - TIME_MARGIN,
        "high": times["high"] + TIME_MARGIN,
    }


def _no_copies() -> pa.Table:
    return pa.table(
        {
            "source_object_id": pa.array([], pa.string()),
            "record_index": pa.array([], pa.int64()),
            "is_conflict": pa.array([], pa.bool_()),
        }
    )


_HAS_COPIES = "select count(distinct event_id) < count(event_id) from batch"

_FIRST_IN_BATCH = """
create temp table first_in_batch as
select recipient_account_id, event_id, min(position) as position
from batch
group by all
"""

_COMMON = """
select 1
from read_parquet($files, hive_partitioning = false)
where event_id in (select event_id from read_parquet($others, hive_partitioning = false))
limit 1
"""

_KNOWN_IDS = """
create temp table known_ids as
select event_id
from read_parquet($files, hive_partitioning = false)
where event_time between $low and $high
    and event_id in (select event_id from batch)
"""

_KNOWN = """
create temp table known as
select recipient_account_id, event_id, {content}
from read_parquet($files, hive_partitioning = false)
where event_time between $low and $high
    and event_id in (select event_id from known_ids)
"""

_KEPT = """
select first_in_batch.position
from first_in_batch
where not exists (
    select 1
    from known
    where known.event_id = first_in_batch.event_id
        and known.recipient_account_id is not distinct from first_in_batch.recipient_account_id
)
order by position
"""


def _copies_sql() -> str:
    differs = " or ".join(f"copy.{name} is distinct from first.{name}" for name in CONTENT)
    content = ", ".join(CONTENT)
    return f"""
    with firsts as (
        select recipient_account_id, event_id, {content}
        from known
        union all
        select recipient_account_id, event_id, {content}
        from batch
        where position in (select position from kept)
    )

    select copy.source_object_id, copy.record_index, bool_and({differs}) as is_conflict
    from batch as copy
    inner join firsts as first
        on copy.event_id = first.event_id
        and copy.recipient_account_id is not distinct from first.recipient_account_id
    where copy.position not in (select position from kept)
    group by all
    """  # noqa: S608 - the column names are constants of this module

"""Replacing rows of a derived table, all of them or whole days, in one commit."""

import warnings
from collections.abc import Iterable
from datetime import date, timedelta

import pyarrow as pa
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.expressions import AlwaysFalse, AlwaysTrue, BooleanExpression
from sqlalchemy.exc import OperationalError

from lake.catalog import Lake
from lake.columns import Table
from lake.commits import append_files
from lake.data_files import write_data_files
from lake.errors import LakeError


def replace_rows(
    lake: Lake,
    table: Table,
    parts: Iterable[pa.Table],
    days: Iterable[date] | None = None,
    based_on: int | None = None,
) -> int:
    """Put the rows of all parts in the place of the table's rows of these UTC days, or of all.

    `based_on` is the snapshot whose rows of other days are kept. The parts are written one by one,
    so that only one has to fit into memory. Returns the id of the new snapshot, which has nothing
    of any other writer's. Readers of published snapshots don't see it yet. Raises LakeError if
    another writer changes the table at the same time, or has since that snapshot.
    """
    iceberg_table = lake.table(table.name)
    message = f"{lake.location}: another attribution writes {table.name}. Run it again later"
    if days is not None and iceberg_table.metadata.current_snapshot_id != based_on:
        raise LakeError(message)
    files = [file for part in parts for file in write_data_files(iceberg_table, part)]
    try:
        with warnings.catch_warnings(), iceberg_table.transaction() as transaction:
            # Nothing to delete is the rule on a first run, not a fault.
            warnings.filterwarnings("ignore", message="Delete operation did not match")
            transaction.delete(AlwaysTrue() if days is None else _on_days(table, days))
            append_files(transaction, files, {})
    except (CommitFailedException, OperationalError) as error:
        raise LakeError(message) from error
    # As committed just now: the lake's may be another writer's already.
    snapshot = iceberg_table.current_snapshot()
    assert snapshot is not None  # noqa: S101 - the commit above made one
    return snapshot.snapshot_id


def _on_days(table: Table, days: Iterable[date]) -> str | BooleanExpression:
    if table.day_partition is None:
        message = f"{table.name} has no days"
        raise ValueError(message)
    column = table.day_partition
    spans = [(day.isoformat(), (day + timedelta(days=1)).isoformat()) for day in days]
    conditions = [
        f"({column} >= '{start}T00:00:00+00:00' and {column} < '{end}T00:00:00+00:00')"
        for start, end in spans
    ]
    return " or ".join(conditions) if conditions else AlwaysFalse()

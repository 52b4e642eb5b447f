"""What is known already: the table `source_objects`, asked once a run and written once a batch."""

from collections.abc import Sequence

import pyarrow as pa

from ingest.kinds import SKIPPED
from ingest.reading import Reading
from ingest.sources import SourceObject
from lake import Lake
from lake.connection import connect

_NEW = """
select position
from listed
where not exists (
    select 1
    from source_objects
    where source_objects.uri = listed.uri and source_objects.version = listed.version
)
order by position
"""


def new_objects(lake: Lake, listed: Sequence[SourceObject]) -> list[SourceObject]:
    """Return the objects that the lake hasn't taken in yet, in their order.

    An object whose version has changed is new. One that was rejected or skipped is known.
    """
    table = pa.table(
        {
            "uri": pa.array([source.uri for source in listed], pa.string()),
            "version": pa.array([source.version for source in listed], pa.string()),
            "position": pa.array(range(len(listed)), pa.int64()),
        }
    )
    with connect(lake, ["source_objects"]) as connection:
        connection.register("listed", table)
        positions = connection.execute(_NEW).to_arrow_table().column("position").to_pylist()
    return [listed[position] for position in positions]


def ledger_row(reading: Reading, duplicates: int, conflicts: int) -> dict[str, object]:
    """Return an object's row, all but the batch that commits it."""
    status, reason = status_of(reading)
    return {
        "source_object_id": reading.source_object_id,
        "uri": reading.source.uri,
        "version": reading.source.version,
        "kind": reading.kind.value,
        "account_id": reading.facts.account_id,
        "region": reading.facts.region,
        "delivered_at": reading.facts.delivered_at,
        "bytes": reading.source.size,
        "records_read": reading.records_read,
        "events_written": reading.records_read - duplicates - reading.records_rejected,
        "duplicates": duplicates,
        "conflicts": conflicts,
        "rejected": reading.records_rejected,
        "status": status,
        "status_reason": reason,
    }


def status_of(reading: Reading) -> tuple[str, str | None]:
    """Return an object's status, and why nothing, or not everything, was taken of it."""
    reason = reading.rejections[0].reason if reading.rejections else None
    if reason is not None and reading.records_rejected == reading.records_read:
        return "rejected", reason
    if reading.kind in SKIPPED:
        return "skipped", SKIPPED[reading.kind]
    return "ingested", reason

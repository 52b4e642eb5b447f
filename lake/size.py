"""How large a lake is, told from the tables' metadata without reading any of their rows."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.snapshots import Snapshot

from lake.catalog import Lake
from lake.connection import DERIVED, duckdb_path
from lake.publication import last_publication
from lake.tables import TABLES


@dataclass(frozen=True, slots=True)
class TableSize:
    """What a reader of a table sees: rows, data files and their bytes.

    `disk_bytes` is all that lies under the table's folder: metadata, and files that only older
    snapshots or nobody needs as well. It is None in an object store, which would have to be listed.
    """

    table: str
    rows: int
    files: int
    bytes: int
    disk_bytes: int | None


def table_sizes(lake: Lake) -> list[TableSize]:
    """Return the size of each table, of derived ones as they were last published."""
    existing = lake.table_names()
    snapshots = last_publication(lake).snapshots
    return [
        _size(name, table, _seen(name, table, snapshots))
        for name, table in ((name, lake.table(name)) for name in TABLES if name in existing)
    ]


def _seen(name: str, iceberg_table: IcebergTable, published: Mapping[str, int]) -> Snapshot | None:
    """Return the snapshot that readers see; of a derived table there is none until it's published.

    What a run has written and not published, nobody sees.
    """
    if name not in DERIVED:
        return iceberg_table.current_snapshot()
    return iceberg_table.snapshot_by_id(published[name]) if name in published else None


def _size(name: str, iceberg_table: IcebergTable, snapshot: Snapshot | None) -> TableSize:
    return TableSize(
        table=name,
        rows=_total(snapshot, "total-records"),
        files=_total(snapshot, "total-data-files"),
        bytes=_total(snapshot, "total-files-size"),
        disk_bytes=_disk_bytes(duckdb_path(iceberg_table.location())),
    )


def _total(snapshot: Snapshot | None, name: str) -> int:
    """Return a total of the snapshot's summary; nothing was ever written where there is none."""
    if snapshot is None or snapshot.summary is None:
        return 0
    return int(snapshot.summary[name] or 0)


def _disk_bytes(folder: str) -> int | None:
    return sum(_file_sizes(Path(folder))) if folder.startswith("/") else None


def _file_sizes(folder: Path) -> Iterator[int]:
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                yield Path(path, name).stat().st_size
            except FileNotFoundError:
                # Maintenance deletes files meanwhile.
                continue

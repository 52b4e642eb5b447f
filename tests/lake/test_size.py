from pathlib import Path

import pyarrow as pa

from lake import open_lake
from lake.catalog import ensure_tables
from lake.compaction import compact
from lake.data_files import arrow_schema
from lake.derived_tables import DERIVED_TABLES, ENDPOINT_OWNERSHIP
from lake.events_table import EVENTS
from lake.file_replacement import current_files
from lake.publication import Publication, last_publication, publish
from lake.replacement import replace_rows
from lake.size import TableSize, table_sizes
from lake.tables import INGESTED_TABLES
from roletrail.cli import main
from tests.conftest import SAMPLE_LOGS


def test_an_empty_lake_has_what_ingest_writes_to_and_nothing_in_it(tmp_path: Path) -> None:
    sizes = table_sizes(open_lake(tmp_path / "lake", create=True))
    assert [size.table for size in sizes] == [table.name for table in INGESTED_TABLES]
    assert {(size.rows, size.files, size.bytes) for size in sizes} == {(0, 0, 0)}
    assert all(size.disk_bytes for size in sizes)  # their metadata


def test_rows_of_a_derived_table_count_once_they_are_published(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake", create=True)
    ensure_tables(lake, DERIVED_TABLES)
    started_from = last_publication(lake)
    name = ENDPOINT_OWNERSHIP.name

    def rows_counted() -> tuple[int, int]:
        (size,) = (size for size in table_sizes(lake) if size.table == name)
        return size.rows, size.files

    def written(*endpoints: str) -> int:
        columns = {column.name: [None] * len(endpoints) for column in ENDPOINT_OWNERSHIP.columns}
        rows = pa.table({**columns, "vpc_endpoint_id": endpoints}, arrow_schema(lake.table(name)))
        return replace_rows(lake, ENDPOINT_OWNERSHIP, [rows])

    first = written("vpce-1")
    assert rows_counted() == (0, 0)
    publish(lake, Publication({name: first}), started_from)
    written("vpce-1", "vpce-2")
    assert rows_counted() == (1, 1)


def size_of_events(folder: Path) -> TableSize:
    """Return the size of `events`, compared with the files that a reader gets."""
    lake = open_lake(folder)
    (size,) = (size for size in table_sizes(lake) if size.table == EVENTS.name)
    files = current_files(lake.table(EVENTS.name))
    assert size.rows == sum(file.record_count for file in files)
    assert size.files == len(files)
    assert size.bytes == sum(file.file_size_in_bytes for file in files)
    return size


def test_the_totals_are_those_of_the_current_files_and_the_old_ones_are_on_disk(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "lake"
    for account in sorted((SAMPLE_LOGS / "trail" / "AWSLogs").iterdir()):
        main(["ingest", str(account), "--lake", str(folder), "--processes", "1"])
    before = size_of_events(folder)

    compact(open_lake(folder), EVENTS)

    after = size_of_events(folder)
    assert after.files < before.files
    assert after.rows == before.rows
    assert before.disk_bytes is not None
    assert after.disk_bytes is not None
    assert after.disk_bytes > before.disk_bytes + after.bytes

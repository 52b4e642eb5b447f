from pathlib import Path

from lake import open_lake
from lake.compaction import compact
from lake.events_table import EVENTS
from lake.file_replacement import current_files
from lake.size import TableSize, table_sizes
from lake.tables import TABLES
from roletrail.cli import main
from tests.conftest import SAMPLE_LOGS


def test_an_empty_lake_has_all_tables_and_nothing_in_them(tmp_path: Path) -> None:
    sizes = table_sizes(open_lake(tmp_path / "lake", create=True))
    assert [size.table for size in sizes] == list(TABLES)
    assert {(size.rows, size.files, size.bytes) for size in sizes} == {(0, 0, 0)}
    assert all(size.disk_bytes for size in sizes)  # their metadata


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

"""Deleting files that no table needs: what compaction and expiry left, and what writers gave up.

A file is garbage if no snapshot reaches it, no batch names it, and it is old: a young one may
belong to a writer who is about to commit it.
"""

import contextlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import pyarrow.fs as pafs
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.manifest import ManifestFile
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.snapshots import Snapshot

from lake.batches import batches_of, files_of_batch
from lake.catalog import Lake
from lake.errors import LakeError
from lake.events_table import EVENTS
from lake.file_replacement import current_files

FOLDERS = ("data", "metadata")
READERS = 8  # each waits for an object store most of the time


@dataclass(frozen=True, slots=True)
class Garbage:
    """How many files of a table were deleted, or would be, and their bytes."""

    table: str
    files: int
    bytes: int


def collect_garbage(lake: Lake, name: str, before: datetime, *, dry_run: bool = False) -> Garbage:
    """Delete the table's files that nothing needs and that were written before this time.

    Raises LakeError, having deleted nothing, if the warehouse can't be listed so that the files in
    use are seen in it.
    """
    iceberg_table = lake.table(name)
    sure = {_path(file.file_path) for file in current_files(iceberg_table)}
    # Listed first: what is committed after that is found among what is in use.
    try:
        listed = list(_files(iceberg_table))
    except OSError as error:
        message = f"{lake.location}: can't list {iceberg_table.location()}: {_first_line(error)}"
        raise LakeError(message) from error
    if not sure <= {file.path for file in listed}:
        message = (
            f"{lake.location}: {iceberg_table.location()} doesn't list the files of {name}, "
            "so none was deleted. Check the permission to list it"
        )
        raise LakeError(message)
    used = _used(lake, name)
    garbage = [file for file in listed if file.path not in used and file.mtime < before]
    if not dry_run:
        _delete(iceberg_table, garbage)
    return Garbage(name, len(garbage), sum(file.size for file in garbage))


def _files(iceberg_table: IcebergTable) -> Iterator[pafs.FileInfo]:
    root = _path(iceberg_table.location())
    for folder in FOLDERS:
        selector = pafs.FileSelector(f"{root}/{folder}", allow_not_found=True, recursive=True)
        for file in _file_system(iceberg_table).get_file_info(selector):
            if file.type == pafs.FileType.File:
                yield file


def _delete(iceberg_table: IcebergTable, garbage: Iterable[pafs.FileInfo]) -> None:
    file_system = _file_system(iceberg_table)
    for file in garbage:
        try:
            # Another run may have been faster.
            with contextlib.suppress(FileNotFoundError):
                file_system.delete_file(file.path)
        except OSError as error:
            raise LakeError(f"can't delete {file.path}: {_first_line(error)}") from error


def _first_line(error: OSError) -> str:
    return str(error).partition("\n")[0]


def _used(lake: Lake, name: str) -> set[str]:
    """Return the paths of all files that the table needs, or will once a batch is finished."""
    iceberg_table = lake.table(name)
    metadata = iceberg_table.metadata
    locations = {iceberg_table.metadata_location}
    locations.update(entry.metadata_file for entry in metadata.metadata_log)
    locations.update(statistics.statistics_path for statistics in metadata.statistics)
    locations.update(part.statistics_path for part in metadata.partition_statistics)
    locations.update(_reached(iceberg_table))
    for files in batches_of(lake.table(EVENTS.name)).values():
        locations.update(files_of_batch(files, name))
    return {_path(location) for location in locations}


def _reached(iceberg_table: IcebergTable) -> Iterator[str]:
    """Yield the locations of all manifests and data files of all snapshots."""

    def manifests_of(snapshot: Snapshot) -> list[ManifestFile]:
        return snapshot.manifests(iceberg_table.io)

    def files_of(manifest: ManifestFile) -> list[str]:
        entries = manifest.fetch_manifest_entry(iceberg_table.io)
        return [entry.data_file.file_path for entry in entries]

    with ThreadPoolExecutor(READERS) as readers:
        snapshots = iceberg_table.snapshots()
        yield from (snapshot.manifest_list for snapshot in snapshots)
        manifests = {
            manifest.manifest_path: manifest
            for manifests in readers.map(manifests_of, snapshots)
            for manifest in manifests
        }
        yield from manifests
        for locations in readers.map(files_of, manifests.values()):
            yield from locations


def _path(location: str) -> str:
    """Return the path as the file system names it: without a scheme, a bucket before its key."""
    return PyArrowFileIO.parse_location(location)[2]


def _file_system(iceberg_table: IcebergTable) -> pafs.FileSystem:
    if not isinstance(iceberg_table.io, PyArrowFileIO):
        message = (
            f"{iceberg_table.location()} is reached in a way that can't list files. "
            "Leave py-io-impl out of the catalog's settings"
        )
        raise LakeError(message)
    scheme, place, _ = PyArrowFileIO.parse_location(iceberg_table.location())
    return iceberg_table.io.fs_by_scheme(scheme, place)

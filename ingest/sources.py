"""Where objects are: files in folders, and what they are called in the ledger."""

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingest.errors import IngestError

SCHEME = "s3://"
PIECE_BYTES = 4 * 2**20
NANOSECONDS = 10**9
NOWHERE = frozenset({errno.ENOENT, errno.ELOOP})  # deleted just now, or a link in a circle


@dataclass(frozen=True, slots=True)
class SourceObject:
    """An object that can be read: a file, or an object in a bucket.

    `place` is the file's path, or the object's key in `bucket`. `version` changes with the content:
    the ETag, or size and modification time. `size` is in bytes as stored.
    """

    uri: str
    version: str
    size: int
    modified_at: datetime
    place: str
    bucket: str | None = None


def files_in(source: str) -> list[SourceObject]:
    """Return the file, or all files below the folder, hidden ones left out.

    Raises IngestError if there is neither, or nothing in it.
    """
    path = Path(source).expanduser()
    if path.is_file():
        path = path.resolve()
        return [_file(str(path), path.stat())]
    if not path.is_dir():
        message = f"there is no file or folder {source}. Check the name, or use s3://bucket/prefix"
        raise IngestError(message)
    files = list(walk(str(path.resolve())))
    if not files:
        message = f"there are no files in {source}. Name a folder that holds CloudTrail's log files"
        raise IngestError(message)
    return files


def pieces_of_file(place: str) -> Iterator[bytes]:
    """Yield a file's bytes in pieces. Raises OSError if it can't be read."""
    with Path(place).open("rb", buffering=0) as file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def walk(folder: str) -> Iterator[SourceObject]:
    """Yield the files of a folder, then those of the folders in it, hidden ones left out.

    Paths as strings, and one look at each file, take a third of the time that pathlib takes. Raises
    IngestError if a folder can't be listed.
    """
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        message = f"can't list {error.filename}: {error.strerror}. Ask for permission to read it"
        raise IngestError(message) from error
    visible = [entry for entry in found if not entry.name.startswith(".")]
    for entry in visible:
        try:
            if entry.is_file():
                yield _file(entry.path, entry.stat())
        except OSError as error:
            if error.errno not in NOWHERE:
                message = f"can't look at {entry.path}: {error.strerror}. Ask for permission"
                raise IngestError(message) from error
    for entry in visible:
        if entry.is_dir(follow_symlinks=False):
            yield from walk(entry.path)


def _file(path: str, status: os.stat_result) -> SourceObject:
    return SourceObject(
        uri=_uri(path),
        version=f"{status.st_size}-{status.st_mtime_ns}",
        size=status.st_size,
        modified_at=datetime.fromtimestamp(status.st_mtime_ns / NANOSECONDS, UTC),
        place=path,
    )


def _uri(path: str) -> str:
    try:
        path.encode()
    except UnicodeEncodeError:  # a name that isn't UTF-8; its bytes are percent-encoded
        return Path(path).as_uri()
    return f"file://{path}"

"""Where objects are: files in folders, and what they are called in the ledger."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingest.errors import IngestError

SCHEME = "s3://"
PIECE_BYTES = 4 * 2**20
NANOSECONDS = 10**9


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
        return [_file(path.resolve())]
    if not path.is_dir():
        message = f"there is no file or folder {source}. Check the name, or use s3://bucket/prefix"
        raise IngestError(message)
    files = [_file(file) for file in _walk(path.resolve())]
    if not files:
        message = f"there are no files in {source}. Name a folder that holds CloudTrail's log files"
        raise IngestError(message)
    return files


def pieces_of_file(place: str) -> Iterator[bytes]:
    """Yield a file's bytes in pieces. Raises OSError if it can't be read."""
    with Path(place).open("rb", buffering=0) as file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def _walk(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        message = f"can't list {error.filename}: {error.strerror}. Ask for permission to read it"
        raise IngestError(message) from error

    for place, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(place, name)
            if not name.startswith(".") and file.is_file():
                yield file


def _file(path: Path) -> SourceObject:
    status = path.stat()
    return SourceObject(
        uri=_uri(path),
        version=f"{status.st_size}-{status.st_mtime_ns}",
        size=status.st_size,
        modified_at=datetime.fromtimestamp(status.st_mtime_ns / NANOSECONDS, UTC),
        place=str(path),
    )


def _uri(path: Path) -> str:
    try:
        str(path).encode()
    except UnicodeEncodeError:  # a name that isn't UTF-8; its bytes are percent-encoded
        return path.as_uri()
    return f"file://{path}"

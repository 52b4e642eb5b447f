"""Where a report goes: a folder, or a prefix of a bucket. Files appear when they are whole.

In a folder, a file that has the same bytes already is left as it is.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from filecmp import cmp
from pathlib import Path

from roletrail.errors import FrontDoorError

S3 = "s3://"


@contextmanager
def report_place(out: str) -> Iterator[tuple[Path, list[str]]]:
    """Yield an empty folder, and a list that is filled with where its files went at the end.

    After an error in between nothing goes anywhere. Raises FrontDoorError if nothing can be
    written to `out`, and IngestError if a bucket doesn't take it.
    """
    went: list[str] = []
    if out.startswith(S3):
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder), went
            went += _upload(Path(folder), out)
        return
    target = Path(out).expanduser()
    try:
        target.mkdir(parents=True, exist_ok=True)
        scratch = tempfile.TemporaryDirectory(prefix=".report-", dir=target)
    except OSError as error:
        message = f"can't write to {out}: {error.strerror}. Name another folder: --out DIR"
        raise FrontDoorError(message) from error
    with scratch as folder:
        yield Path(folder), went
        for file in sorted(Path(folder).iterdir()):
            place = target / file.name
            if not (place.is_file() and cmp(file, place, shallow=False)):
                file.replace(place)
            went.append(str(Path(out) / file.name))


def _upload(folder: Path, out: str) -> list[str]:
    from ingest.s3_writing import put_files

    return put_files(sorted(folder.iterdir()), out)

"""File names that say whether compaction has changed what a set of data files holds.

Each data file has a mark, and a set of files has the sum of its files' marks. A file that
compaction made of others bears their sum in its name. So a set that was compacted, in whole or in
part, has the mark that it had before, and whoever has read it needn't read it again.
"""

import hashlib
import re
import uuid
from collections.abc import Iterable

MARK_BYTES = 16
_MARKED = re.compile(r"-of-([0-9a-f]{32})\.parquet$")


def mark_text(locations: Iterable[str]) -> str:
    """Return the mark of a set of data files as text; their order doesn't matter."""
    return f"{sum(map(_mark, locations)) % 2 ** (8 * MARK_BYTES):0{2 * MARK_BYTES}x}"


def merged_name(locations: Iterable[str]) -> str:
    """Return a new file name for the rows of these files, all of them and nothing else."""
    return f"{uuid.uuid4().hex}-of-{mark_text(locations)}.parquet"


def _mark(location: str) -> int:
    if marked := _MARKED.search(location):
        return int(marked[1], 16)
    name = location.rpartition("/")[2]
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:MARK_BYTES])

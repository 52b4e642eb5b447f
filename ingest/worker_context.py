"""How worker processes start, and when they are worth it. Loads nothing heavy itself.

Workers are forked from a server process that has loaded what they need. It can begin to do so
while this process still loads PyIceberg and opens the lake.
"""

import contextlib
import multiprocessing
from collections.abc import Iterable
from itertools import islice
from multiprocessing import forkserver
from multiprocessing.context import BaseContext

from ingest.errors import IngestError
from ingest.sources import SCHEME, walk

# Below this, starting processes takes longer than they save.
FEW_OBJECTS = 400
FEW_BYTES = 8 * 2**20
# Loaded once, not by each worker: the compiled scanner, if there is one, and pandas, which PyArrow
# loads when it makes its first array.
PRELOADED = (
    "ingest.workers",
    "ingest.scanned_events",
    "pandas",
    "pyarrow.pandas_compat",
)
FORKSERVER = "forkserver"


def are_few(sizes: Iterable[int]) -> bool:
    """Say whether objects of these sizes, in bytes as stored, are read faster without workers."""
    first = list(islice(sizes, FEW_OBJECTS))
    return len(first) < FEW_OBJECTS and sum(first) < FEW_BYTES


def worker_context(program: Iterable[str] = ()) -> BaseContext:
    """Return the way in which workers are started here, and begin to load what they need.

    `program` are modules that the running program's own file imports: each worker runs that file
    before all else.
    """
    if FORKSERVER in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context(FORKSERVER)
        context.set_forkserver_preload([*PRELOADED, *program])
        # The server listens at a socket in the folder for temporary files. There can't be one if
        # the folder's path is long, over 70 characters or so. Without it each worker loads alone.
        with contextlib.suppress(OSError):
            forkserver.ensure_running()
            return context
    return multiprocessing.get_context("spawn")


def load_early(sources: Iterable[str], program: Iterable[str] = ()) -> None:
    """Let what workers need be loaded from now on, if there may be so much that they are worth it.

    Of a folder that can be seen. A bucket takes longer to list than workers to load, and seldom has
    so little for a run. `program` as in `worker_context`.
    """
    chosen = list(sources)
    folders = [source for source in chosen if not source.startswith(SCHEME)]
    try:
        is_little = are_few(file.size for folder in folders for file in walk(folder))
    except IngestError:  # which the run itself will meet
        return
    if len(folders) < len(chosen) or not is_little:
        worker_context(program)

"""Reading many objects: a portion at a time, in this process or in several.

A portion's events leave a worker as data files, and what goes through the pipe is small.
"""

import gc
import multiprocessing
import os
import shutil
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from itertools import islice
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread

from ingest.errors import IngestError
from ingest.event_files import EventFiles, EventTarget, WrittenEvents
from ingest.event_writer import EventWriter
from ingest.memory import keep_freed_memory
from ingest.reading import Reading, needs_text, read_object, reading_of
from ingest.s3_reading import Access, pieces_of_object
from ingest.sources import SourceObject, pieces_of_file
from ingest.worker_context import are_few, worker_context

PORTION_OBJECTS = 512
PORTION_BYTES = 8 * 2**20  # as stored
# Objects of a bucket fetched at a time, by each process. To wait for a small one takes far longer
# than to read it, and those of a portion are all that can be in memory.
FETCHERS = 128
LARGEST_FETCHED = 4 * 2**20  # bytes; a larger object is read as it arrives
ALLOCATIONS_BEFORE_COLLECTING = 200_000


@dataclass(frozen=True, slots=True)
class Portion:
    """Objects to read in one go, what it takes to fetch them, and where their events go."""

    sources: tuple[SourceObject, ...]
    access: Mapping[str, Access]
    target: EventTarget


def default_processes() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def read_all(
    sources: Sequence[SourceObject],
    access_of: Callable[[str], Access],
    target: EventTarget,
    processes: int,
) -> Iterator[tuple[list[Reading], list[WrittenEvents]]]:
    """Yield the objects as they were read, a portion at a time and in order, with their events.

    `access_of` is asked for each portion how to reach a bucket. With few objects, or one process,
    they are read in this process. Raises IngestError if a worker ends unexpectedly.
    """
    portions = _portions(sources, access_of, target, processes)
    if processes == 1 or are_few(source.size for source in sources):
        yield from map(read_portion, portions)
    else:
        yield from _in_processes(portions, processes, target.folder)


def read_portion(portion: Portion) -> tuple[list[Reading], list[WrittenEvents]]:
    """Read a portion's objects; return them, and their events, which are in files."""
    files = EventFiles(portion.target)
    writer = EventWriter(files.add)
    readings = [_read_or_not(source, pieces, writer) for source, pieces in _fetched(portion)]
    writer.flush()
    for reading in readings:
        reading.rejections = writer.rejected_of(reading.source_object_id)
    return readings, files.written()


def _read_or_not(
    source: SourceObject, pieces: Callable[[], Iterator[bytes]], writer: EventWriter
) -> Reading:
    try:
        return read_object(source, pieces, writer)
    except OSError as error:
        reading = reading_of(source)
        reading.unreadable = error.strerror or str(error)
        return reading


def _portions(
    sources: Sequence[SourceObject],
    access_of: Callable[[str], Access],
    target: EventTarget,
    processes: int,
) -> Iterator[Portion]:
    """Yield the objects in portions, small enough that every process has some."""
    share = max(1, sum(source.size for source in sources) // (2 * processes))
    chosen: list[SourceObject] = []
    chosen_bytes = 0
    for number, source in enumerate(sources):
        chosen.append(source)
        chosen_bytes += source.size
        is_last = number == len(sources) - 1
        is_full = len(chosen) >= PORTION_OBJECTS or chosen_bytes >= min(share, PORTION_BYTES)
        if is_last or is_full:
            buckets = {source.bucket for source in chosen if source.bucket is not None}
            access = {bucket: access_of(bucket) for bucket in buckets}
            yield Portion(tuple(chosen), access, target)
            chosen, chosen_bytes = [], 0


def _in_processes(
    portions: Iterator[Portion], processes: int, folder: Path
) -> Iterator[tuple[list[Reading], list[WrittenEvents]]]:
    pool = ProcessPoolExecutor(processes, worker_context(), _prepare_worker, (folder,))
    try:
        # Some portions ahead, so that no worker waits while a batch is committed.
        ahead = deque(
            pool.submit(read_portion, portion) for portion in islice(portions, 3 * processes)
        )
        while ahead:
            done = ahead.popleft().result()
            ahead.extend(pool.submit(read_portion, portion) for portion in islice(portions, 1))
            yield done
    except BrokenProcessPool as error:
        message = "a worker process was ended, perhaps for lack of memory. Run it again"
        raise IngestError(message) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _prepare_worker(folder: Path) -> None:
    # Reading makes many objects and no cycles, and what was loaded before stays.
    gc.freeze()
    gc.set_threshold(ALLOCATIONS_BEFORE_COLLECTING, 50, 50)
    keep_freed_memory()
    Thread(target=_end_with_parent, args=(folder,), daemon=True).start()


def _end_with_parent(folder: Path) -> None:
    """End this worker when the process that gives it work is killed, and tidy up after it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)


def _fetched(
    portion: Portion,
) -> Iterator[tuple[SourceObject, Callable[[], Iterator[bytes]]]]:
    """Yield each object with a way to get its bytes; those in buckets are fetched ahead."""
    with ThreadPoolExecutor(FETCHERS) as threads:
        ahead: deque[tuple[SourceObject, Callable[[], Iterator[bytes]]]] = deque()
        for source in portion.sources:
            ahead.append((source, _start(source, portion.access, threads)))
            if len(ahead) > FETCHERS:
                yield ahead.popleft()
        yield from ahead


def _start(
    source: SourceObject, access: Mapping[str, Access], threads: ThreadPoolExecutor
) -> Callable[[], Iterator[bytes]]:
    """Start fetching a small object of a bucket; return what gives the object's bytes."""
    if source.bucket is None:
        return partial(pieces_of_file, source.place)
    pieces = partial(pieces_of_object, access[source.bucket], source.place, source.version)
    if source.size > LARGEST_FETCHED or not needs_text(source):
        return pieces
    fetched: Future[list[bytes]] = threads.submit(lambda: list(pieces()))
    return lambda: iter(fetched.result())

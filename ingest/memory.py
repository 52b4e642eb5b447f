"""Memory that doesn't go back and forth between a process and the system.

Freed memory is usually handed back at once. Work on pieces of a steady size would spend a good part
of its time on asking for the same memory again.
"""

import contextlib
import ctypes
from collections.abc import Iterator

import pyarrow as pa

# Names and numbers of glibc's mallopt(3).
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT_MILLISECONDS = 10_000  # longer than from one batch to the next
KEPT_BYTES = 128 * 2**20
LARGEST_KEPT = 32 * 2**20  # bytes in one piece; glibc takes no larger number


def keep_freed_memory() -> None:
    """Let this process keep what it frees, from now on; where it can't, nothing happens."""
    _use_jemalloc()
    with contextlib.suppress(AttributeError, OSError):
        glibc = ctypes.CDLL(None)
        glibc.mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
        glibc.mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT)


@contextlib.contextmanager
def freed_arrow_memory_kept() -> Iterator[None]:
    """Let Arrow keep what it frees for a while, as long as this lasts."""
    usual = pa.default_memory_pool()
    _use_jemalloc()
    try:
        yield
    finally:
        pa.set_memory_pool(usual)


def _use_jemalloc() -> None:
    """Let Arrow use jemalloc, if it was built with it, which can be told to wait."""
    with contextlib.suppress(NotImplementedError):
        pa.set_memory_pool(pa.jemalloc_memory_pool())
        pa.jemalloc_set_decay_ms(KEPT_MILLISECONDS)

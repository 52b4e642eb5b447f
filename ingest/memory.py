"""Memory that doesn't go back and forth between a process and the system.

Freed memory is usually handed back at once. Work on pieces of a steady size would spend a good part
of its time on asking for the same memory again: measured, a tenth of a worker's.
"""

import contextlib
import ctypes

# Names and numbers of glibc's mallopt(3).
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT_BYTES = 128 * 2**20
LARGEST_KEPT = 32 * 2**20  # bytes in one piece; glibc takes no larger number


def keep_freed_memory() -> None:
    """Let this process keep what it frees, from now on; where it can't, nothing happens."""
    with contextlib.suppress(AttributeError, OSError):
        glibc = ctypes.CDLL(None)
        glibc.mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
        glibc.mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT)

"""Memory for Arrow that doesn't go back and forth.

Arrow's usual allocator hands freed memory back to the system at once. Batches of a steady size
would spend a tenth of their time on asking for the same memory again. jemalloc, where Arrow has it,
keeps it for a second.
"""

import contextlib
from collections.abc import Iterator

import pyarrow as pa


def keep_freed_memory() -> None:
    """Let Arrow keep what it frees for a while, in this process from now on."""
    with contextlib.suppress(NotImplementedError):
        pa.set_memory_pool(pa.jemalloc_memory_pool())


@contextlib.contextmanager
def freed_memory_kept() -> Iterator[None]:
    """Let Arrow keep what it frees for a while, as long as this lasts."""
    usual = pa.default_memory_pool()
    keep_freed_memory()
    try:
        yield
    finally:
        pa.set_memory_pool(usual)

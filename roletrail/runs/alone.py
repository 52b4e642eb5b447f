"""One run at a time: a lock that its process holds, and that ends with it however it ends.

It is the system's lock on an open file, so that after a run was killed there is none to clear away.
For a lake in a folder it holds among all who share the folder; for a catalog's, on one machine.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from roletrail.errors import FrontDoorError

CATALOG = "catalog:"
LOCK_FILE = "run.lock"
LONGEST_NOTE = 200  # bytes of what a run says of itself


@contextmanager
def alone(lake: str) -> Iterator[None]:
    """Let no other run work on this lake in this block.

    Raises FrontDoorError at once if another one does, OSError if there can't be a lock.
    """
    file = lock_file(lake)
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            said = os.read(handle, LONGEST_NOTE).decode(errors="replace")
            message = f"another run works on {lake}: {said}. Nothing was done; let it end first"
            raise FrontDoorError(message) from None
        os.ftruncate(handle, 0)
        os.write(
            handle, f"process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M} UTC".encode()
        )
        yield
    finally:
        os.close(handle)


def lock_file(lake: str) -> Path:
    """Return the file that a run on this lake locks: in its folder, or of a catalog's, in /tmp."""
    if not lake.startswith(CATALOG):
        return Path(lake).expanduser() / LOCK_FILE
    name = sha256(lake.encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"roletrail-{os.getuid()}-{name}.lock"

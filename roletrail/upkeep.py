"""Maintenance on a schedule, in a process of its own beside whatever follows a queue.

So intake goes on meanwhile, and the memory that merging takes is given back when it ends. Ending
that process at any moment does no harm.
"""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from roletrail.terminal import note, warn

if TYPE_CHECKING:
    from lake import Lake

ASKED_EVERY = 30  # seconds; the lake is asked no more often whether maintenance is due
NICENESS = 10  # what is delivered goes first
NEVER = timedelta(0)


class Upkeep:
    """Maintains a lake every so often, unless somebody else does."""

    def __init__(self, lake: "Lake", every: timedelta, options: Sequence[str]) -> None:
        self._lake = lake
        self._every = every
        self._command = [sys.executable, "-m", "roletrail", "maintain", "--lake", lake.location]
        self._command += options
        self._running: subprocess.Popen[str] | None = None
        self._ask_at = 0.0

    @property
    def is_running(self) -> bool:
        """Whether maintenance is under way."""
        return self._running is not None and self._running.poll() is None

    def see_to_it(self) -> None:
        """Start maintenance if it is due, and say what became of one that has ended."""
        if self._running is not None and self._running.poll() is not None:
            self._report(self._running)
            self._running = None
        if self._running is None and time.monotonic() >= self._ask_at:
            from lake.turns import take_turn

            self._ask_at = time.monotonic() + ASKED_EVERY
            if take_turn(self._lake, self._every):
                self._running = self._started()

    def stop(self) -> None:
        """End what is under way; whoever maintains next does what is left."""
        if self._running is not None:
            self._running.terminate()
            self._running.communicate()

    def _started(self) -> subprocess.Popen[str]:
        # Apart from the terminal: Ctrl-C is for the follower, which ends this process itself.
        running = subprocess.Popen(  # noqa: S603 - our own program, and options of our own
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, running.pid, NICENESS)
        return running

    def _report(self, ended: subprocess.Popen[str]) -> None:
        said, faults = ended.communicate()
        if ended.returncode:
            reason = (faults.splitlines() or [f"status {ended.returncode}"])[-1]
            warn(f"maintenance failed, {reason.removeprefix('error: ')}")
        else:
            note(f"maintenance: {'; '.join(said.splitlines())}")


@contextmanager
def maintained(
    lake: "Lake", every: timedelta, options: Sequence[str]
) -> Iterator[Callable[[], None] | None]:
    """Yield what is to be called every few seconds to keep the lake maintained; None if never.

    `options` are those of `roletrail maintain`.
    """
    if every == NEVER:
        yield None
        return
    upkeep = Upkeep(lake, every, options)
    try:
        yield upkeep.see_to_it
    finally:
        upkeep.stop()

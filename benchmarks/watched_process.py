"""A command in a process of its own: its time on the clock, processor time and memory."""

import ctypes
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

SUBREAPER = 36  # prctl(2): orphans become this process's children


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds on the clock, seconds of processor time of all its processes, peak GB.

    The peak is of the largest process that this one has waited for so far.
    """

    seconds: float
    cpu_seconds: float
    peak_gb: float


def watched(command: Sequence[str]) -> Run:
    """Run the command and return what it took. Raises CalledProcessError if it fails."""
    if sys.platform == "linux":  # elsewhere, workers whose parent has ended don't count
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    before, started = _cpu_seconds_of_children(), time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - started
    _await_orphans()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    return Run(seconds, _cpu_seconds_of_children() - before, peak)


def _await_orphans() -> None:
    try:
        while True:
            os.wait()
    except ChildProcessError:
        return


def _cpu_seconds_of_children() -> float:
    times = os.times()
    return times.children_user + times.children_system

"""The lake that answers are measured on: a month of made-up events, attributed as always.

It stays in its folder, so that it is made once. Attribution runs in a process of its own, for its
time and peak memory are a figure, too.
"""

import sys
from pathlib import Path

import attribution
from watched_process import Run, watched

from lake import open_lake
from lake.publication import last_publication

ATTRIBUTE = (
    "import sys; from analysis.attribution import attribute; from lake import open_lake; "
    "attribute(open_lake(sys.argv[1]))"
)


def prepared(folder: Path, events: int) -> Run | None:
    """Make the lake in this folder and attribute it; None if that is done already."""
    if folder.exists():
        if not last_publication(open_lake(folder)).snapshots:
            message = f"{folder} is half made: remove it and run again"
            raise SystemExit(message)
        return None
    connection = attribution.MADE_UP
    connection.execute("set timezone = 'UTC'")
    connection.execute(attribution.STREAMING)
    connection.execute(attribution.KEYS)
    attribution.build(folder, events)
    late = {"each": events // attribution.ROLE_SESSIONS, "day": attribution.LATE_DAY}
    attribution.write(open_lake(folder), {"events": (attribution.EVENTS, late)}, "late day")
    connection.execute("drop table keys")
    connection.execute("drop table streaming")
    return watched([sys.executable, "-c", ATTRIBUTE, str(folder)])

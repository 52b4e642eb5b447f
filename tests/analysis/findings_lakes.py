"""A small lake in which there is something to find."""

from pathlib import Path

from analysis.attribution import attribute
from ingest import ingest
from lake import Lake, open_lake
from tests.analysis.test_golden_cases import GOLDEN, deliver

COPIED_KEY = GOLDEN / "copied_key_after_the_session_is_outside"


def lake_of_copied_key(folder: Path) -> Lake:
    """Return an attributed lake in which a key is used from a stranger's address."""
    lake = open_lake(folder / "lake", create=True)
    deliver(COPIED_KEY, folder / "bucket")
    ingest(lake, [folder / "bucket"], processes=1)
    attribute(lake)
    return lake

"""The front door: the command line, and the way in for notebooks."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis import Answers

__all__ = ["open"]


def open(location: str | Path | None = None) -> "Answers":  # noqa: A001 - read as `roletrail.open`
    """Return a lake for asking, read only: `roletrail.open("roletrail-lake").sql("…").df()`.

    Without a location, `ROLETRAIL_LAKE` and then `./roletrail-lake` is taken. Open it again to
    see what was added since. Raises lake.LakeError if there is no lake.
    """
    from analysis import open_answers

    return open_answers(None if location is None else str(location))

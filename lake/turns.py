"""Whose turn it is to maintain a lake: when that last began stands in the lake itself.

So several who follow a trail share one schedule, and one that is started anew keeps it. Two who ask
at the same instant can both be given the turn, which costs time and does no harm.
"""

from datetime import UTC, datetime, timedelta

from pyiceberg.exceptions import CommitFailedException
from sqlalchemy.exc import OperationalError

from lake.catalog import Lake
from lake.tables import SOURCE_OBJECTS

MAINTAINED_AT = "roletrail.maintained-at"


def maintained_at(lake: Lake) -> datetime | None:
    """Return when maintenance last began, UTC; None if it never did."""
    text = lake.table(SOURCE_OBJECTS.name).properties.get(MAINTAINED_AT)
    return None if text is None else datetime.fromisoformat(text)


def take_turn(lake: Lake, every: timedelta = timedelta(0)) -> bool:
    """Note that maintenance begins now, unless it last began less than this time ago.

    Returns whether it is the caller's turn. It isn't if somebody else changes the ledger at this
    moment: ask again later.
    """
    now = datetime.now(UTC)
    last = maintained_at(lake)
    # One in the future is of a clock that went wrong.
    if last is not None and last <= now < last + every:
        return False
    try:
        with lake.table(SOURCE_OBJECTS.name).transaction() as transaction:
            transaction.set_properties({MAINTAINED_AT: now.isoformat()})
    except (CommitFailedException, OperationalError):
        return False
    return True

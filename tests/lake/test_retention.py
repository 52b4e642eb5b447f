"""Old days go whole, and what was dropped is known and isn't read again."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from lake import Lake, open_lake
from lake.commits import commit_batch
from lake.connection import connect
from lake.retention import Dropped, drop_days
from tests.lake.event_rows import NOON, event, staged

FIRST_DAY = NOON.date()


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Return a lake with an event on each of three days, the first of which has two."""
    lake = open_lake(tmp_path / "lake", create=True)
    for number, days in enumerate((0, 0, 1, 2)):
        row = event(f"e{number}", NOON + timedelta(days=days), source_object_id=f"object-{number}")
        commit_batch(lake, staged(lake, f"batch-{number}", row))
    return lake


def event_ids(lake: Lake) -> list[str]:
    with connect(lake, ["events"]) as connection:
        rows = connection.execute("select event_id from events order by event_id").fetchall()
    return [event_id for (event_id,) in rows]


@pytest.mark.parametrize(
    ("before", "dropped", "left"),
    [
        (FIRST_DAY, Dropped(0, 0), ["e0", "e1", "e2", "e3"]),
        (FIRST_DAY + timedelta(days=1), Dropped(1, 2), ["e2", "e3"]),
        (FIRST_DAY + timedelta(days=3), Dropped(3, 4), []),
    ],
)
def test_days_before_the_given_one_are_dropped(
    lake: Lake, before: date, dropped: Dropped, left: list[str]
) -> None:
    assert drop_days(lake, before, dry_run=True) == dropped
    assert len(event_ids(lake)) == 4
    assert drop_days(lake, before) == dropped
    assert event_ids(lake) == left


def test_the_ledger_still_knows_the_objects_of_dropped_days(lake: Lake) -> None:
    drop_days(lake, FIRST_DAY + timedelta(days=3))
    with connect(lake, ["source_objects"]) as connection:
        assert connection.execute("select count(*) from source_objects").fetchall() == [(4,)]

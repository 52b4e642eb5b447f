"""Whose turn maintenance is, for all who maintain one lake."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Transaction

from lake import Lake, open_lake
from lake.maintenance import maintain
from lake.turns import MAINTAINED_AT, maintained_at, take_turn

HOUR = timedelta(hours=1)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Return an empty lake."""
    return open_lake(tmp_path / "lake", create=True)


def note(lake: Lake, time: datetime) -> None:
    """Note that maintenance began at this time."""
    with lake.table("source_objects").transaction() as transaction:
        transaction.set_properties({MAINTAINED_AT: time.isoformat()})


def test_a_lake_that_was_never_maintained_is_due_and_then_not_for_a_while(lake: Lake) -> None:
    assert maintained_at(lake) is None
    assert take_turn(lake, HOUR)
    assert not take_turn(lake, HOUR)
    assert not take_turn(open_lake(lake.location), HOUR)


def test_it_is_due_again_after_that_time(lake: Lake) -> None:
    note(lake, datetime.now(UTC) - HOUR - timedelta(minutes=1))
    assert take_turn(lake, HOUR)
    assert not take_turn(lake, HOUR)


def test_a_time_in_the_future_keeps_nobody_waiting(lake: Lake) -> None:
    note(lake, datetime.now(UTC) + timedelta(days=400))
    assert take_turn(lake, HOUR)


def test_maintenance_by_hand_counts_and_a_dry_run_does_not(lake: Lake) -> None:
    maintain(lake, dry_run=True)
    assert maintained_at(lake) is None
    maintain(lake)
    assert not take_turn(lake, HOUR)


def test_it_is_nobodys_turn_while_somebody_changes_the_ledger(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise CommitFailedException

    monkeypatch.setattr(Transaction, "commit_transaction", fail)
    assert not take_turn(lake, HOUR)
    monkeypatch.undo()
    assert take_turn(lake, HOUR)

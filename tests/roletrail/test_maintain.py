from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from analysis.attribution import attribute
from lake import maintenance, open_lake
from lake.compaction import Compaction
from lake.connection import connect
from lake.garbage import Garbage
from lake.maintenance import Maintenance
from lake.retention import Dropped
from roletrail.cli import main
from roletrail.commands.maintain import SNAPSHOT_HOURS, maintenance_text
from roletrail.errors import ExitCode
from tests.conftest import SAMPLE_LOGS

MIXED = Maintenance(
    compactions=(
        Compaction("events", 1204, 31, 52_345_678, 41_000_000, copies=1),
        Compaction("source_objects", 1, 1, 4_000, 4_000),
    ),
    dropped=Dropped(2, 20_000),
    snapshots_expired={"events": 1200, "source_objects": 3},
    garbage=(Garbage("events", 2400, 60_000_000), Garbage("attributions", 1, 1_000_000)),
    seconds=3.21,
)


def test_what_was_done_is_told_in_a_line_each() -> None:
    assert maintenance_text(MIXED).splitlines() == [
        "events: 1,204 files (52.3 MB) -> 31 (41.0 MB), 1 copy taken out",
        "2 days dropped with 20,000 events",
        "1,203 snapshots expired, 2,401 files deleted (61.0 MB) in 3.2 s",
    ]


def test_the_default_is_that_of_the_lake() -> None:
    assert maintenance.SNAPSHOTS_KEPT.total_seconds() == SNAPSHOT_HOURS * 3600


def test_a_lake_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["maintain", "--lake", str(tmp_path / "none")]) is ExitCode.NOTHING_DONE
    assert "has no events yet. Run: roletrail ingest" in capsys.readouterr().err


@pytest.fixture
def lake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return an attributed lake of the sample's trail, taken in one account after the other."""
    folder = tmp_path / "lake"
    for account in sorted((SAMPLE_LOGS / "trail" / "AWSLogs").iterdir()):
        # The sample has objects that can't be taken.
        assert main(["ingest", str(account), "--lake", str(folder)]) is not ExitCode.NOTHING_DONE
    assert main(["attribute", "--lake", str(folder)]) is ExitCode.OK
    capsys.readouterr()
    return folder


def calls_by_day(folder: Path) -> list[tuple[object, ...]]:
    with connect(open_lake(folder)) as connection:
        return connection.execute("""
            select cast(hour_at as date) as day, workload_kind, sum(event_count)
            from session_activity
            group by all
            order by all
        """).fetchall()


def test_after_maintenance_the_answers_are_the_same_and_no_day_is_read_again(
    lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = calls_by_day(lake)

    assert main(["maintain", "--dry-run", "--lake", str(lake)]) is ExitCode.OK
    would = capsys.readouterr()
    assert main(["maintain", "--lake", str(lake)]) is ExitCode.OK
    done = capsys.readouterr()

    assert would.err == "nothing was changed: this is what a run would do now\n"
    files = [line.split(" (")[0] for line in would.out.splitlines()]
    assert files == [line.split(" (")[0] for line in done.out.splitlines()]
    assert files[0].startswith("events: ")
    assert attribute(open_lake(lake)).days_read == 0
    assert calls_by_day(lake) == calls


def test_old_days_are_dropped_and_the_next_attribution_forgets_them(
    lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    *_, (last_day, _, _) = calls_by_day(lake)
    assert isinstance(last_day, date)
    keep = str((datetime.now(UTC).date() - last_day).days)

    assert main(["maintain", "--keep-days", keep, "--lake", str(lake)]) is ExitCode.OK
    told = capsys.readouterr()
    assert "days dropped with " in told.out
    assert told.err == f"next: roletrail attribute --lake {lake}\n"

    attribute(open_lake(lake))
    assert {day for day, *_ in calls_by_day(lake)} == {last_day}

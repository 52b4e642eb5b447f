from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from lake import Lake, open_lake
from lake.commits import StagedBatch, commit_batch
from lake.data_files import arrow_schema, write_data_files
from roletrail.cli import main
from roletrail.commands.sessions import place, when, who
from roletrail.errors import ExitCode

NINE = datetime(2026, 1, 12, 9, tzinfo=UTC)
EVENTS: list[dict[str, object]] = [
    {"event_id": "e1", "event_time": NINE, "recipient_account_id": "1", "aws_region": "eu"},
    {
        "event_id": "e2",
        "event_time": NINE.replace(day=31, minute=41),
        "recipient_account_id": "2",
        "aws_region": "us",
        "access_key_id": "ASIAONE",
        "user_identity_type": "AssumedRole",
        "issuing_role_arn": "arn:aws:iam::2:role/any",
        "credentials_created_at": NINE,
    },
]


def lake_of(folder: Path, events: list[dict[str, object]]) -> Lake:
    """Return a new lake that holds these events, and nothing else."""
    lake = open_lake(folder, create=True)
    if events:
        table = lake.table("events")
        schema = arrow_schema(table)
        rows = [dict.fromkeys(schema.names) | event for event in events]
        files = write_data_files(table, pa.Table.from_pylist(rows, schema=schema))
        commit_batch(lake, StagedBatch("batch", {"events": tuple(files)}, None))
    return lake


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ({"user_id": "hoge", "user_id_sha256": None}, "hoge"),
        ({"user_id": None, "user_id_sha256": "0123456789abcdef"}, "sha256 0123456789ab…"),
        ({"user_id": None, "user_id_sha256": None}, "unknown"),
    ],
)
def test_a_person_without_a_name_is_shown_by_hash(row: Mapping[str, object], shown: str) -> None:
    assert who(row) == shown


@pytest.mark.parametrize(
    ("started", "ended", "shown"),
    [
        (NINE, NINE.replace(hour=10, minute=33), "2026-01-12 09:00-10:33"),
        (NINE, NINE.replace(day=14, hour=1), "2026-01-12 09:00-01:00 +2d"),
        (NINE, None, "2026-01-12 09:00, running"),
    ],
)
def test_the_day_is_named_once_and_later_ones_are_counted(
    started: datetime, ended: datetime | None, shown: str
) -> None:
    assert when({"started_at": started, "ended_at": ended}) == shown


def test_fleet_and_stack_stand_together() -> None:
    assert place({"fleet_name": "test", "stack_name": "office"}) == "test, office"
    assert place({"fleet_name": "test", "stack_name": None}) == "test"


def test_an_empty_lake_says_to_ingest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "lake")
    lake_of(Path(folder), [])
    assert main(["sessions", "--lake", folder]) is ExitCode.NOTHING_DONE
    assert capsys.readouterr().err == (
        f"error: {folder} has no events yet. Run: roletrail ingest SOURCE --lake {folder}\n"
    )


def test_a_lake_without_attribution_says_to_attribute(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "lake")
    lake_of(Path(folder), EVENTS)
    assert main(["sessions", "--lake", folder]) is ExitCode.NOTHING_DONE
    assert capsys.readouterr().err == (
        f"error: nothing in {folder} is attributed yet. Run: roletrail attribute --lake {folder}\n"
    )


def test_where_nothing_matches_it_says_what_was_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "lake")
    lake_of(Path(folder), EVENTS)
    assert main(["attribute", "--lake", folder]) is ExitCode.OK
    capsys.readouterr()
    seen = "newest event here 2026-01-31 09:41 UTC (CloudTrail delivers late)"

    assert main(["sessions", "--lake", folder]) is ExitCode.OK
    written = capsys.readouterr()
    looked_at = "Looked at 2026-01-12..2026-01-31, 2 accounts"
    assert (written.out, written.err) == ("", f"no streaming sessions match. {looked_at}; {seen}\n")

    arguments = ["sessions", "--lake", folder, "--account", "2", "--since", "2026-01-20"]
    assert main([*arguments, "--format", "csv"]) is ExitCode.OK
    written = capsys.readouterr()
    looked_at = "Looked at 2026-01-20..2026-01-31, 1 account"
    assert written.out.startswith("streaming_session_id,user_id,")
    assert written.err == f"no streaming sessions match. {looked_at}; {seen}\n"

    assert main(["sessions", "--lake", folder, "--account", "3"]) is ExitCode.OK
    assert capsys.readouterr().err == (
        f"no streaming sessions match: {folder} has no events of this account or region\n"
    )

from pathlib import Path

import pytest

from ingest import IngestSummary
from ingest.looking_up import LookupSummary
from roletrail.cli import main
from roletrail.errors import ExitCode


def looked_up(monkeypatch: pytest.MonkeyPatch, *refusals: str) -> None:
    """Let a lookup end like this, without asking anybody."""
    summary = IngestSummary(
        objects_seen=2, objects_new=1, objects_known=1, records_read=3, events_written=3
    )
    done = LookupSummary(summary, refusals)
    monkeypatch.setattr("ingest.looking_up.look_up", lambda *_, **__: done)


def test_what_was_taken_is_counted_and_the_next_step_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    looked_up(monkeypatch)
    lake = str(tmp_path / "lake")
    assert main(["lookup", "--lake", lake]) is ExitCode.OK
    written = capsys.readouterr()
    assert written.out.startswith("2 objects = 1 known + 1 taken + 0 rejected + 0 skipped\n")
    assert written.err == f"next: roletrail attribute --lake {lake}\n"


def test_what_is_refused_is_named_and_ends_in_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    looked_up(monkeypatch, "1 eu-central-1: LookupEvents: access denied")
    assert main(["lookup", "--lake", str(tmp_path / "lake")]) is ExitCode.SOME_REJECTED
    assert "warning: 1 eu-central-1: LookupEvents: access denied\n" in capsys.readouterr().err


@pytest.mark.usefixtures("s3")
def test_without_a_region_nothing_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert main(["lookup", "--lake", str(tmp_path / "lake")]) is ExitCode.NOTHING_DONE
    assert capsys.readouterr().err == (
        "error: no AWS region is set. Name one: --region eu-central-1\n"
    )

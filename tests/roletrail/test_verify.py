import json
from pathlib import Path

import pytest

from roletrail.cli import main
from roletrail.errors import ExitCode
from tests.ingest.digest_trails import Trail, public_keys, trail_of


def verify(folder: Path, trail: Trail, *options: str) -> ExitCode:
    """Take a trail in, and verify it in a folder."""
    source = str(trail.in_folder(folder / "trail"))
    (keys,) = public_keys(folder)
    lake = str(folder / "lake")
    main(["ingest", source, "--lake", lake, "--processes", "1"])
    return main(["verify", source, "--public-keys", str(keys), "--lake", lake, *options])


def test_all_verified_is_0_and_every_file_is_accounted_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(tmp_path, trail_of(4)) is ExitCode.OK
    written = capsys.readouterr()
    assert written.out.splitlines()[-6:] == [
        "1 chain of digests",
        "4 digests = 1 chained + 3 verified",
        "4 log files = 1 chained + 3 verified",
        "0 findings",
        "8 objects of the lake marked anew",
        "75.0% of the lake's 4 events rest on verified log files",
    ]
    assert written.err.splitlines()[-1] == (
        "1 log file agrees with the newest digest of a chain, whose signature a folder doesn't"
        " keep. A later digest, or the bucket itself, settles it"
    )


def test_findings_are_1_and_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    trail = trail_of(3)
    trail.alter(trail.log_key(0), "GetObject", "PutObject")
    assert verify(tmp_path, trail) is ExitCode.SOME_REJECTED
    heading, row = capsys.readouterr().out.splitlines()[-2:]
    assert heading.split() == ["finding", "of", "name", "reason"]
    assert row.startswith("altered  log file  123456789012_CloudTrail_eu-central-1_")
    assert row.endswith("_0x0.json.gz  isn't what was delivered")


def test_json_is_the_findings_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trail = trail_of(3)
    del trail.files[trail.log_key(1)]
    source = str(trail.in_folder(tmp_path / "trail"))
    (keys,) = public_keys(tmp_path)
    command = ["verify", source, "--public-keys", str(keys), "--format", "json"]
    code = main([*command, "--lake", str(tmp_path / "none")])
    assert code is ExitCode.SOME_REJECTED
    written = capsys.readouterr()
    [finding] = json.loads(written.out)
    assert finding == {
        "finding": "missing",
        "object": "log file",
        "account_id": "123456789012",
        "region": "eu-central-1",
        "trail": "main",
        "uri": f"file://{source}/{trail_of(3).log_key(1)}",
        "reason": "it is gone; the digest up to 2026-09-14 10:00Z names it",
    }
    assert "3 log files = 1 chained + 1 missing + 1 verified\n" in written.err


def test_without_a_lake_the_result_is_only_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = str(trail_of(2).in_folder(tmp_path / "trail"))
    (keys,) = public_keys(tmp_path)
    lake = tmp_path / "none"
    assert main(["verify", source, "--public-keys", str(keys), "--lake", str(lake)]) is ExitCode.OK
    written = capsys.readouterr()
    assert written.out.splitlines()[-1] == "0 findings"
    assert written.err.startswith("warning: the result isn't kept, it is only shown: ")
    assert not lake.exists()


def test_nothing_to_verify_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.json").write_text("{}")
    code = main(["verify", str(tmp_path), "--lake", str(tmp_path / "lake")])
    assert code is ExitCode.NOTHING_DONE
    assert "\nerror: no digests under " in capsys.readouterr().err


def test_days_the_wrong_way_round_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    days = ["--since", "2026-09-15", "--until", "2026-09-14"]
    assert main(["verify", str(tmp_path), *days]) is ExitCode.NOTHING_DONE
    assert capsys.readouterr().err.startswith("error: --until 2026-09-14 isn't after")

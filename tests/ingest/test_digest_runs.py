"""A run of verification: what it reads, and what the ledger says afterwards."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from ingest import IngestError, ingest
from ingest.verification import verify
from lake import Lake, file_replacement, ledger_updates, open_lake
from lake.ledger_updates import set_digest_status
from tests.ingest.digest_trails import (
    BUCKET,
    REGION,
    ROOT,
    counted,
    found,
    public_keys,
    short,
    trail_of,
)
from tests.ingest.log_files import rows

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from pyiceberg.manifest import DataFile


def statuses(lake: Lake) -> dict[str, str | None]:
    """Return what the ledger says of each object."""
    found_rows = rows(lake, "source_objects", "uri, digest_status")
    return {short(row["uri"]): row["digest_status"] for row in found_rows}


def lake_of(folder: Path, source: str | Path) -> Lake:
    lake = open_lake(folder / "lake", create=True)
    ingest(lake, [source], processes=1)
    return lake


def test_the_result_is_written_onto_the_ledger(tmp_path: Path) -> None:
    trail = trail_of(4)
    trail.log(1, 7)
    trail.log(9)
    trail.alter(trail.log_key(1), "GetObject", "PutObject")
    lake = lake_of(tmp_path, source := trail.in_folder(tmp_path / "copy"))
    before = rows(lake, "source_objects", "* exclude (digest_status)")
    result = verify([source], lake=lake, public_key_files=public_keys(tmp_path))
    assert statuses(lake) == {
        "digest 09": "verified",
        "digest 10": "verified",
        "digest 11": "verified",
        "digest 12": "chained",
        "log 0x0": "verified",
        "log 1x0": "altered",
        "log 1x7": "unsigned",
        "log 2x0": "verified",
        "log 3x0": "chained",
        "log 9x0": None,
    }
    assert result.ledger_rows == 9
    assert rows(lake, "source_objects", "* exclude (digest_status)") == before


def test_verifying_again_writes_nothing(tmp_path: Path) -> None:
    source = trail_of(2).in_folder(tmp_path / "copy")
    lake = lake_of(tmp_path, source)
    keys = public_keys(tmp_path)
    assert verify([source], lake=lake, public_key_files=keys).ledger_rows == 4
    snapshot = lake.table("source_objects").current_snapshot()
    assert verify([source], lake=lake, public_key_files=keys).ledger_rows == 0
    assert lake.table("source_objects").current_snapshot() == snapshot


def test_what_was_chained_is_verified_once_the_next_digest_is_there(tmp_path: Path) -> None:
    trail = trail_of(2)
    lake = lake_of(tmp_path, source := trail.in_folder(tmp_path / "copy"))
    keys = public_keys(tmp_path)
    verify([source], lake=lake, public_key_files=keys)
    assert statuses(lake)["log 1x0"] == "chained"
    trail.deliver(2)
    verify([trail.in_folder(source)], lake=lake, public_key_files=keys)
    assert statuses(lake)["log 1x0"] == "verified"


def test_what_was_verified_stays_so_when_it_is_deleted_later(tmp_path: Path) -> None:
    trail = trail_of(3)
    lake = lake_of(tmp_path, source := trail.in_folder(tmp_path / "copy"))
    keys = public_keys(tmp_path)
    verify([source], lake=lake, public_key_files=keys)
    (source / trail.log_key(0)).unlink()
    again = verify([source], lake=lake, public_key_files=keys)
    assert (found(again), again.ledger_rows) == ([("missing", "log 0x0")], 0)
    assert statuses(lake)["log 0x0"] == "verified"


def test_what_was_taken_in_and_deleted_before_it_was_verified_is_missing(tmp_path: Path) -> None:
    trail = trail_of(3)
    lake = lake_of(tmp_path, source := trail.in_folder(tmp_path / "copy"))
    (source / trail.log_key(0)).unlink()
    verify([source], lake=lake, public_key_files=public_keys(tmp_path))
    assert statuses(lake)["log 0x0"] == "missing"


def test_a_version_that_is_no_longer_there_is_not_vouched_for(
    s3: "S3Client", tmp_path: Path
) -> None:
    trail = trail_of(2)
    right = trail.files[trail.log_key(0)]
    trail.alter(trail.log_key(0), "GetObject", "PutObject")
    source = trail.in_bucket(s3)
    lake = lake_of(tmp_path, source)
    s3.put_object(Bucket=BUCKET, Key=trail.log_key(0), Body=right)
    result = verify([source], lake=lake, public_key_files=public_keys(tmp_path))
    assert found(result) == []
    assert (statuses(lake)["log 0x0"], statuses(lake)["log 1x0"]) == (None, "verified")


def test_ingest_and_verification_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    trail = trail_of(6)
    source = trail.in_folder(tmp_path / "copy")
    lake = lake_of(tmp_path, source)
    keys = public_keys(tmp_path)
    later = trail_of(10).in_folder(tmp_path / "later")
    with ThreadPoolExecutor(2) as threads:
        jobs = [
            threads.submit(lambda: ingest(lake, [later], processes=1).objects_new),
            threads.submit(lambda: verify([source], lake=lake, public_key_files=keys).chains),
        ]
        assert [job.result() for job in jobs] == [20, 1]
    ids = [row["source_object_id"] for row in rows(lake, "source_objects", "source_object_id")]
    assert (len(ids), len(set(ids))) == (32, 32)
    marked = [row for row in rows(lake, "source_objects", "digest_status") if row["digest_status"]]
    assert len(marked) == 12


def test_a_result_that_another_writer_overtakes_is_written_beside_its(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = lake_of(tmp_path, trail_of(1).in_folder(tmp_path / "copy"))
    digest, log = (row["uri"] for row in rows(lake, "source_objects", "uri"))
    replace = file_replacement.replace_files
    overtaking = [(digest, "chained")]

    def overtaken(lake: Lake, name: str, removed: list["DataFile"], added: list[str]) -> bool:
        while overtaking:
            assert set_digest_status(lake, verdicts(overtaking.pop())) == 1
        return replace(lake, name, removed, added)

    monkeypatch.setattr(ledger_updates, "replace_files", overtaken)
    assert set_digest_status(lake, verdicts((log, "altered"))) == 1
    assert statuses(lake) == {"log 0x0": "altered", "digest 09": "chained"}


def verdicts(*said: tuple[str, str]) -> pa.Table:
    """Return what the ledger takes: of each uri a status, whatever the version."""
    found_rows = [{"uri": uri, "version": None, "digest_status": status} for uri, status in said]
    return pa.Table.from_pylist(found_rows, schema=ledger_updates.VERDICTS)


# ── what is read ─────────────────────────────────────────────────────────────────────────────


def test_log_files_outside_the_named_prefix_are_found_in_the_bucket(
    s3: "S3Client", tmp_path: Path
) -> None:
    trail = trail_of(3)
    trail.in_bucket(s3)
    s3.delete_object(Bucket=BUCKET, Key=trail.log_key(1))
    digests = f"s3://{BUCKET}/{ROOT}/CloudTrail-Digest/{REGION}/"
    result = verify([digests], public_key_files=public_keys(tmp_path))
    assert found(result) == [("missing", "log 1x0")]
    assert counted(result)[1] == {"verified": 2, "missing": 1}


def test_a_folder_of_files_without_their_folders_will_do(tmp_path: Path) -> None:
    trail = trail_of(3)
    del trail.files[trail.log_key(1)]
    (tmp_path / "flat").mkdir()
    for key, content in trail.files.items():
        (tmp_path / "flat" / key.rpartition("/")[2]).write_bytes(content)
    result = verify([tmp_path / "flat"], public_key_files=public_keys(tmp_path))
    assert found(result) == [("missing", "log 1x0")]
    assert counted(result)[1] == {"verified": 1, "chained": 1, "missing": 1}


def test_days_choose_digests_and_nothing_before_them_is_missed(tmp_path: Path) -> None:
    trail = trail_of(40)  # 14 September from 08:00, and the 15th
    source = trail.in_folder(tmp_path / "copy")
    for hour in range(10):
        (source / trail.digest_key(hour)).unlink()
    keys = public_keys(tmp_path)
    second = verify([source], since=date(2026, 9, 15), public_key_files=keys)
    assert found(second) == []
    assert sum(second.digests.values()) == 25
    first = verify([source], until=date(2026, 9, 15), public_key_files=keys)
    assert found(first) == [("missing", "digest 18")]


def test_sources_without_digests_say_so(tmp_path: Path) -> None:
    trail = trail_of(1)
    del trail.files[trail.digest_key(0)]
    source = trail.in_folder(tmp_path / "copy")
    with pytest.raises(IngestError, match=r"^no digests under .*copy\. Switch on log file valid"):
        verify([source], public_key_files=public_keys(tmp_path))


def test_progress_counts_digests(tmp_path: Path) -> None:
    source = trail_of(3).in_folder(tmp_path / "copy")
    steps: list[tuple[int, int]] = []
    verify(
        [source],
        public_key_files=public_keys(tmp_path),
        on_progress=lambda done, total: steps.append((done, total)),
    )
    assert steps == [(1, 3), (2, 3), (3, 3)]

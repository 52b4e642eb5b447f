"""Chains of digests, in a bucket with signatures in metadata and in a folder without."""

import gzip
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.verification import Verification, verify
from tests.ingest.digest_trails import (
    Trail,
    counted,
    found,
    public_keys,
    reasons,
    signer,
    trail_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

    Verify = Callable[[Trail], Verification]

PLACES = ("bucket", "folder")


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def verified(place: str, request: pytest.FixtureRequest, tmp_path: Path) -> "Verify":
    """Return what verifies a trail where it is: in a bucket, or in a folder."""
    s3 = request.getfixturevalue("s3") if place == "bucket" else None

    def verify_there(trail: Trail) -> Verification:
        source = trail.in_folder(tmp_path / "copy") if s3 is None else trail.in_bucket(s3)
        return verify([source], public_key_files=public_keys(tmp_path))

    return verify_there


def test_an_intact_chain_is_verified_whole(verified: "Verify", place: str) -> None:
    result = verified(trail_of(4))
    assert found(result) == []
    if place == "bucket":
        assert counted(result) == ({"verified": 4}, {"verified": 4})
    else:  # a folder doesn't keep the signature of the newest digest
        parts = {"verified": 3, "chained": 1}
        assert counted(result) == (parts, parts)


def test_backfill_digests_are_a_chain_of_their_own(verified: "Verify", place: str) -> None:
    trail = trail_of(3)
    trail.deliver(0, backfill=True)
    trail.deliver(1, backfill=True)
    result = verified(trail)
    assert (result.chains, found(result)) == (2, [])
    assert counted(result)[1]["verified"] == (5 if place == "bucket" else 3)


def test_the_key_can_change_within_a_chain(s3: "S3Client", tmp_path: Path) -> None:
    trail = Trail()
    for hour in range(4):
        trail.deliver(hour, by=hour // 2)
    source = trail.in_bucket(s3)
    both = verify([source], public_key_files=public_keys(tmp_path, 0, 1))
    assert counted(both) == ({"verified": 4}, {"verified": 4})


def test_a_digest_whose_key_is_unknown_is_proven_by_the_one_that_follows(
    s3: "S3Client", tmp_path: Path
) -> None:
    trail = Trail()
    for hour in range(4):
        trail.deliver(hour, by=hour // 2)
    source = trail.in_bucket(s3)
    new_key = verify([source], public_key_files=public_keys(tmp_path, 1))
    assert found(new_key) == []
    old_key = verify([source], public_key_files=public_keys(tmp_path, 0))
    assert found(old_key) == [("unproven", "digest 12"), ("unproven", "digest 11")]
    assert reasons(old_key)[0] == (
        f"no public key with the fingerprint {signer(1).fingerprint} is known"
    )
    assert counted(old_key)[1] == {"verified": 2, "unproven": 2}


def test_a_deleted_digest_is_missed_and_its_log_files_are_vouched_for_by_nothing(
    verified: "Verify",
) -> None:
    trail = trail_of(5)
    del trail.files[trail.digest_key(2)]
    result = verified(trail)
    assert ("missing", "digest 11") in found(result)
    assert reasons(result)[0] == (
        "it is gone: nothing vouches for log files from 2026-09-14 10:00Z to 2026-09-14 11:00Z"
    )
    assert counted(result)[1]["unsigned"] == 1


def test_two_digests_deleted_in_a_row_are_told_from_one(s3: "S3Client", tmp_path: Path) -> None:
    trail = trail_of(6)
    del trail.files[trail.digest_key(2)], trail.files[trail.digest_key(3)]
    result = verify([trail.in_bucket(s3)], public_key_files=public_keys(tmp_path))
    assert found(result) == [("missing", "digest 12")]
    [reason] = reasons(result)
    assert reason == (
        "about 2 digests in a row are gone: nothing vouches for log files from 2026-09-14 10:00Z"
        " to 2026-09-14 12:00Z"
    )
    assert counted(result)[1] == {"verified": 4, "unsigned": 2}


def test_in_a_folder_the_digest_before_a_deleted_one_has_no_signature(tmp_path: Path) -> None:
    trail = trail_of(4)
    del trail.files[trail.digest_key(2)]
    result = verify([trail.in_folder(tmp_path / "a")], public_key_files=public_keys(tmp_path))
    assert found(result) == [("missing", "digest 11"), ("unproven", "digest 10")]


def test_the_first_digest_of_all_that_is_gone_is_missed(verified: "Verify") -> None:
    trail = trail_of(3)
    del trail.files[trail.digest_key(0)]
    result = verified(trail)
    assert found(result) == [("missing", "digest 09")]
    assert reasons(result) == ["it is gone; it covered the time up to 2026-09-14 09:00Z"]


def test_an_altered_log_file_is_found(verified: "Verify") -> None:
    trail = trail_of(3)
    trail.alter(trail.log_key(1), "GetObject", "PutObject")
    result = verified(trail)
    assert found(result) == [("altered", "log 1x0")]


def test_a_log_file_of_the_newest_digest_is_found_altered(verified: "Verify") -> None:
    trail = trail_of(3)
    trail.alter(trail.log_key(2), "GetObject", "PutObject")
    assert found(verified(trail)) == [("altered", "log 2x0")]


def test_a_log_file_that_is_packed_anew_is_the_same(verified: "Verify") -> None:
    trail = trail_of(2)
    trail.alter(trail.log_key(0), "GetObject", "GetObject")
    assert found(verified(trail)) == []


def test_a_log_file_cut_short_is_altered(verified: "Verify") -> None:
    trail = trail_of(2)
    trail.files[trail.log_key(0)] = trail.files[trail.log_key(0)][:-12]
    result = verified(trail)
    assert (found(result), reasons(result)) == ([("altered", "log 0x0")], ["gzip ended early"])


def test_a_deleted_log_file_is_missed(verified: "Verify") -> None:
    trail = trail_of(3)
    del trail.files[trail.log_key(1)]
    result = verified(trail)
    assert found(result) == [("missing", "log 1x0")]
    assert reasons(result) == ["it is gone; the digest up to 2026-09-14 10:00Z names it"]


def test_an_altered_digest_is_found_and_vouches_for_nothing(verified: "Verify") -> None:
    trail = trail_of(4)
    trail.alter(trail.digest_key(1), "_1x0.json.gz", "_0x0.json.gz")
    result = verified(trail)
    assert found(result) == [("altered", "digest 10")]
    assert counted(result)[1]["unsigned"] == 1
    assert "altered" not in counted(result)[1]


def test_what_is_no_digest_any_more_is_altered(verified: "Verify") -> None:
    trail = trail_of(3)
    trail.files[trail.digest_key(1)] = b"{}"
    result = verified(trail)
    assert ("altered", "digest 10") in found(result)
    assert reasons(result)[0].startswith("no digest: ")


def test_digests_gone_behind_one_that_cannot_be_read_are_missed(
    s3: "S3Client", tmp_path: Path
) -> None:
    trail = trail_of(5)
    trail.files[trail.digest_key(3)] = b"{}"
    del trail.files[trail.digest_key(2)]
    result = verify([trail.in_bucket(s3)], public_key_files=public_keys(tmp_path))
    assert found(result) == [("altered", "digest 12"), ("gap", "digest 12")]
    assert reasons(result)[1] == "no digest from 2026-09-14 10:00Z to 2026-09-14 11:00Z"
    assert counted(result)[1] == {"verified": 3, "unsigned": 2}


def test_a_forged_signature_is_found(s3: "S3Client", tmp_path: Path) -> None:
    trail = trail_of(3)
    trail.signatures[trail.digest_key(2)] = signer(1).sign(b"anything")
    result = verify([trail.in_bucket(s3)], public_key_files=public_keys(tmp_path))
    assert found(result) == [("altered", "digest 11")]
    assert reasons(result) == ["the signature in its metadata isn't CloudTrail's"]
    assert counted(result)[1] == {"verified": 2, "unproven": 1}


@pytest.mark.parametrize("signature", ["", "not hex", "00"])
def test_a_signature_that_is_none_is_a_finding(
    s3: "S3Client", tmp_path: Path, signature: str
) -> None:
    trail = trail_of(2)
    trail.signatures[trail.digest_key(1)] = signature
    result = verify([trail.in_bucket(s3)], public_key_files=public_keys(tmp_path))
    assert [what for _, what in found(result)] == ["digest 10"]


def test_a_digest_without_a_signature_in_the_bucket_is_unsigned(
    s3: "S3Client", tmp_path: Path
) -> None:
    trail = trail_of(3)
    del trail.signatures[trail.digest_key(2)]
    result = verify([trail.in_bucket(s3)], public_key_files=public_keys(tmp_path))
    assert found(result) == [("unsigned", "digest 11")]
    assert counted(result) == ({"verified": 2, "unsigned": 1}, {"verified": 2, "unproven": 1})


def test_a_chain_that_somebody_else_signed_is_not_believed(verified: "Verify") -> None:
    trail = Trail()
    for hour in range(3):
        trail.deliver(hour, by=1)
    forged = signer(1).fingerprint
    for hour in range(3):
        trail.alter(trail.digest_key(hour), forged, signer(0).fingerprint)
    assert "verified" not in counted(verified(trail))[1]


def test_an_altered_and_relinked_pair_in_a_folder_is_found(tmp_path: Path) -> None:
    trail = trail_of(1)
    trail.deliver(1, by=1)  # somebody else's digests, by CloudTrail's fingerprint
    trail.deliver(2, by=1)
    both = public_keys(tmp_path, 0)
    result = verify([trail.in_folder(tmp_path / "copy")], public_key_files=both)
    assert counted(result)[1] == {"verified": 1, "unproven": 2}


def test_a_digest_in_the_place_of_another_is_found(verified: "Verify", place: str) -> None:
    trail = trail_of(4)
    trail.files[trail.digest_key(1)] = trail.files[trail.digest_key(2)]
    trail.signatures[trail.digest_key(1)] = trail.signatures[trail.digest_key(2)]
    result = verified(trail)
    assert found(result)[0] == ("altered", "digest 10"), place
    assert ", not here" in reasons(result)[0]


def test_a_chain_that_goes_on_in_another_bucket_says_so(s3: "S3Client", tmp_path: Path) -> None:
    trail = trail_of(2)
    before = trail.previous[False]
    assert before is not None
    before.bucket = "older-trail"
    trail.deliver(2)
    del trail.files[trail.digest_key(0)], trail.files[trail.digest_key(1)]
    result = verify([trail.in_bucket(s3)], public_key_files=public_keys(tmp_path))
    assert found(result) == [("gap", "digest 11")]
    assert reasons(result)[0].endswith("Name it as well: s3://older-trail/AWSLogs/")


@pytest.mark.parametrize("seed", range(12))
def test_no_single_changed_byte_goes_unnoticed(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    trail = trail_of(3)
    # Of the newest digest a folder has no signature: it can't be told there.
    key = chance.choice(sorted(set(trail.files) - {trail.digest_key(2)}))
    text = bytearray(gzip.decompress(trail.files[key]))
    text[chance.randrange(len(text))] ^= 1 << chance.randrange(8)
    trail.files[key] = gzip.compress(bytes(text))
    result = verify([trail.in_folder(tmp_path / "copy")], public_key_files=public_keys(tmp_path))
    [finding] = [finding for finding in result.findings if finding.uri.endswith(key)]
    assert finding.status.value in {"altered", "unproven"}


def test_a_chain_begun_anew_is_a_gap_and_what_lies_in_it_is_no_finding(
    s3: "S3Client", tmp_path: Path
) -> None:
    trail = trail_of(2)
    trail.log(3)
    trail.deliver(5, anew=True)
    trail.deliver(6)
    result = verify([trail.in_bucket(s3)], public_key_files=public_keys(tmp_path))
    assert found(result) == [("gap", "digest 14")]
    assert "from 2026-09-14 10:00Z to 2026-09-14 13:00Z" in reasons(result)[0]
    assert counted(result)[1] == {"verified": 4}


def test_a_log_file_that_no_digest_names_is_found(verified: "Verify") -> None:
    trail = trail_of(3)
    trail.log(1, 7)
    assert found(verified(trail)) == [("unsigned", "log 1x7")]


def test_a_log_file_after_the_last_digest_is_none_of_its(verified: "Verify") -> None:
    trail = trail_of(3)
    trail.log(3)
    result = verified(trail)
    assert found(result) == []
    assert sum(counted(result)[1].values()) == 3


def test_digests_of_two_trails_are_two_chains(s3: "S3Client", tmp_path: Path) -> None:
    trail = trail_of(3)
    other = Trail(name="other_trail", files=trail.files, signatures=trail.signatures)
    for hour in range(3):
        other.deliver(hour, logs=0)
    result = verify([trail.in_bucket(s3)], public_key_files=public_keys(tmp_path))
    assert (result.chains, found(result)) == (2, [])

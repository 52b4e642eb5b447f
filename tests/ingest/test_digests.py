"""What is read from a digest and its key, what is signed, and where the public keys come from."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ingest import IngestError
from ingest.digests import Chain, digest_in, digest_key, is_signature, signed_text
from ingest.public_keys import keys_in_files, keys_of_aws
from tests.ingest.digest_trails import public_keys, signer

DIGEST: dict[str, object] = {
    "digestStartTime": "2026-09-14T08:00:00Z",
    "digestEndTime": "2026-09-14T09:00:00Z",
    "digestS3Bucket": "trail",
    "digestS3Object": "a/digest.json.gz",
    "digestPublicKeyFingerprint": "f",
    "digestSignatureAlgorithm": "SHA256withRSA",
    "previousDigestS3Bucket": None,
    "previousDigestS3Object": None,
    "previousDigestHashValue": None,
    "previousDigestSignature": None,
    "logFiles": [],
}


def text(**fields: object) -> bytes:
    return json.dumps(DIGEST | fields).encode()


def test_the_starting_digest_is_signed_with_null_for_the_signature_before() -> None:
    assert signed_text(digest_in(text()), "5f1e") == (
        b"2026-09-14T09:00:00Z\ntrail/a/digest.json.gz\n5f1e\nnull"
    )


def test_a_digest_is_signed_with_the_signature_before() -> None:
    assert signed_text(digest_in(text(previousDigestSignature="ab12")), "5f1e").endswith(b"\nab12")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[]", "no digest: Expected `object`, got `array`"),
        (b"{}", "no digest: Object missing required field"),
        (b"\xff", "no digest: "),
        (b"[" * 100_000, "no digest: "),
        (text(digestEndTime="yesterday"), "no digest: time data 'yesterday'"),
        (text(digestSignatureAlgorithm="none"), "signed with 'none', which isn't known"),
        (
            text(
                logFiles=[
                    {"s3Bucket": "b", "s3Object": "o", "hashValue": "", "hashAlgorithm": "MD5"}
                ]
            ),
            "it has hashes other than SHA-256",
        ),
    ],
)
def test_what_is_no_digest_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(IngestError) as caught:
        digest_in(content)
    assert str(caught.value).startswith(reason)


def test_a_key_says_which_chain_a_digest_is_in() -> None:
    key = (
        "bucket/some/AWSLogs/o-abc/123456789012/CloudTrail-Digest/eu-west-1/2026/09/14/"
        "123456789012_CloudTrail-Digest_eu-west-1_my_own_trail_us-east-1_20260914T090000Z{}.json.gz"
    )
    root = "bucket/some/AWSLogs/o-abc/123456789012/"
    chain = Chain(root, "123456789012", "eu-west-1", "my_own_trail", "us-east-1", is_backfill=False)
    said = digest_key(key.format(""))
    assert said is not None
    assert (said.chain, said.ended_at) == (chain, datetime(2026, 9, 14, 9, tzinfo=UTC))
    backfill = digest_key(key.format("_backfill"))
    assert backfill is not None
    assert backfill.chain.is_backfill


@pytest.mark.parametrize(
    "key",
    [
        "",
        "123456789012_CloudTrail_eu-west-1_20260914T0900Z_x.json.gz",
        "123456789012_CloudTrail-Digest_eu-west-1_t_eu-west-1_20261314T090000Z.json.gz",
        "123456789012_CloudTrail-Digest_eu-west-1_t_eu-west-1_20260914T090000Z.json.gz/x",
    ],
)
def test_other_keys_are_no_digests(key: str) -> None:
    assert digest_key(key) is None


def test_a_signature_holds_for_its_text_and_key_alone() -> None:
    signature = signer(0).sign(b"text")
    assert is_signature(signer(0).der, signature, b"text")
    assert is_signature(signer(0).der, signature.upper(), b"text")
    assert not is_signature(signer(0).der, signature, b"Text")
    assert not is_signature(signer(1).der, signature, b"text")
    assert not is_signature(signer(0).der, signature[:-2], b"text")
    assert not is_signature(signer(0).der, "", b"text")


def test_a_key_that_is_none_says_so() -> None:
    elliptic = generate_private_key(SECP256R1()).public_key()
    der = elliptic.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(IngestError, match="isn't an RSA key"):
        is_signature(der, "00", b"")
    with pytest.raises(IngestError, match="aws cloudtrail list-public-keys"):
        is_signature(b"no key", "00", b"")


# ── public keys ──────────────────────────────────────────────────────────────────────────────


def test_public_keys_are_read_as_the_aws_cli_prints_them(tmp_path: Path) -> None:
    keys = keys_in_files(public_keys(tmp_path, 0, 1))
    assert keys == {signer(number).fingerprint: signer(number).der for number in (0, 1)}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"PublicKeyList": [{"Fingerprint": "f"}]}',
        '{"PublicKeyList": [{"Fingerprint": "f", "Value": "%"}]}',
    ],
)
def test_a_file_without_public_keys_says_how_to_make_it(tmp_path: Path, content: str) -> None:
    file = tmp_path / "keys.json"
    file.write_text(content)
    with pytest.raises(IngestError) as caught:
        keys_in_files([file])
    assert f"{file} holds no public keys: " in str(caught.value)
    assert str(caught.value).endswith(f"Make it: aws cloudtrail list-public-keys > {file}")


def test_a_file_that_is_not_there_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match=r"can't read .*keys\.json: No such file"):
        keys_in_files([tmp_path / "keys.json"])


def test_cloudtrail_is_asked_in_each_region_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, object]] = []

    def answer(client: object, operation: str, parameters: dict[str, object]) -> object:
        assert operation == "ListPublicKeys"
        region = client.meta.region_name  # type: ignore[attr-defined] # botocore makes its classes
        asked.append((region, parameters.get("NextToken")))
        page = len(asked) - 1
        value = signer(page % 2).der
        listed = {"PublicKeyList": [{"Fingerprint": f"{page}", "Value": value}]}
        return listed | ({"NextToken": "more"} if page == 0 else {})

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", answer)
    day = datetime(2026, 9, 14, tzinfo=UTC)
    keys = keys_of_aws({"us-east-1", "eu-west-1"}, day, day)
    assert asked == [("eu-west-1", None), ("eu-west-1", "more"), ("us-east-1", None)]
    assert keys["2"] == signer(0).der
    assert len(keys) == 3


def test_without_credentials_a_file_of_keys_is_suggested(monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore.exceptions import NoCredentialsError

    def refuse(*_: object) -> object:
        raise NoCredentialsError

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", refuse)
    day = datetime(2026, 9, 14, tzinfo=UTC)
    with pytest.raises(IngestError, match="or name a file of them: --public-keys FILE"):
        keys_of_aws({"eu-west-1"}, day, day)

"""Digest files: what CloudTrail says that it delivered, hour by hour, and how it signs for it.

A digest names each log file of its hour with the SHA-256 of its text, and the digest before it
with its hash and signature. The signature of a digest is in the metadata of its S3 object, and
once more in the digest that follows. It is RSA PKCS#1 v1.5 with SHA-256 over `signed_text`.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from ingest.errors import IngestError
from ingest.gunzip import texts_of
from ingest.object_keys import ACCOUNT, REGION

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

LARGEST_DIGEST = 64 * 2**20  # bytes of text; CloudTrail's stay far below
HASH = "SHA-256"
SIGNATURE = "SHA256withRSA"
STARTING = b"null"  # stands in the signed text where there is no digest before
# A trail's name may hold underscores; accounts, regions and times may not.
_KEY = re.compile(
    rf"(?P<root>.*?)(?P<account>{ACCOUNT})_CloudTrail-Digest_(?P<region>{REGION})_(?P<trail>[^/]+)"
    rf"_(?P<home>{REGION})_(?P<ended>\d{{8}}T\d{{6}}Z)(?P<backfill>_backfill)?\.json\.gz"
)
_FOLDER = re.compile(r"[^/]*/\d{4}/\d{2}/\d{2}/$")


class LoggedFile(msgspec.Struct, frozen=True, rename="camel"):
    """A log file as a digest names it."""

    bucket: str = msgspec.field(name="s3Bucket")
    key: str = msgspec.field(name="s3Object")
    hash_value: str
    hash_algorithm: str = HASH


class Digest(msgspec.Struct, frozen=True, rename="camel"):
    """What a digest says. Times stay text, since the signature is over the text of one of them."""

    digest_start_time: str
    digest_end_time: str
    digest_public_key_fingerprint: str
    bucket: str = msgspec.field(name="digestS3Bucket")
    key: str = msgspec.field(name="digestS3Object")
    digest_signature_algorithm: str = SIGNATURE
    previous_bucket: str | None = msgspec.field(default=None, name="previousDigestS3Bucket")
    previous_key: str | None = msgspec.field(default=None, name="previousDigestS3Object")
    previous_digest_hash_value: str | None = None
    previous_digest_signature: str | None = None
    log_files: tuple[LoggedFile, ...] = ()

    @property
    def started_at(self) -> datetime:
        """Start of the time that it covers, UTC."""
        return _time(self.digest_start_time)

    @property
    def ended_at(self) -> datetime:
        """End of the time that it covers, UTC."""
        return _time(self.digest_end_time)


@dataclass(frozen=True, slots=True, order=True)
class Chain:
    """What digests are chained within: one trail, in one account and region.

    `root` is the folder of the digests' key up to and without `CloudTrail-Digest/`; log files of
    the same account and trail are under the same one. Backfill digests are chained by themselves.
    """

    root: str
    account_id: str
    region: str
    trail: str
    home_region: str
    is_backfill: bool


@dataclass(frozen=True, slots=True)
class DigestKey:
    """What the key of a digest says."""

    chain: Chain
    ended_at: datetime


def digest_key(key: str) -> DigestKey | None:
    """Return what the key of an object says, or None if it isn't that of a digest."""
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    try:
        ended_at = datetime.strptime(found["ended"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    root = _FOLDER.sub("", found["root"]).removesuffix("CloudTrail-Digest/")
    chain = Chain(
        root=root,
        account_id=found["account"],
        region=found["region"],
        trail=found["trail"],
        home_region=found["home"],
        is_backfill=found["backfill"] is not None,
    )
    return DigestKey(chain, ended_at)


def digest_text(pieces: Iterable[bytes]) -> bytes:
    """Return the text of a digest. Raises IngestError if it can't be unpacked or is too large."""
    text = b""
    for piece in texts_of(pieces):
        text += piece
        if len(text) > LARGEST_DIGEST:
            message = f"a digest of over {LARGEST_DIGEST // 2**20} MiB"
            raise IngestError(message)
    return text


def digest_in(text: bytes) -> Digest:
    """Return the digest that the text holds. Raises IngestError if it isn't one that is known."""
    try:
        digest = msgspec.json.decode(text, type=Digest)
        _ = digest.started_at, digest.ended_at
    except (ValueError, RecursionError) as error:
        message = f"no digest: {error}"
        raise IngestError(message) from error
    if digest.digest_signature_algorithm != SIGNATURE:
        message = f"signed with {digest.digest_signature_algorithm!r}, which isn't known"
        raise IngestError(message)
    if any(logged.hash_algorithm != HASH for logged in digest.log_files):
        message = f"it has hashes other than {HASH}"
        raise IngestError(message)
    return digest


def hash_of(pieces: Iterable[bytes]) -> str:
    """Return the SHA-256 of a file's text in hex, unpacked as `ingest` reads it.

    Raises IngestError if it can't be unpacked; errors that `pieces` raises go through.
    """
    sha256 = hashlib.sha256()
    for text in texts_of(pieces):
        sha256.update(text)
    return sha256.hexdigest()


def signed_text(digest: Digest, sha256: str) -> bytes:
    """Return what CloudTrail signed, for a digest whose text has this hash."""
    previous = digest.previous_digest_signature
    lines = (digest.digest_end_time, f"{digest.bucket}/{digest.key}", sha256)
    signature = STARTING if previous is None else previous.encode()
    return b"\n".join((*(line.encode() for line in lines), signature))


def is_signature(key: bytes, signature: str, text: bytes) -> bool:
    """Say whether the signature, in hex, is that of this text by the owner of the public key.

    `key` is in DER, as CloudTrail gives it. Raises IngestError if it is no RSA key.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    public_key = _public_key(key)
    try:
        public_key.verify(bytes.fromhex(signature), text, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=256)
def _public_key(key: bytes) -> "RSAPublicKey":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        public_key = load_der_public_key(key)
    except (ValueError, UnsupportedAlgorithm) as error:
        message = "a public key can't be read. Fetch it again: aws cloudtrail list-public-keys"
        raise IngestError(message) from error
    if not isinstance(public_key, RSAPublicKey):
        message = "a public key isn't an RSA key, so it can't be CloudTrail's"
        raise IngestError(message)
    return public_key


def _time(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)

"""A trail whose digests are signed here, as CloudTrail signs them, with keys of its own."""

import base64
import gzip
import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ingest.verification import Verification
from tests.ingest.log_files import log_file, record

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "trail"
ACCOUNT = "123456789012"
REGION = "eu-central-1"
ROOT = f"AWSLogs/{ACCOUNT}"
START = datetime(2026, 9, 14, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Signer:
    """A key pair of CloudTrail's."""

    private: rsa.RSAPrivateKey

    @property
    def der(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)

    @property
    def fingerprint(self) -> str:
        return hashlib.md5(self.der, usedforsecurity=False).hexdigest()

    def sign(self, text: bytes) -> str:
        return self.private.sign(text, padding.PKCS1v15(), SHA256()).hex()


@cache
def signer(_number: int) -> Signer:
    """Return the key pair of this number, the same each time."""
    return Signer(rsa.generate_private_key(65537, 2048))


@dataclass
class Previous:
    key: str
    sha256: str
    signature: str
    bucket: str = BUCKET


@dataclass
class Trail:
    """Files as a trail delivers them: `files` by key, and the signature of each digest."""

    name: str = "main"
    files: dict[str, bytes] = field(default_factory=dict)
    signatures: dict[str, str] = field(default_factory=dict)
    previous: dict[bool, Previous | None] = field(default_factory=dict)

    def deliver(
        self,
        hour: int,
        *,
        logs: int = 1,
        by: int = 0,
        backfill: bool = False,
        anew: bool = False,
    ) -> str:
        """Deliver log files and the digest of the hour that names them; return the digest's key."""
        named = [self.log(hour, number, tag="back" if backfill else "") for number in range(logs)]
        previous = None if anew else self.previous.get(backfill)
        end = START + (hour + 1) * HOUR
        key = self.digest_key(hour, backfill=backfill)
        content = {
            "awsAccountId": ACCOUNT,
            "digestStartTime": f"{end - HOUR:%Y-%m-%dT%H:%M:%SZ}",
            "digestEndTime": f"{end:%Y-%m-%dT%H:%M:%SZ}",
            "digestS3Bucket": BUCKET,
            "digestS3Object": key,
            "digestPublicKeyFingerprint": signer(by).fingerprint,
            "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": None,
            "oldestEventTime": None,
            "previousDigestS3Bucket": previous.bucket if previous else None,
            "previousDigestS3Object": previous.key if previous else None,
            "previousDigestHashValue": previous.sha256 if previous else None,
            "previousDigestHashAlgorithm": "SHA-256" if previous else None,
            "previousDigestSignature": previous.signature if previous else None,
            "logFiles": [
                {
                    "s3Bucket": BUCKET,
                    "s3Object": log,
                    "hashValue": hashlib.sha256(gzip.decompress(self.files[log])).hexdigest(),
                    "hashAlgorithm": "SHA-256",
                    "newestEventTime": None,
                    "oldestEventTime": None,
                }
                for log in named
            ],
        }
        text = json.dumps(content).encode()
        sha256 = hashlib.sha256(text).hexdigest()
        last = previous.signature if previous else "null"
        lines = (str(content["digestEndTime"]), f"{BUCKET}/{key}", sha256, last)
        signature = signer(by).sign("\n".join(lines).encode())
        self.files[key] = gzip.compress(text)
        self.signatures[key] = signature
        self.previous[backfill] = Previous(key, sha256, signature)
        return key

    def log(self, hour: int, number: int = 0, tag: str = "") -> str:
        """Deliver a log file with one event, in the middle of the hour; return its key."""
        time = START + hour * HOUR + timedelta(minutes=30)
        key = (
            f"{ROOT}/CloudTrail/{REGION}/{time:%Y/%m/%d}/"
            f"{ACCOUNT}_CloudTrail_{REGION}_{time:%Y%m%dT%H%MZ}_{tag}{hour}x{number}.json.gz"
        )
        self.files[key] = log_file(record(hour * 100 + number + (50 if tag else 0)))
        return key

    def digest_key(self, hour: int, *, backfill: bool = False) -> str:
        """Return the key of an hour's digest."""
        end = START + (hour + 1) * HOUR
        suffix = "_backfill" if backfill else ""
        return (
            f"{ROOT}/CloudTrail-Digest/{REGION}/{end:%Y/%m/%d}/{ACCOUNT}_CloudTrail-Digest_"
            f"{REGION}_{self.name}_{REGION}_{end:%Y%m%dT%H%M%SZ}{suffix}.json.gz"
        )

    def log_key(self, hour: int) -> str:
        """Return the key of an hour's first log file."""
        return next(key for key in self.files if key.endswith(f"_{hour}x0.json.gz"))

    def alter(self, key: str, old: str, new: str) -> None:
        """Change a file's text, and nothing else."""
        text = gzip.decompress(self.files[key]).decode()
        assert old in text
        self.files[key] = gzip.compress(text.replace(old, new).encode())

    def in_folder(self, folder: Path) -> Path:
        """Write the files below the folder, those that aren't there yet, and return it."""
        for key, content in self.files.items():
            (folder / key).parent.mkdir(parents=True, exist_ok=True)
            if not (folder / key).exists():
                (folder / key).write_bytes(content)
        return folder

    def in_bucket(self, s3: "S3Client") -> str:
        """Put the files into the bucket, with the signatures as metadata; return its address."""
        s3.create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        for key, content in self.files.items():
            signature = self.signatures.get(key)
            metadata = {"signature": signature} if signature else {}
            s3.put_object(Bucket=BUCKET, Key=key, Body=content, Metadata=metadata)
        return f"s3://{BUCKET}/AWSLogs/"


def trail_of(hours: int) -> Trail:
    """Return a trail with an unbroken chain of so many hours, one log file in each."""
    trail = Trail()
    for hour in range(hours):
        trail.deliver(hour)
    return trail


def public_keys(folder: Path, *numbers: int) -> list[Path]:
    """Write a file of public keys as the AWS CLI prints it, and return it."""
    answer: dict[str, Any] = {
        "PublicKeyList": [
            {
                "Value": base64.b64encode(signer(number).der).decode(),
                "ValidityStartTime": 1788000000.0,
                "ValidityEndTime": 1790000000.0,
                "Fingerprint": signer(number).fingerprint,
            }
            for number in numbers or (0,)
        ]
    }
    file = folder / "public-keys.json"
    file.write_text(json.dumps(answer))
    return [file]


def found(result: Verification) -> list[tuple[str, str]]:
    """Return each finding's status, and the name of what it is about, without what all share."""
    return [(finding.status.value, short(finding.uri)) for finding in result.findings]


def reasons(result: Verification) -> list[str]:
    return [str(finding.reason) for finding in result.findings]


def short(uri: str) -> str:
    """Return `digest 12` for the digest that ends at 12:00, `log 3x0` for a log file."""
    name = uri.rpartition("/")[2].removesuffix(".json.gz")
    if "CloudTrail-Digest" not in name:
        return f"log {name.rpartition('_')[2]}"
    return f"digest {name.rpartition('T')[2][:2]}" + (
        " backfill" if name.endswith("_backfill") else ""
    )


def counted(result: Verification) -> tuple[dict[str, int], dict[str, int]]:
    """Return the numbers of digests and of log files by status."""
    return (
        Counter({status.value: count for status, count in result.digests.items()}),
        Counter({status.value: count for status, count in result.log_files.items()}),
    )

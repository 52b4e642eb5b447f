"""Objects that a bucket holds besides good logs: empty, broken, Insights, digests."""

from random import Random

import msgspec

from tests.estate.accounts import HOME, MAIN, TRAIL_BUCKET
from tests.estate.apis import list_objects
from tests.estate.clock import DAY, HOUR, MINUTE, iso, midnight, moment_of
from tests.estate.compression import gzipped
from tests.estate.deliveries import Trail
from tests.estate.odd_shapes import insight
from tests.estate.operators import user_caller
from tests.estate.records import LOG, Caller, Event, Json, Moment, as_raw, encoded, record_of
from tests.estate.truth import Truth

INSIGHT = "CloudTrail-Insight"
TRAIL_NAME = "example-trail"


def write_odd_objects(trail: Trail, random: Random) -> None:
    """Write one object of each odd kind. Only the Insights record has a row in the truth."""
    start = midnight(trail.options.first_day) + DAY
    stream = (MAIN, HOME, LOG)
    trail.write(stream, [], (start, start), start + 9 * HOUR)
    _write_broken(trail, random, start + 10 * HOUR)
    _write_insight(trail, random, start + 11 * HOUR)
    _write_digest(trail, start + 9 * HOUR)


def _write_broken(trail: Trail, random: Random, at: int) -> None:
    """Write an object whose second half was lost; its events are nowhere else."""
    user = user_caller("backup-operator", "203.0.113.99")
    records = [
        msgspec.json.encode(
            record_of(random, Moment(at + 60 * number), list_objects(random, "example-lost"), user)
        )
        for number in range(5)
    ]
    path = trail.write((MAIN, HOME, LOG), records, (at, at + HOUR), at + HOUR)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    trail.records -= len(records)


def _write_insight(trail: Trail, random: Random, at: int) -> None:
    record = insight(random, at)
    nobody = Caller(as_raw({}), "", "")
    event: Event = encoded(record, nobody, Truth("unknown"), INSIGHT)
    trail.truth.add(event)
    trail.write((MAIN, HOME, INSIGHT), [event.record], (at, at), at + 20 * MINUTE)


def _write_digest(trail: Trail, hour: int) -> None:
    """Write the digest of one hour: it names the objects delivered in it, with their hashes.

    Its own signature is metadata of the object in S3, so there is none in a folder.
    """
    end = moment_of(hour + HOUR)
    folder = f"AWSLogs/{MAIN}/CloudTrail-Digest/{HOME}/{end:%Y/%m/%d}"
    name = f"{MAIN}_CloudTrail-Digest_{HOME}_{TRAIL_NAME}_{HOME}_{end:%Y%m%dT%H%M%SZ}.json.gz"
    files = [
        {
            "s3Bucket": TRAIL_BUCKET,
            "s3Object": one.key,
            "hashValue": one.digest,
            "hashAlgorithm": "SHA-256",
            "newestEventTime": iso(one.newest_at),
            "oldestEventTime": iso(one.oldest_at),
        }
        for one in trail.kept
    ]
    digest: Json = {
        "awsAccountId": MAIN,
        "digestStartTime": iso(hour),
        "digestEndTime": iso(hour + HOUR),
        "digestS3Bucket": TRAIL_BUCKET,
        "digestS3Object": f"{folder}/{name}",
        "digestPublicKeyFingerprint": "2f1a6b8c9d0e4f5061728394a5b6c7d8",
        "digestSignatureAlgorithm": "SHA256withRSA",
        "newestEventTime": max((one["newestEventTime"] for one in files), default=None),
        "oldestEventTime": min((one["oldestEventTime"] for one in files), default=None),
        "previousDigestS3Bucket": None,
        "previousDigestS3Object": None,
        "previousDigestHashValue": None,
        "previousDigestHashAlgorithm": None,
        "previousDigestSignature": None,
        "logFiles": files,
    }
    path = trail.folder / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzipped(msgspec.json.encode(digest)))

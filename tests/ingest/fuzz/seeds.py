"""True input to start from: the sample logs, the oddities, and what else AWS sends."""

import gzip
import json
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.conftest import SAMPLE_LOGS
from tests.ingest.fuzz.mutations import TOKEN
from tests.ingest.log_files import LOG_KEY, REPORT, Record, record, text

ODDITIES = Path(__file__).resolve().parents[1] / "oddities" / "files"
LARGEST = 32_000  # bytes; larger seeds only make each try slower
ISSUED = {
    "credentials": {
        "accessKeyId": "ASIAEXAMPLE2",
        "sessionToken": TOKEN,
        "expiration": "Sep 14, 2026 9:12:33 AM",
    },
    "assumedRoleUser": {"arn": "arn:aws:sts::123456789012:assumed-role/fleet-role/PhotonSession"},
}
PLACE = {"bucket": {"name": "our-trail"}, "object": {"key": LOG_KEY.format("a")}}
S3_MESSAGE = {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": PLACE}]}
MESSAGES = (
    S3_MESSAGE,
    {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "our-trail"},
    {"s3Bucket": "our-trail", "s3ObjectKey": [LOG_KEY.format("a")]},
    {"source": "aws.s3", "detail-type": "Object Created", "detail": PLACE},
    {"Type": "Notification", "TopicArn": "arn:aws:sns:x", "Message": json.dumps(S3_MESSAGE)},
)


def seeds_of(target: str) -> tuple[bytes, ...]:
    """Return the inputs that a target starts from, the same ones each time."""
    return tuple(seed for seed in _SEEDS[target]() if len(seed) <= LARGEST)


@cache
def _sample_records() -> tuple[Record, ...]:
    """Return a record of each API in the sample logs."""
    found: dict[tuple[str, str], Record] = {}
    for path in sorted((SAMPLE_LOGS / "trail").rglob("*.json.gz")):
        try:
            document = json.loads(gzip.decompress(path.read_bytes()))
        except EOFError:
            continue  # one file of the samples is broken on purpose
        for one in document.get("Records", []):
            found.setdefault((str(one.get("eventSource")), str(one.get("eventName"))), one)
    return tuple(found.values())


def _records() -> Iterator[bytes]:
    yield text(record())
    yield text(record(2, eventName="AssumeRole", responseElements=ISSUED, newField={"a": [1.0]}))
    yield from map(text, _sample_records())
    for content in _oddities():
        try:
            document = json.loads(content)
        except (ValueError, RecursionError):
            continue
        if isinstance(document, dict) and isinstance(document.get("Records"), list):
            yield from map(text, document["Records"])


def _objects() -> Iterator[bytes]:
    some = _sample_records()[:4]
    yield from (text({"Records": some}), text(some), b"\n".join(map(text, some)))
    yield text({"Events": [{"CloudTrailEvent": json.dumps(one)} for one in some]})
    yield text({"version": "0", "detail-type": "AWS API Call via CloudTrail", "detail": some[0]})
    yield from _reports()
    yield from _inventory()
    yield from _oddities()


def _lists() -> Iterator[bytes]:
    """Yield what stands between the brackets of a list of records."""
    yield b""
    yield from _records()
    yield b" , ".join([*map(text, _sample_records()[:4]), b'"no record"'])


def _oddities() -> Iterator[bytes]:
    for path in sorted(ODDITIES.glob("*.*")):
        if path.suffix not in {".py", ".toml"}:
            content = path.read_bytes()
            yield content
            if path.suffix == ".gz":
                try:
                    yield gzip.decompress(content)
                except (OSError, EOFError, zlib.error):
                    continue


def _reports() -> Iterator[bytes]:
    yield REPORT
    for path in sorted((SAMPLE_LOGS / "usage-reports").rglob("*.csv"))[:4]:
        yield b"\n".join(path.read_bytes().split(b"\n")[:6])


def _inventory() -> Iterator[bytes]:
    for path in sorted((SAMPLE_LOGS / "inventory").rglob("*.json")):
        yield path.read_bytes()
    sessions = [{"Id": "s-1", "UserId": "hoge", "SessionToken": TOKEN, "StartTime": 1789372800.0}]
    yield text({"Sessions": sessions})


def _keys() -> Iterator[bytes]:
    for path in sorted(SAMPLE_LOGS.rglob("*.*"))[::10]:
        yield str(path.relative_to(SAMPLE_LOGS)).encode()
    yield LOG_KEY.format("a").encode()


def _digests() -> Iterator[bytes]:
    for path in sorted((SAMPLE_LOGS / "trail").rglob("*CloudTrail-Digest*.json.gz"))[:3]:
        yield gzip.decompress(path.read_bytes())


_SEEDS = {
    "record": _records,
    "object": _objects,
    "scan": _lists,
    "report": _reports,
    "inventory": _inventory,
    "notification": lambda: map(text, MESSAGES),
    "key": _keys,
    "digest": _digests,
}

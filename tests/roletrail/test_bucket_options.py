"""Commands that read buckets do so at the address that is given, and pay if they are told to."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

from roletrail.cli import main
from roletrail.errors import ExitCode
from tests.ingest.digest_trails import ROOT, public_keys, trail_of
from tests.ingest.fault_proxy import FaultProxy, fault_proxy
from tests.ingest.queue_messages import from_s3

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

NOWHERE = "http://127.0.0.1:9"  # where nobody listens


@pytest.fixture
def store(
    s3: "S3Client", aws_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[FaultProxy]:
    """Yield a store with a trail in it that only `--endpoint-url` leads to."""
    trail_of(2).in_bucket(s3)
    with fault_proxy(aws_environment["AWS_ENDPOINT_URL"], 0) as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", NOWHERE)
        monkeypatch.setattr("ingest.following.DRAINED_SECONDS", 0)
        yield running


def asked(store: FaultProxy) -> set[tuple[str, bool]]:
    """Return what the store was asked for, and whether the requester paid for it."""
    gets = {("list" if one.is_listing else "get", one.is_paid) for one, _ in store.done}
    return gets | {("head", one.is_paid) for one in store.heads}


@pytest.mark.parametrize("is_paid", [True, False])
def test_follow_reads_the_bucket_there_and_uses_the_queue_where_it_is(
    store: FaultProxy, tmp_path: Path, *, is_paid: bool
) -> None:
    sqs: SQSClient = boto3.client("sqs")
    url = sqs.create_queue(QueueName="trail")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=from_s3(trail_of(1).log_key(0)))
    options = ["--endpoint-url", store.endpoint, *(["--requester-pays"] if is_paid else [])]
    arguments = ["follow", "--once", "--queue", url, "--lake", str(tmp_path / "lake")]
    assert main([*arguments, *options]) is ExitCode.OK
    assert asked(store) == {("head", is_paid), ("get", is_paid)}


@pytest.mark.parametrize("is_paid", [True, False])
def test_verify_reads_the_bucket_there(store: FaultProxy, tmp_path: Path, *, is_paid: bool) -> None:
    (keys,) = public_keys(tmp_path)
    digests = f"s3://trail/{ROOT}/CloudTrail-Digest/"  # log files are looked for one by one
    options = ["--endpoint-url", store.endpoint, *(["--requester-pays"] if is_paid else [])]
    arguments = ["verify", digests, "--public-keys", str(keys), "--lake", str(tmp_path / "none")]
    assert main([*arguments, *options]) is ExitCode.OK
    assert asked(store) == {("list", is_paid), ("head", is_paid), ("get", is_paid)}

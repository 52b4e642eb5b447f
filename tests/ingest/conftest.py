"""Two S3s that run here, written by people who don't know each other: moto, and localbucket.

What holds for one by accident may not hold for the other: localbucket keeps objects as files, makes
pages of another size, and takes no notice of If-Match.
"""

import importlib
import logging
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class LocalBucket(ThreadingHTTPServer):
    """localbucket, in threads of this process, for as many connections as ingest opens."""

    request_queue_size = 256
    daemon_threads = True


@pytest.fixture
def localbucket(tmp_path: Path) -> Iterator[str]:
    """Yield the address of a localbucket server on a free port."""
    handler = importlib.import_module("localbucket").S3Handler
    own = type("Handler", (handler,), {"data_root": tmp_path / "buckets"})
    (tmp_path / "buckets").mkdir()
    with LocalBucket(("127.0.0.1", 0), own) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(params=["moto", "localbucket"])
def either_s3(request: pytest.FixtureRequest, s3: "S3Client") -> "S3Client":
    """Return a client of each of the two servers in turn, which ingest calls too.

    They have a bucket `trail`, with nothing in it.
    """
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    logging.getLogger("localbucket").setLevel(logging.ERROR)
    client = s3
    if request.param == "localbucket":
        import boto3

        address = request.getfixturevalue("localbucket")
        request.getfixturevalue("monkeypatch").setenv("AWS_ENDPOINT_URL", address)
        client = boto3.client("s3")
    client.create_bucket(
        Bucket="trail", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    return client

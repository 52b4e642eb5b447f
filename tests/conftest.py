"""What several tests need: an S3 that runs here, and the lake of the sample logs."""

import http.client
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

REPOSITORY = Path(__file__).resolve().parents[1]
SAMPLE_LOGS = REPOSITORY / "sample_logs"
ROOMS = ("analysis", "dashboard", "ingest", "lake", "roletrail", "sample_logs")
# A shell that starts tests in the background has them, and all that they start, ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """Yield the address of a moto server on a free local port."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def aws_environment(s3_endpoint: str) -> dict[str, str]:
    """Return the environment variables that send a process's AWS calls to the moto server.

    Settings of whoever runs the tests are switched off, so that no call can leave this machine.
    """
    return {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL": s3_endpoint,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@pytest.fixture
def s3(aws_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator["S3Client"]:
    """Yield a client of the moto server, which this process and its children call too.

    The server is emptied afterwards.
    """
    import boto3

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in aws_environment.items():
        monkeypatch.setenv(name, value)
    yield boto3.client("s3")
    address = aws_environment["AWS_ENDPOINT_URL"].removeprefix("http://")
    moto = http.client.HTTPConnection(address, timeout=10)
    moto.request("POST", "/moto-api/reset")
    assert moto.getresponse().status == http.HTTPStatus.OK


@pytest.fixture(scope="session")
def sample_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an attributed lake of the sample logs, for reading only."""
    lake = tmp_path_factory.mktemp("sample") / "lake"
    subprocess.run(
        [sys.executable, "-m", "roletrail", "demo", "--no-serve", "--lake", lake],
        cwd=REPOSITORY,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return lake


@pytest.fixture(scope="session")
def browser() -> str:
    """Return the path of an installed Chromium, or skip the test that needs one."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    pytest.skip("no Chromium on the path; `make browser` installs it where apt-get can")

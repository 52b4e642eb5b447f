"""Buckets: what is in them is found and read, and what is wrong is said in one line."""

import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest import IngestError, ingest
from ingest.s3_listing import Bucket
from ingest.s3_reading import Access, BucketOptions, pieces_of_object
from ingest.s3_refusals import refusals
from lake import open_lake
from tests.ingest.log_files import LOG_KEY, log_file, record, rows

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = pytest.mark.usefixtures("s3")


@pytest.fixture(autouse=True)
def trail(s3: "S3Client") -> None:
    """Make the bucket `trail`, empty, and keep the server from writing down every request."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    s3.create_bucket(
        Bucket="trail", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )


def put(s3: "S3Client", *keys: str) -> None:
    """Put a log file with one event of its own under each key."""
    for number, key in enumerate(keys):
        s3.put_object(Bucket="trail", Key=key, Body=log_file(record(number)))


def test_a_bucket_is_ingested_once(s3: "S3Client", tmp_path: Path) -> None:
    put(s3, *(LOG_KEY.format(number) for number in range(5)))
    s3.put_object(Bucket="trail", Key="AWSLogs/", Body=b"")
    lake = open_lake(tmp_path / "lake", create=True)
    summary = ingest(lake, ["s3://trail/AWSLogs"], processes=1)
    assert (summary.objects_new, summary.events_written, summary.objects_skipped) == (6, 5, 1)
    [first, *_] = rows(lake, "source_objects", "uri, version, account_id, delivered_at")[1:]
    assert first["uri"] == f"s3://trail/{LOG_KEY.format(0)}"
    assert len(first["version"]) == 32
    assert first["account_id"] == "123456789012"

    s3.put_object(Bucket="trail", Key=LOG_KEY.format(9), Body=log_file(record(9)))
    again = ingest(lake, ["s3://trail/AWSLogs"], processes=1)
    assert (again.objects_new, again.objects_known, again.events_written) == (1, 6, 1)


def test_several_processes_read_a_bucket(
    s3: "S3Client", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(s3, *(LOG_KEY.format(number) for number in range(8)))
    monkeypatch.setattr("ingest.worker_context.FEW_OBJECTS", 0)
    monkeypatch.setattr("ingest.workers.PORTION_OBJECTS", 3)
    lake = open_lake(tmp_path / "lake", create=True)
    assert ingest(lake, ["s3://trail/"], processes=2).events_written == 8


def test_objects_are_listed_below_all_prefixes_and_at_their_side(s3: "S3Client") -> None:
    keys = [f"AWSLogs/{account}/{day}/x.json" for account in "abc" for day in range(9)]
    keys += ["AWSLogs/a/top.json", "AWSLogs/top.json", "top.json"]
    put(s3, *keys)
    bucket = Bucket("trail")
    assert [found.place for found in bucket.objects("")] == sorted(keys)
    assert [found.place for found in bucket.objects("AWSLogs/b")] == sorted(
        key for key in keys if key.startswith("AWSLogs/b")
    )
    assert [found.place for found in bucket.objects("top.json")] == ["top.json"]


@pytest.mark.parametrize(
    "key",
    [
        "a b+c=d%41?#&.json",
        "%2e%2e%2f%00.json",
        "logs//a.json",
        "/a.json",
        "a/../b.json",
        "../../etc/passwd",
        "./a.json",
        "ü/🎉.json",
        "u\u0308/\u202e.json",
        "a/*~'\";|$(x)`.json",
        "a\\b.json",
        "a&amp;<b>.json",
        " a .json ",
        "é" * 507 + ".json" + "x" * 5,
    ],
    ids=ascii,
)
def test_any_key_can_be_read(s3: "S3Client", tmp_path: Path, key: str) -> None:
    put(s3, key)
    lake = open_lake(tmp_path / "lake", create=True)
    summary = ingest(lake, ["s3://trail"], processes=1)
    assert (summary.events_written, summary.first_rejection) == (1, None)


def test_a_key_with_control_characters_can_be_read(
    localbucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import boto3

    monkeypatch.setenv("AWS_ENDPOINT_URL", localbucket)
    server = boto3.client("s3")  # moto takes no line breaks
    server.create_bucket(
        Bucket="trail", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    put(server, "a\nb\x1b[31m\t\x7f.json")
    lake = open_lake(tmp_path / "lake", create=True)
    summary = ingest(lake, ["s3://trail"], processes=1)
    assert (summary.events_written, summary.first_rejection) == (1, None)


def test_keys_that_look_alike_are_objects_of_their_own(s3: "S3Client", tmp_path: Path) -> None:
    keys = ["A.json", "a.json", "a%2Ejson", "a .json", "a+.json", "\u00e9.json", "e\u0301.json"]
    put(s3, *keys)
    lake = open_lake(tmp_path / "lake", create=True)
    assert ingest(lake, ["s3://trail"], processes=1).events_written == len(keys)
    assert {row["uri"] for row in rows(lake, "source_objects", "uri")} == {
        f"s3://trail/{key}" for key in keys
    }
    assert ingest(lake, ["s3://trail"], processes=1).objects_new == 0


def test_an_object_that_is_gone_is_counted_and_tried_again(
    s3: "S3Client", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(s3, LOG_KEY.format(0), LOG_KEY.format(1))
    lake = open_lake(tmp_path / "lake", create=True)
    with monkeypatch.context() as patch:
        search = Bucket.search

        def then_gone(bucket: Bucket, prefix: str, *what: Any) -> object:  # noqa: ANN401 - passed on
            found = search(bucket, prefix, *what)
            s3.delete_object(Bucket="trail", Key=LOG_KEY.format(1))
            return found

        patch.setattr(Bucket, "search", then_gone)
        summary = ingest(lake, ["s3://trail/"], processes=1)
    assert (summary.events_written, summary.objects_rejected) == (1, 1)
    name = LOG_KEY.format(1).rpartition("/")[2]
    assert summary.first_rejection == f"{name}: it is not there any more"

    put(s3, LOG_KEY.format(0), LOG_KEY.format(1))
    assert ingest(lake, ["s3://trail/"], processes=1).events_written == 1


def test_a_large_object_is_read_in_pieces(s3: "S3Client") -> None:
    body = bytes(range(256)) * 40_000
    s3.put_object(Bucket="trail", Key="large", Body=body)
    pieces = list(pieces_of_object(Bucket("trail").access(), "large"))
    assert b"".join(pieces) == body
    assert len(pieces) > 1


class Refusing(BaseHTTPRequestHandler):
    """A server that lets nobody read."""

    def do_GET(self) -> None:
        """Answer as S3 does without permission."""
        self.send_error(403)

    def log_message(self, *_: object) -> None:
        """Write nothing down."""


def test_an_object_that_may_not_be_read_says_which_permission_it_takes() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        access = Access("b", "us-east-1", f"http://127.0.0.1:{server.server_port}", "k", "s", None)
        with pytest.raises(OSError, match=r"^access denied\. It takes s3:GetObject"):
            list(pieces_of_object(access, "a.json"))
        server.shutdown()


class Elsewhere(BaseHTTPRequestHandler):
    """A server that says of every bucket that it is in another region."""

    def do_HEAD(self) -> None:
        """Answer as S3 does in the wrong region."""
        self.send_response(301)
        self.send_header("x-amz-bucket-region", "ap-southeast-3")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Write nothing down."""


def test_the_region_of_the_bucket_is_asked_for() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        endpoint = f"http://127.0.0.1:{server.server_port}"
        access = Bucket("trail", options=BucketOptions(endpoint_url=endpoint)).access()
        server.shutdown()
    assert (access.region, access.endpoint) == ("ap-southeast-3", endpoint)


def test_credentials_do_not_show() -> None:
    assert "testing" not in repr(Bucket("trail").access())


# ── what is wrong ────────────────────────────────────────────────────────────────────────────


def refusal(source: str, tmp_path: Path) -> str:
    """Return what the user is told."""
    with pytest.raises(IngestError) as caught:
        ingest(open_lake(tmp_path / "lake", create=True), [source], processes=1)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_bucket_that_is_not_there(tmp_path: Path) -> None:
    assert refusal("s3://nowhere/x", tmp_path) == (
        "there is no bucket s3://nowhere. Check its name"
    )


def test_an_empty_bucket(tmp_path: Path) -> None:
    assert refusal("s3://trail/AWSLogs/", tmp_path) == (
        "no objects under s3://trail/AWSLogs/. The bucket is empty: is this where the trail "
        "delivers to?"
    )


def test_a_wrong_prefix(s3: "S3Client", tmp_path: Path) -> None:
    put(s3, "AWSLogs/123456789012/a.json", "other/b.json")
    assert refusal("s3://trail/awslogs/", tmp_path) == (
        "no objects under s3://trail/awslogs/. There is: s3://trail/AWSLogs/, s3://trail/other/"
    )


def test_an_organisation_trail_without_its_id(s3: "S3Client", tmp_path: Path) -> None:
    put(s3, "AWSLogs/o-a1b2c3d4e5/123456789012/CloudTrail/a.json")
    assert refusal("s3://trail/AWSLogs/123456789012/", tmp_path) == (
        "no objects under s3://trail/AWSLogs/123456789012/. An organisation trail adds its id: "
        "try s3://trail/AWSLogs/o-a1b2c3d4e5/"
    )


def test_no_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert refusal("s3://trail/", tmp_path) == (
        "no AWS credentials. Run `aws configure` or `aws sso login`, or set AWS_PROFILE"
    )


def test_a_profile_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert "nobody" in refusal("s3://trail/", tmp_path)


def test_an_endpoint_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert "127.0.0.1:9" in refusal("s3://trail/", tmp_path)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "AccessDenied",
            (
                "s3://trail may not be listed: why. It takes s3:ListBucket and s3:GetObject, and "
                "--requester-pays if the bucket asks for it"
            ),
        ),
        ("ExpiredToken", "the AWS credentials have expired: why. Sign in again"),
        ("InvalidAccessKeyId", "AWS refuses the credentials for s3://trail: why. Sign in again"),
        (
            "PermanentRedirect",
            (
                "s3://trail is in another region: why. Set AWS_REGION to that, and check "
                "AWS_ENDPOINT_URL"
            ),
        ),
        (
            "SlowDown",
            "s3://trail can't be listed: throttled for too long (SlowDown). Run it again later",
        ),
        ("MethodNotAllowed", "s3://trail can't be listed: MethodNotAllowed, why. Run it again"),
    ],
)
def test_a_refusal_of_aws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, message: str
) -> None:
    from botocore.exceptions import ClientError

    def refuse(*_: object) -> object:
        raise ClientError({"Error": {"Code": code, "Message": "why."}}, "ListObjectsV2")

    monkeypatch.setattr("ingest.s3_search.Search.found", refuse)
    assert refusal("s3://trail/", tmp_path) == message


def test_a_role_that_may_not_be_assumed() -> None:
    from botocore.exceptions import ClientError

    error = {"Error": {"Code": "AccessDenied", "Message": "User: x is not authorized"}}
    with (
        pytest.raises(IngestError) as caught,
        refusals("trail", "arn:aws:iam::123456789012:role/reader"),
    ):
        raise ClientError(error, "AssumeRole")  # type: ignore[arg-type] # more of it isn't read
    assert str(caught.value) == (
        "can't assume arn:aws:iam::123456789012:role/reader: User: x is not authorized. "
        "It must trust the caller, who needs sts:AssumeRole"
    )


def test_a_role_is_assumed_for_reading(s3: "S3Client", tmp_path: Path) -> None:
    put(s3, LOG_KEY.format(0))
    lake = open_lake(tmp_path / "lake", create=True)
    role_arn = "arn:aws:iam::123456789012:role/reader"
    assert ingest(lake, ["s3://trail/"], processes=1, role_arn=role_arn).events_written == 1
    access = Bucket("trail", role_arn).access()
    assert access.key_id.startswith("ASIA")
    assert access.token


def test_the_credentials_of_a_role_are_kept_until_it_is_time() -> None:
    bucket = Bucket("trail", "arn:aws:iam::123456789012:role/reader")
    assert bucket.access() == bucket.access()

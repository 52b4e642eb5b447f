"""`roletrail follow`, as a supervisor or cron runs it."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

from ingest import IngestSummary
from ingest.following import FollowedBatch
from lake import open_lake
from roletrail.cli import main
from roletrail.commands.follow import batch_line
from roletrail.errors import ExitCode
from roletrail.stopping import stop_requested
from roletrail.upkeep import NEVER
from tests.ingest.log_files import LOG_KEY, event_ids, log_file, record
from tests.ingest.queue_messages import from_s3

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

STOPS_WITHIN = 60  # seconds


@pytest.fixture
def queue(s3: "S3Client", monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the URL of a queue that has been told of a log file with one event."""
    monkeypatch.setattr("ingest.following.DRAINED_SECONDS", 0)
    s3.create_bucket(
        Bucket="trail", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    s3.put_object(Bucket="trail", Key=LOG_KEY.format(1), Body=log_file(record(1)))
    sqs: SQSClient = boto3.client("sqs")
    url = sqs.create_queue(QueueName="trail")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=from_s3(LOG_KEY.format(1)))
    return url


def test_once_takes_in_what_is_there_and_stops(
    queue: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = tmp_path / "lake"
    assert main(["follow", "--once", "--queue", queue, "--lake", str(lake)]) is ExitCode.OK
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "1 message done; 1 new object, 0 known; 1 event, 0 duplicates\n"
    assert event_ids(open_lake(lake)) == ["event-1"]

    assert main(["follow", "--once", "--queue", queue, "--lake", str(lake)]) is ExitCode.OK
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("options", "every", "given"),
    [
        ([], timedelta(hours=1), ()),
        (
            ["--maintain-every", "15", "--keep-days", "9"],
            timedelta(minutes=15),
            ("--keep-days", "9"),
        ),
        (["--maintain-every", "0"], NEVER, ()),
        (["--once"], NEVER, ()),
    ],
)
def test_maintenance_is_seen_to_while_it_follows(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    every: timedelta,
    given: tuple[str, ...],
) -> None:
    asked: list[object] = []

    @contextmanager
    def maintained(_lake: object, *arguments: object) -> Iterator[str]:
        asked.extend(arguments)
        yield "see to it"

    def follow(*_: object, on_wait: object, **__: object) -> None:
        asked.append(on_wait)

    monkeypatch.setattr("roletrail.commands.follow.maintained", maintained)
    monkeypatch.setattr("ingest.following.follow", follow)
    arguments = ["follow", "--queue", "q", "--lake", str(tmp_path / "lake"), *options]
    assert main(arguments) is ExitCode.OK
    assert asked == [every, given, "see to it"]


def test_once_ends_with_1_if_something_was_not_taken(
    queue: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sqs: SQSClient = boto3.client("sqs")
    sqs.send_message(QueueUrl=queue, MessageBody="hello\x1b[2J")
    arguments = ["follow", "--once", "--queue", queue, "--lake", str(tmp_path / "lake")]
    assert main(arguments) is ExitCode.SOME_REJECTED
    assert "1 message of no known form" in capsys.readouterr().err


def test_a_queue_that_cannot_be_used_is_2_and_one_line(
    queue: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["follow", "--queue", f"{queue}-x", "--lake", str(tmp_path / "lake")]
    assert main(arguments) is ExitCode.NOTHING_DONE
    assert capsys.readouterr().err == (
        f"error: there is no queue {queue}-x. Check its URL and region\n"
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_finishes_the_batch_and_ends_with_0(
    queue: str, tmp_path: Path, number: signal.Signals
) -> None:
    sqs: SQSClient = boto3.client("sqs")
    lake = tmp_path / "lake"
    command = [sys.executable, "-m", "roletrail", "follow", "--queue", queue, "--lake", str(lake)]
    follower = subprocess.Popen(
        [*command, "--batch-seconds", "1000"], stderr=subprocess.PIPE, text=True
    )
    try:
        while follower.poll() is None and not hidden_messages(sqs, queue):
            time.sleep(0.1)
        follower.send_signal(number)
        _, said = follower.communicate(timeout=STOPS_WITHIN)
    finally:
        follower.kill()
    assert (follower.returncode, said) == (
        0,
        "1 message done; 1 new object, 0 known; 1 event, 0 duplicates\n",
    )
    assert event_ids(open_lake(lake)) == ["event-1"]


def hidden_messages(sqs: "SQSClient", queue: str) -> int:
    """Return how many messages somebody has received and not deleted."""
    answer = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])
    return int(answer["Attributes"]["ApproximateNumberOfMessagesNotVisible"])


def test_the_first_signal_asks_and_the_second_one_stops() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stop_requested() as stop:
        signal.raise_signal(signal.SIGINT)
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_the_line_of_a_batch_says_what_became_of_everything() -> None:
    summary = IngestSummary(
        objects_seen=1_004,
        objects_new=1_002,
        objects_known=2,
        records_read=20_012,
        events_written=20_000,
        evidence_records=8,
        duplicates=3,
        records_rejected=1,
    )
    batch = FollowedBatch(1_001, 1, 2, "s3://trail/x: it is not there any more", summary)
    assert batch_line(batch) == (
        "1,001 messages done; 1,002 new objects, 2 known; 20,000 events, 3 duplicates; "
        "8 of reports and inventory; 1 record rejected; 2 messages of no known form; "
        "1 message kept, s3://trail/x: it is not there any more"
    )

"""Following a queue: everything is taken in once, whatever happens to the follower."""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import boto3
import pytest

from ingest import ingest
from ingest.following import FollowedBatch, follow
from ingest.staging import Batch
from lake import Lake, open_lake
from tests.ingest.log_files import (
    LOG_KEY,
    REPORT,
    counts,
    event_ids,
    ledger,
    log_file,
    record,
    rows,
)
from tests.ingest.queue_messages import (
    TEST_EVENT,
    from_cloudtrail,
    from_eventbridge,
    from_s3,
    in_sns,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

LATE = 1_000  # seconds; no batch of a test gets so old


class Estate:
    """A bucket with a queue that is told of it, as AWS would, and a lake."""

    def __init__(self, s3: "S3Client", folder: Path) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.s3 = s3
        self.sqs: SQSClient = boto3.client("sqs")
        s3.create_bucket(
            Bucket="trail", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        self.url = self.sqs.create_queue(QueueName="trail")["QueueUrl"]
        self.lake = open_lake(folder / "lake", create=True)

    def put(self, number: int) -> str:
        """Put a log file with one event of its own, and return its key."""
        key = LOG_KEY.format(number)
        self.s3.put_object(Bucket="trail", Key=key, Body=log_file(record(number)))
        return key

    def tell(self, *messages: str) -> None:
        """Put messages into the queue."""
        for message in messages:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=message)

    def deliver(self, *numbers: int) -> None:
        """Put log files, and tell the queue of each."""
        for number in numbers:
            self.tell(from_s3(self.put(number)))

    def messages_left(self) -> tuple[int, int]:
        """Return how many messages are in the queue: to be received, and hidden."""
        answer = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])
        found = answer["Attributes"]
        return (
            int(found["ApproximateNumberOfMessages"]),
            int(found["ApproximateNumberOfMessagesNotVisible"]),
        )

    def drain(self, lake: Lake | None = None, batch_objects: int = 100) -> list[FollowedBatch]:
        """Follow the queue until it is empty, and return the batches."""
        batches: list[FollowedBatch] = []
        follow(
            lake or self.lake,
            self.url,
            batch_objects=batch_objects,
            batch_seconds=LATE,
            is_once=True,
            stop=Event(),
            on_batch=batches.append,
        )
        return batches


@pytest.fixture
def estate(s3: "S3Client", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Estate:
    """Return an empty bucket, queue and lake; a queue counts as empty at once."""
    monkeypatch.setattr("ingest.following.DRAINED_SECONDS", 0)
    monkeypatch.setattr("ingest.following.WAIT_SECONDS", 1)
    return Estate(s3, tmp_path)


def ids(*numbers: int) -> list[str]:
    """Return the ids of these events, in order."""
    return sorted(f"event-{number}" for number in numbers)


def test_what_messages_of_every_sender_name_is_taken_in_and_they_are_deleted(
    estate: Estate,
) -> None:
    keys = [estate.put(number) for number in range(6)]
    estate.tell(TEST_EVENT, in_sns("CloudTrail validation message."))
    estate.tell(from_s3(*keys[:2]), in_sns(from_s3(keys[2])), from_cloudtrail(keys[3]))
    estate.tell(in_sns(from_cloudtrail(keys[4])), from_eventbridge(keys[5]))

    [batch] = estate.drain()

    assert event_ids(estate.lake) == ids(*range(6))
    assert (batch.deleted, batch.kept, batch.poison, batch.is_whole) == (7, 0, 0, True)
    assert (batch.summary.events_written, batch.summary.objects_new) == (6, 6)
    assert estate.messages_left() == (0, 0)


@pytest.mark.parametrize("key", ["a b+c=d%41?#&.json", "logs//a.json", "a/../b.json", "ü/🎉.json"])
def test_any_key_is_found(estate: Estate, key: str) -> None:
    estate.s3.put_object(Bucket="trail", Key=key, Body=log_file(record(1)))
    estate.tell(from_s3(key))
    estate.drain()
    assert [row["uri"] for row in rows(estate.lake, "source_objects", "uri")] == [
        f"s3://trail/{key}"
    ]


def test_session_reports_come_the_same_way(estate: Estate) -> None:
    estate.s3.put_object(Bucket="trail", Key="sessions/daily.csv", Body=REPORT)
    estate.tell(from_s3("sessions/daily.csv"))
    [batch] = estate.drain()
    assert batch.summary.evidence_rows == 1


def test_a_batch_is_full_after_so_many_objects(estate: Estate) -> None:
    estate.deliver(*range(23))
    batches = estate.drain(batch_objects=10)
    assert [batch.deleted for batch in batches] == [10, 10, 3]
    assert event_ids(estate.lake) == ids(*range(23))


def test_ingest_and_follow_know_each_others_objects(estate: Estate) -> None:
    estate.deliver(1, 2)
    ingest(estate.lake, ["s3://trail/"], processes=1)
    [batch] = estate.drain()
    assert (batch.deleted, batch.summary.objects_known, batch.summary.objects_new) == (2, 2, 0)

    estate.deliver(3)
    estate.drain()
    summary = ingest(estate.lake, ["s3://trail/"], processes=1)
    assert (summary.objects_known, summary.objects_new) == (3, 0)
    assert event_ids(estate.lake) == ids(1, 2, 3)


def test_an_object_that_several_messages_name_is_taken_in_once(estate: Estate) -> None:
    key = estate.put(1)
    estate.tell(from_s3(key), from_s3(key), from_cloudtrail(key))
    [batch] = estate.drain()
    assert (batch.deleted, batch.summary.objects_new, batch.summary.duplicates) == (3, 1, 0)
    assert len(rows(estate.lake, "source_objects")) == 1


def test_an_object_that_changed_is_taken_in_again(estate: Estate) -> None:
    estate.deliver(1)
    estate.drain()
    key = LOG_KEY.format(1)
    estate.s3.put_object(Bucket="trail", Key=key, Body=log_file(record(1), record(2)))
    estate.tell(from_s3(key))
    [batch] = estate.drain()
    assert (batch.summary.events_written, batch.summary.duplicates) == (1, 1)


# ── what can't be taken in ───────────────────────────────────────────────────────────────────


def test_an_object_that_is_not_there_keeps_its_message(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.queues.HIDDEN_SECONDS", 2)
    estate.deliver(1)
    estate.tell(from_s3(LOG_KEY.format(2)), from_s3("x", bucket="nowhere"))
    [batch] = estate.drain()
    assert (batch.deleted, batch.kept, batch.is_whole) == (1, 2, False)
    assert batch.first_kept is not None
    assert batch.first_kept.endswith(": it is not there any more")
    assert sum(estate.messages_left()) == 2

    estate.put(2)
    wait_until(lambda: estate.messages_left() == (2, 0))
    [batch] = estate.drain()
    assert (batch.deleted, batch.kept) == (1, 1)
    assert event_ids(estate.lake) == ids(1, 2)


def test_an_object_that_cannot_be_read_keeps_its_message(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate.deliver(1, 2)

    def refuse(_access: object, key: str, *_: object) -> Iterator[bytes]:
        if key == LOG_KEY.format(2):
            raise OSError("access denied")
        yield log_file(record(1))

    monkeypatch.setattr("ingest.workers.pieces_of_object", refuse)
    [batch] = estate.drain()
    assert (batch.deleted, batch.kept) == (1, 1)
    assert batch.first_kept == f"s3://trail/{LOG_KEY.format(2)}: access denied"
    assert event_ids(estate.lake) == ids(1)
    assert sum(estate.messages_left()) == 1


def test_a_damaged_object_is_rejected_and_its_message_deleted(estate: Estate) -> None:
    estate.s3.put_object(Bucket="trail", Key="a.json.gz", Body=log_file(record(1))[:20])
    estate.tell(from_s3("a.json.gz"))
    [batch] = estate.drain()
    assert (batch.deleted, batch.kept, batch.is_whole) == (1, 0, False)
    assert rows(estate.lake, "rejected_records", "reason") == [{"reason": "gzip ended early"}]


def test_poison_is_recorded_once_and_left_to_the_redrive(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.queues.HIDDEN_SECONDS", 1)
    failed = estate.sqs.create_queue(QueueName="failed")["QueueUrl"]
    redrive = {
        "deadLetterTargetArn": "arn:aws:sqs:eu-central-1:123456789012:failed",
        "maxReceiveCount": 2,
    }
    estate.sqs.set_queue_attributes(
        QueueUrl=estate.url, Attributes={"RedrivePolicy": json.dumps(redrive)}
    )
    token = "FwoGZXIvYXdzEXAMPLEEXAMPLEEXAMPLE"
    estate.deliver(1)
    estate.tell(f'{{"sessionToken": "{token}"}}')

    batches = estate.drain()
    assert (batches[0].deleted, batches[0].poison, batches[0].is_whole) == (1, 1, False)
    for _ in range(2):
        wait_until(lambda: estate.messages_left()[1] == 0)
        estate.drain()

    assert estate.messages_left() == (0, 0)
    assert len(estate.sqs.receive_message(QueueUrl=failed)["Messages"]) == 1
    [rejected] = rows(estate.lake, "rejected_records", "uri, reason, raw")
    assert rejected["uri"].startswith(f"{estate.url}#")
    assert rejected["reason"] == "no notification of S3, CloudTrail or EventBridge"
    assert token not in rejected["raw"]
    assert sorted(status for _, status, *_ in ledger(estate.lake).values()) == [
        "ingested",
        "rejected",
    ]


# ── killed, stopped, several ─────────────────────────────────────────────────────────────────


class Killed(BaseException):
    """The end of a process, as near as a test in the same process gets to it."""


def killed(*_: object) -> None:
    """Stand for a call that the process doesn't survive."""
    raise Killed


@pytest.mark.parametrize(
    "where", ["ingest.queues.Queue.delete", "lake.commits._follow", "ingest.staging.commit_batch"]
)
def test_killed_before_the_messages_are_deleted_nothing_is_lost_and_nothing_double(
    estate: Estate, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setattr("ingest.queues.HIDDEN_SECONDS", 2)
    estate.deliver(1, 2)
    estate.s3.put_object(Bucket="trail", Key="sessions/daily.csv", Body=REPORT)
    estate.tell(from_s3("sessions/daily.csv"), "poison")
    with monkeypatch.context() as patch:
        patch.setattr(where, killed)
        with pytest.raises(Killed):
            estate.drain()
    assert sum(estate.messages_left()) == 4

    wait_until(lambda: estate.messages_left() == (4, 0))
    estate.drain()
    assert event_ids(estate.lake) == ids(1, 2)
    assert len(rows(estate.lake, "source_objects")) == 4
    assert len(rows(estate.lake, "streaming_session_evidence")) == 1
    assert len(rows(estate.lake, "rejected_records")) == 1
    assert sum(estate.messages_left()) == 1


def test_asked_to_stop_it_commits_what_it_has_begun(estate: Estate) -> None:
    estate.deliver(1, 2)
    stop = Event()
    batches: list[FollowedBatch] = []
    thread = Thread(
        target=follow,
        args=(estate.lake, estate.url),
        kwargs={"batch_seconds": LATE, "stop": stop, "on_batch": batches.append},
    )
    thread.start()
    wait_until(lambda: estate.messages_left() == (0, 2))
    assert not event_ids(estate.lake)
    stop.set()
    thread.join()
    assert [batch.deleted for batch in batches] == [2]
    assert event_ids(estate.lake) == ids(1, 2)


def test_a_batch_that_is_old_enough_is_committed(estate: Estate) -> None:
    estate.deliver(1)
    stop = Event()

    def stop_after(batch: FollowedBatch) -> None:
        assert batch.deleted == 1
        stop.set()

    follow(estate.lake, estate.url, batch_seconds=1, stop=stop, on_batch=stop_after)
    assert event_ids(estate.lake) == ids(1)


def test_several_followers_and_an_ingest_lose_and_double_nothing(
    estate: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.queues.HIDDEN_SECONDS", 20)
    estate.deliver(*range(40))
    for number in range(0, 40, 4):
        estate.tell(from_s3(LOG_KEY.format(number)))
    faults: list[BaseException] = []

    def run(work: Callable[[Lake], object]) -> None:
        try:
            work(open_lake(tmp_path / "lake"))
        except BaseException as error:  # noqa: BLE001 - the test fails on it below
            faults.append(error)

    works: list[Callable[[Lake], object]] = [
        lambda lake: estate.drain(lake, 5),
        lambda lake: estate.drain(lake, 5),
        lambda lake: ingest(lake, ["s3://trail/"], processes=1),
    ]
    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not faults
    # On a busy machine an answer of the queue can get lost; its messages come again.
    for _ in range(5):
        if sum(estate.messages_left()):
            wait_until(lambda: estate.messages_left()[1] == 0)
            estate.drain()
    assert event_ids(estate.lake) == ids(*range(40))
    assert estate.messages_left() == (0, 0)
    found = rows(estate.lake, "source_objects", "records_read, events_written, duplicates")
    assert sum(row["events_written"] for row in found) == 40
    assert all(row["records_read"] == row["events_written"] + row["duplicates"] for row in found)


def test_what_an_ingest_brings_while_a_batch_is_read_is_not_there_twice(
    estate: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate.deliver(1)
    estate.s3.put_object(Bucket="trail", Key="sessions/daily.csv", Body=REPORT)
    estate.tell(from_s3("sessions/daily.csv"))
    commit = Batch.commit

    def commit_as_second(batch: Batch) -> object:
        monkeypatch.setattr(Batch, "commit", commit)
        ingest(open_lake(tmp_path / "lake"), ["s3://trail/"], processes=1)
        return commit(batch)

    monkeypatch.setattr(Batch, "commit", commit_as_second)
    [batch] = estate.drain()
    assert (batch.deleted, batch.summary.events_written, batch.summary.balances) == (2, 0, True)
    assert counts(estate.lake) == {
        "events": 1,
        "rejected_records": 0,
        "streaming_session_evidence": 1,
        "resource_history": 0,
        "source_objects": 2,
    }


def wait_until(is_so: Callable[[], bool]) -> None:
    """Come back once it is so."""
    pause = Event()
    for _ in range(600):
        if is_so():
            return
        pause.wait(0.1)
    pytest.fail("it never came to be so")

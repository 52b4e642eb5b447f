"""Small log files with what makes exactly-once hard, in a folder or a bucket, and what they hold.

Events that stand in several files and twice in one, a session report, an answer of the AWS CLI, a
file that ends early, and one of records that can't be taken.
"""

import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tests.ingest.log_files import log_file, record
from tests.ingest.queue_messages import from_cloudtrail, from_eventbridge, from_s3, in_sns

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

ACCOUNT = "123456789012"
FLEETS = {
    "Fleets": [
        {
            "Name": "fleet",
            "Arn": "arn:aws:appstream:eu-central-1:123456789012:fleet/f",
            "IamRoleArn": "arn:aws:iam::123456789012:role/fleet-role",
            "State": "RUNNING",
        }
    ]
}
FORMS = (
    lambda key, bucket: from_s3(key, bucket=bucket),
    lambda key, bucket: in_sns(from_s3(key, bucket=bucket)),
    lambda key, bucket: in_sns(from_cloudtrail(key, bucket=bucket)),
    from_eventbridge,
)


class Place(Protocol):
    """Where files are put."""

    @property
    def location(self) -> str:
        """Return the place as `ingest` takes it."""

    def put(self, name: str, content: bytes) -> None:
        """Put a file."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder; nothing is told of what is put there."""

    location: str

    def put(self, name: str, content: bytes) -> None:
        """Put a file, whole at once."""
        path = Path(self.location) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket with a queue that is told of each file, sometimes twice, in any of the forms."""

    s3: "S3Client"
    sqs: "SQSClient"
    name: str
    url: str
    chance: random.Random

    @classmethod
    def made(cls, s3: "S3Client", sqs: "SQSClient", name: str, chance: random.Random) -> "Bucket":
        """Make a bucket and a queue of this name."""
        s3.create_bucket(
            Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        return cls(s3, sqs, name, sqs.create_queue(QueueName=name)["QueueUrl"], chance)

    @property
    def location(self) -> str:
        """Return the bucket as `ingest` takes it."""
        return f"s3://{self.name}/"

    def put(self, name: str, content: bytes) -> None:
        """Put a file and tell the queue."""
        self.s3.put_object(Bucket=self.name, Key=name, Body=content)
        for _ in range(self.chance.choice((1, 1, 1, 2))):
            message = self.chance.choice(FORMS)(name, self.name)
            self.sqs.send_message(QueueUrl=self.url, MessageBody=message)

    def left(self) -> int:
        """Return how many messages are in the queue, hidden or not."""
        answer = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])
        found = answer["Attributes"]
        return int(found["ApproximateNumberOfMessages"]) + int(
            found["ApproximateNumberOfMessagesNotVisible"]
        )


@dataclass(slots=True)
class Trail:
    """Puts files and keeps count of what a lake should have of them."""

    place: Place
    chance: random.Random
    objects: int = 0
    reports: int = 0
    event_ids: set[str] = field(default_factory=set)

    def deliver(self, files: int) -> None:
        """Put some files of any kind."""
        for _ in range(files):
            self.objects += 1
            kind = self.chance.random()
            if kind < 0.7:
                self._put_log(log_file(*self._records()))
            elif kind < 0.8:
                self._put_report()
            elif kind < 0.86:
                self.place.put(
                    f"inventory/{ACCOUNT}/eu-central-1/{self.objects}/describe-fleets.json",
                    json.dumps(FLEETS).encode(),
                )
            elif kind < 0.93:
                # What ends early brings nothing.
                self._put_log(log_file(record(-self.objects))[:60])
            else:
                self._put_log(log_file("no record", 5, *self._records()))

    def _records(self) -> list[dict[str, object]]:
        """Return records of two days; some were delivered before, some are there twice."""
        numbers = [len(self.event_ids) + step for step in range(self.chance.randint(1, 4))]
        known = sorted(self.event_ids)
        again = [int(self.chance.choice(known).partition("-")[2]) for _ in range(2) if known]
        self.event_ids |= {f"event-{number}" for number in numbers}
        numbers += self.chance.sample([*again, numbers[0]], 1)
        return [
            record(
                number,
                eventTime=f"2026-09-1{4 + number % 2}T08:12:{number % 60:02d}Z",
                eventName=("GetObject", "PutObject")[number % 3 == 0],
            )
            for number in numbers
        ]

    def _put_log(self, content: bytes) -> None:
        day = 14 + self.objects % 2
        self.place.put(
            f"AWSLogs/{ACCOUNT}/CloudTrail/eu-central-1/2026/09/{day}/"
            f"{ACCOUNT}_CloudTrail_eu-central-1_202609{day}T0815Z_{self.objects}.json.gz",
            content,
        )

    def _put_report(self) -> None:
        self.reports += 1
        self.place.put(
            f"sessions/daily-session-report-{self.objects}.csv",
            b"user_session_id,aws_account_id,region,session_start_time,session_end_time,user_id\n"
            b"s-%d,123456789012,eu-central-1,2026-09-14T08:00:00Z,2026-09-14T09:00:00Z,hoge\n"
            % self.objects,
        )

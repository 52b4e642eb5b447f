"""Minutes or hours of `roletrail follow` with all that goes on beside it, and what comes of it.

    python benchmarks/soak.py [--minutes 30] [--files-per-second 1] [--followers 2]

A made-up estate's log files and session reports are put into a bucket one by one, and a queue is
told of each in the four forms that AWS has, of some twice. Followers take them in and maintain the
lake every three minutes. Beside them a reader asks questions every few seconds, attribution runs
every five minutes, and a maintenance that forgets and deletes what is two minutes old as often.
At the end, the lake must hold each event that was put, once. Bucket and queue are moto's, in a
process of its own. Prints a line per minute (memory is resident, Linux only) and the result as
Markdown; ends with status 1 if an event or object is missing or there twice, or a reader failed.
"""

import argparse
import contextlib
import gzip
import itertools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import boto3

from analysis import open_answers
from lake import maintenance, open_lake
from lake.file_replacement import current_files
from tests.estate import EstateOptions, build_estate, write_estate
from tests.ingest.queue_messages import from_cloudtrail, from_eventbridge, from_s3, in_sns

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

BUCKET = "trail"
TOLD_TWICE = 20  # one message in so many is sent again
FOLLOW = ("--batch-seconds", "10", "--maintain-every", "3")
READ_EVERY = 5  # seconds, after the answers of the last time
ATTRIBUTE_EVERY = 300
MAINTAIN_EVERY = 300
OLD = timedelta(minutes=2)
DRAINED_WITHIN = 600  # seconds after the last message
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
QUESTIONS = (
    "select event_name, count(*) from attributed_events group by all order by all limit 10",
    "select user_id, sum(event_count) from session_activity group by all order by all",
    "select * from attributed_events order by event_time desc limit 20",
)
# Zero, whatever the moment: an event there twice; ledger and events that disagree about an object.
TWICE = "select count(*) - count(distinct (recipient_account_id, event_id)) from events"
UNBALANCED = """
select count(*) from (
    select source_object_id, sum(events_written) as written from source_objects
    where starts_with(kind, 'cloudtrail') group by all
) as ledger
full join (select source_object_id, count(*) as found from events group by all) as events
    using (source_object_id)
where written is distinct from found and (written, found) is distinct from (0, null)
"""


# ── what is put ──────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Put:
    """What the producer has put so far; an event's key is its account and id."""

    objects: int = 0
    messages: int = 0
    records: int = 0
    events: set[tuple[str, str]] = field(default_factory=set)


class Producer:
    """Puts an estate's files into the bucket, a given number each second, and tells the queue."""

    def __init__(self, folder: Path, files_per_second: float, minutes: float) -> None:
        self.s3: S3Client = boto3.client("s3")
        self.sqs: SQSClient = boto3.client("sqs")
        where = {"LocationConstraint": "eu-central-1"}
        self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)  # type: ignore[arg-type]  # a region is text here
        self.url = self.sqs.create_queue(QueueName="trail")["QueueUrl"]
        wanted = int(files_per_second * minutes * 60)
        self.pause = 1 / files_per_second
        self.put = Put()
        days = max(1, wanted // 150)
        options = EstateOptions(
            days=days,
            people=60,
            streaming_sessions=60 * days,
            delivery_minutes=10,
        )
        write_estate(build_estate(options), folder)
        found = [path for path in sorted(folder.rglob("*")) if path.suffix in {".gz", ".csv"}]
        # By time, as AWS delivers: the name of each carries it.
        found.sort(key=lambda path: path.name.rpartition("_")[0][-15:])
        self.files = iter(found[:wanted])
        self.folder = folder

    def step(self) -> bool:
        """Put one file; return False if there is none left."""
        path = next(self.files, None)
        if path is None:
            return False
        key = path.relative_to(self.folder).as_posix()
        content = path.read_bytes()
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=content)
        if path.suffix == ".gz":
            records = json.loads(gzip.decompress(content))["Records"]
            self.put.records += len(records)
            self.put.events |= {(one["recipientAccountId"], one["eventID"]) for one in records}
        forms = (
            from_s3(key),
            in_sns(from_s3(key)),
            in_sns(from_cloudtrail(key)),
            from_eventbridge(key),
        )
        message = forms[self.put.objects % len(forms)]
        self.put.objects += 1
        for _ in range(2 if self.put.objects % TOLD_TWICE == 0 else 1):
            self.sqs.send_message(QueueUrl=self.url, MessageBody=message)
            self.put.messages += 1
        return True

    def left(self) -> int:
        """Return how many messages are in the queue, hidden or not."""
        answer = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])
        found = answer["Attributes"]
        return int(found["ApproximateNumberOfMessages"]) + int(
            found["ApproximateNumberOfMessagesNotVisible"]
        )


# ── what goes on beside it, each in a process of its own ─────────────────────────────────────


def read_on_and_on(lake: str) -> None:
    """Ask until a line comes on standard input; print how often and what went wrong, as JSON."""
    rounds, errors, slowest = 0, [], 0.0
    while not select.select([sys.stdin], [], [], READ_EVERY)[0]:
        started = time.monotonic()
        try:
            answers = open_answers(lake)
            for question in QUESTIONS:
                answers.sql(question).fetchall()
            errors += [
                f"{wrong} where 0 should be: {' '.join(check.split())[:60]}"
                for check in (TWICE, UNBALANCED)
                for ((wrong,),) in [answers.sql(check).fetchall()]
                if wrong
            ]
        except Exception as error:  # noqa: BLE001 - whatever a reader meets is what is measured
            errors.append(f"{type(error).__name__}: {error}"[:300])
        rounds += 1
        slowest = max(slowest, time.monotonic() - started)
    print(json.dumps({"rounds": rounds, "errors": errors, "slowest": round(slowest, 1)}))


def maintain_soon(lake: str) -> None:
    """Maintain the lake as if two minutes were a day."""
    maintenance.GARBAGE_AGE = OLD
    done = maintenance.maintain(open_lake(lake), snapshots_kept=OLD)
    expired = sum(done.snapshots_expired.values())
    print(json.dumps({"expired": expired, "deleted": sum(one.files for one in done.garbage)}))


class Repeated:
    """A command that is started again and again, one run at a time."""

    def __init__(self, command: list[str], every: float) -> None:
        self.command = command
        self.every = every
        self.due = time.monotonic() + every
        self.running: subprocess.Popen[str] | None = None
        self.said: list[str] = []
        self.faults: list[str] = []

    def see_to_it(self) -> None:
        """Start it if it is due, and keep what one that has ended has said."""
        if self.running is not None and self.running.poll() is not None:
            self.finish()
        if self.running is None and time.monotonic() >= self.due:
            self.due = time.monotonic() + self.every
            self.running = started(self.command, subprocess.PIPE)

    def finish(self) -> None:
        """Wait for the one that is running."""
        if self.running is not None:
            said, faults = self.running.communicate()
            self.said.append(said)
            if self.running.returncode:
                self.faults.append((faults.splitlines() or ["no word"])[-1])
            self.running = None


def started(command: list[str], errors: int | TextIO | None) -> subprocess.Popen[str]:
    """Start a program of ours."""
    return subprocess.Popen(
        [sys.executable, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )


# ── watching ─────────────────────────────────────────────────────────────────────────────────


def resident_bytes(process: int) -> int:
    """Return a process's memory; 0 where there is no /proc."""
    try:
        text = Path(f"/proc/{process}/statm").read_text()
    except OSError:
        return 0
    return int(text.split()[1]) * os.sysconf("SC_PAGE_SIZE")


def state_of(lake: str) -> str:
    """Return events, files and snapshots of the table `events`, as cells."""
    table = open_lake(lake).table("events")
    files = current_files(table)
    return f"{sum(file.record_count for file in files):,} | {len(files)} | {len(table.snapshots())}"


@contextlib.contextmanager
def aws(folder: Path) -> Iterator[None]:
    """Let this process and its children call a moto server."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    os.environ.update(ENVIRONMENT, AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}")
    with (folder / "moto.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-p", str(port)], stdout=log, stderr=log
        )
        try:
            while True:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.1)
            yield
        finally:
            server.kill()
            server.wait()


def soak(folder: Path, arguments: argparse.Namespace) -> bool:
    """Do it all, print the table, and return whether nothing was lost or double."""
    lake = str(folder / "lake")
    producer = Producer(folder / "estate", arguments.files_per_second, arguments.minutes)
    open_lake(lake, create=True)
    follow = ["-m", "roletrail", "follow", "--queue", producer.url, "--lake", lake, *FOLLOW]
    log = (folder / "followers.log").open("w")
    followers = [started(follow, log) for _ in range(arguments.followers)]
    reader = started([__file__, "--read", lake], None)
    attribution = Repeated(["-m", "roletrail", "attribute", "--lake", lake], ATTRIBUTE_EVERY)
    upkeep = Repeated([__file__, "--maintain", lake], MAINTAIN_EVERY)
    print("| minute | memory of followers, MB | messages waiting | events | files | snapshots |")
    print("|---|---|---|---|---|---|")
    start = time.monotonic()
    put_at = next_minute = start
    minutes = itertools.count()
    is_more, given_up = True, float("inf")
    while is_more or (producer.left() and time.monotonic() < given_up):
        if is_more and time.monotonic() >= put_at:
            put_at = max(put_at + producer.pause, time.monotonic() - 5)
            is_more = producer.step()
            given_up = time.monotonic() + DRAINED_WITHIN
        if time.monotonic() >= next_minute:
            next_minute += 60
            memory = ", ".join(f"{resident_bytes(one.pid) / 1e6:.0f}" for one in followers)
            print(
                f"| {next(minutes)} | {memory} | {producer.left()} | {state_of(lake)} |", flush=True
            )
        for repeated in (attribution, upkeep):
            repeated.see_to_it()
        time.sleep(0.05 if is_more else 1)
    for repeated in (attribution, upkeep):
        repeated.finish()
    for follower in followers:
        follower.send_signal(signal.SIGTERM)
    statuses = [follower.wait(timeout=120) for follower in followers]
    said, _ = reader.communicate("stop\n")
    return report(lake, producer, (statuses, json.loads(said)), (attribution, upkeep), folder)


def report(
    lake: str,
    producer: Producer,
    ended: tuple[list[int], dict[str, Any]],
    beside: tuple[Repeated, Repeated],
    folder: Path,
) -> bool:
    """Print what came of it, and return whether all is as it should be."""
    statuses, reading = ended
    attribution, upkeep = beside
    answers = open_answers(lake)
    events, objects, duplicates = answers.sql(
        "select (select count(*) from events), count(distinct uri), sum(duplicates) "
        "from source_objects"
    ).fetchall()[0]
    found = answers.sql("select recipient_account_id, event_id from events").fetchall()
    is_same = len(found) == len(set(found)) and set(found) == producer.put.events
    upkeeps = [json.loads(said) for said in upkeep.said if said.startswith("{")]
    lines = (folder / "followers.log").read_text().splitlines()
    complaints = [line for line in lines if "warning" in line or "error" in line]
    wrong = [
        *(() if is_same else ("events in are not events out",)),
        *(() if objects == producer.put.objects else ("objects in are not objects out",)),
        *(() if producer.left() == 0 else ("messages are left",)),
        *(() if set(statuses) == {0} else (f"followers ended with {statuses}",)),
        *attribution.faults,
        *upkeep.faults,
        *complaints,
        *reading["errors"],
    ]
    print(f"""
| | |
|---|---|
| objects put / in the ledger | {producer.put.objects:,} / {objects:,} |
| messages sent / left | {producer.put.messages:,} / {producer.left()} |
| records put | {producer.put.records:,} |
| events in / out | {len(producer.put.events):,} / {events:,} |
| duplicates counted | {duplicates:,} |
| batches of followers | {sum("done;" in line for line in lines):,} |
| maintenance by followers | {sum(line.startswith("maintenance:") for line in lines)} |
| maintenance beside them | {len(upkeeps)}, {sum(one["expired"] for one in upkeeps):,} snapshots \
and {sum(one["deleted"] for one in upkeeps):,} files gone |
| attributions | {len(attribution.said)} |
| rounds of the reader | {reading["rounds"]:,}, the slowest {reading["slowest"]} s |
| errors of readers | {len(reading["errors"])} |
| anything wrong | {len(wrong)} |
""")
    for line in wrong[:20]:
        print(f"wrong: {line}")
    return not wrong


def main() -> None:
    """Run the soak, or one of the processes beside it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--files-per-second", type=float, default=1)
    parser.add_argument("--followers", type=int, default=2)
    parser.add_argument("--read", help=argparse.SUPPRESS)
    parser.add_argument("--maintain", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.read:
        read_on_and_on(arguments.read)
    elif arguments.maintain:
        maintain_soon(arguments.maintain)
    else:
        with tempfile.TemporaryDirectory(prefix="roletrail-soak-") as name, aws(Path(name)):
            is_well = soak(Path(name), arguments)
        sys.exit(0 if is_well else 1)


if __name__ == "__main__":
    main()

"""A queue of SQS: messages received, kept hidden from other receivers, and deleted."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from ingest.errors import IngestError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MOST_MESSAGES = 10  # that SQS takes or gives at a time
HIDDEN_SECONDS = 300  # how long a message stays hidden after it was received, or kept
DEFAULT_REGION = "us-east-1"
ATTEMPTS = 8  # some two minutes in all, each pause longer than the one before
_URL = re.compile(r"https?://[^/\s]+/[^/\s]+/[^/\s]+")
_REGION = re.compile(r"https://(?:sqs|queue)\.([a-z0-9-]+)\.amazonaws\.com")
REFUSALS = {
    "AWS.SimpleQueueService.NonExistentQueue": "there is no queue {url}. Check its URL and region",
    "QueueDoesNotExist": "there is no queue {url}. Check its URL and region",
    "AccessDenied": (
        "{url} may not be used: {said}. It takes sqs:ReceiveMessage, sqs:DeleteMessage and "
        "sqs:ChangeMessageVisibility"
    ),
    "ExpiredToken": "AWS refuses the credentials for {url}: {said}. Sign in again",
    "InvalidClientTokenId": "AWS refuses the credentials for {url}: {said}. Sign in again",
}


@dataclass(frozen=True, slots=True)
class Message:
    """A message as received; `receipt` is what it is deleted by."""

    message_id: str
    receipt: str
    body: str


class Queue:
    """A queue. Raises IngestError, wherever it asks AWS, if it can't be used."""

    def __init__(self, url: str) -> None:
        if not _URL.fullmatch(url):
            raise IngestError(
                f"{url} is no queue's URL. It is https://sqs.REGION.amazonaws.com/ACCOUNT/NAME"
            )
        self.url = url
        self._held: dict[str, Message] = {}  # by receipt
        self._lock = Lock()
        with self._refusals():
            self._client = _client_for(url)

    def receive(self, wait_seconds: int) -> list[Message]:
        """Return messages that arrive within this time, and keep them hidden from others."""
        with self._refusals():
            answer = self._client.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=MOST_MESSAGES,
                WaitTimeSeconds=wait_seconds,
                VisibilityTimeout=HIDDEN_SECONDS,
            )
        received = [
            Message(message["MessageId"], message["ReceiptHandle"], message["Body"])
            for message in answer.get("Messages", [])
        ]
        with self._lock:
            self._held |= {message.receipt: message for message in received}
        return received

    def delete(self, messages: Sequence[Message]) -> None:
        """Delete messages that are done with.

        One that can't be deleted is none the worse for it: it comes again.
        """
        self.let_go(messages)
        with self._refusals():
            for some in _tens(messages):
                self._client.delete_message_batch(
                    QueueUrl=self.url,
                    Entries=[
                        {"Id": str(number), "ReceiptHandle": message.receipt}
                        for number, message in enumerate(some)
                    ],
                )

    def let_go(self, messages: Sequence[Message]) -> None:
        """Keep messages hidden no longer; others receive them when their time is up."""
        with self._lock:
            for message in messages:
                self._held.pop(message.receipt, None)

    @contextlib.contextmanager
    def hiding(self) -> Iterator[None]:
        """Keep what was received hidden for as long as this block works on it."""
        is_over = Event()
        thread = Thread(target=self._hide_until, args=(is_over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()

    def _hide_until(self, is_over: Event) -> None:
        while not is_over.wait(HIDDEN_SECONDS / 3):
            with self._lock:
                held = list(self._held.values())
            # One that can't be hidden goes to somebody else, and the ledger sees to the rest.
            with contextlib.suppress(IngestError), self._refusals():
                self._hide(held)

    def _hide(self, messages: Sequence[Message]) -> None:
        for some in _tens(messages):
            self._client.change_message_visibility_batch(
                QueueUrl=self.url,
                Entries=[
                    {
                        "Id": str(number),
                        "ReceiptHandle": message.receipt,
                        "VisibilityTimeout": HIDDEN_SECONDS,
                    }
                    for number, message in enumerate(some)
                ],
            )

    @contextlib.contextmanager
    def _refusals(self) -> Iterator[None]:
        """Turn what boto3 raises into one line that says what to do."""
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
            NoCredentialsError,
            PartialCredentialsError,
        )

        try:
            yield
        except (NoCredentialsError, PartialCredentialsError) as error:
            message = (
                "no AWS credentials. Run `aws configure` or `aws sso login`, or set AWS_PROFILE"
            )
            raise IngestError(message) from error
        except BotoCoreError as error:
            message = f"can't reach {self.url}: {' '.join(str(error).split())}"
            raise IngestError(message) from error
        except ClientError as error:
            code = error.response["Error"].get("Code", "")
            said = error.response["Error"].get("Message", "")
            refusal = REFUSALS.get(code, "{url} can't be used: {code}, {said}")
            raise IngestError(refusal.format(url=self.url, code=code, said=said)) from error


def _client_for(url: str) -> "SQSClient":
    import boto3
    from botocore.config import Config

    aws = boto3.session.Session()
    found = _REGION.match(url)
    return aws.client(
        "sqs",
        region_name=found[1] if found else aws.region_name or DEFAULT_REGION,
        config=Config(retries={"mode": "standard", "total_max_attempts": ATTEMPTS}),
    )


def _tens(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    for start in range(0, len(messages), MOST_MESSAGES):
        yield messages[start : start + MOST_MESSAGES]

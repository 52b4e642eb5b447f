"""A queue: what is received stays hidden while it is worked on, and what is wrong is said."""

from collections.abc import Sequence
from threading import Event
from typing import TYPE_CHECKING
from unittest.mock import ANY

import boto3
import pytest
from botocore.exceptions import ClientError

from ingest import IngestError
from ingest.queues import Message, Queue

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

pytestmark = pytest.mark.usefixtures("s3")
LATE = 60  # seconds


@pytest.fixture
def sqs() -> "SQSClient":
    """Return a client of the queues' server."""
    return boto3.client("sqs")


@pytest.fixture
def url(sqs: "SQSClient") -> str:
    """Return the URL of an empty queue."""
    return sqs.create_queue(QueueName="trail")["QueueUrl"]


def test_messages_are_received_and_deleted_by_the_ten(sqs: "SQSClient", url: str) -> None:
    for number in range(23):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))
    queue = Queue(url)
    received = [message for _ in range(3) for message in queue.receive(0)]
    assert sorted(int(message.body) for message in received) == list(range(23))
    assert queue.receive(0) == []
    queue.delete(received)
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["ApproximateNumberOfMessagesNotVisible"] == "0"


def test_messages_stay_hidden_while_they_are_worked_on(
    sqs: "SQSClient", url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.queues.HIDDEN_SECONDS", 2)
    sqs.send_message(QueueUrl=url, MessageBody="x")
    queue, other = Queue(url), Queue(url)
    hidden = Event()
    hide = queue._hide

    def hide_and_tell(messages: Sequence[Message]) -> None:
        hide(messages)
        if messages:
            hidden.set()

    monkeypatch.setattr(queue, "_hide", hide_and_tell)
    with queue.hiding():
        [message] = queue.receive(0)
        for _ in range(5):
            hidden.clear()
            assert hidden.wait(LATE)
            assert other.receive(0) == []
        queue.let_go([message])
        assert other.receive(20) == [Message(message.message_id, ANY, "x")]


# ── what is wrong ────────────────────────────────────────────────────────────────────────────


def refusal(url: str) -> str:
    """Return what the user is told about this queue."""
    with pytest.raises(IngestError) as caught:
        Queue(url).receive(0)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_queue_that_is_not_there(url: str) -> None:
    assert refusal(f"{url}-x") == f"there is no queue {url}-x. Check its URL and region"


@pytest.mark.parametrize("name", ["our-trail", "arn:aws:sqs:eu-central-1:123456789012:our-trail"])
def test_what_is_no_url_of_a_queue(name: str) -> None:
    assert refusal(name) == (
        f"{name} is no queue's URL. It is https://sqs.REGION.amazonaws.com/ACCOUNT/NAME"
    )


def test_no_credentials(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert refusal(url) == (
        "no AWS credentials. Run `aws configure` or `aws sso login`, or set AWS_PROFILE"
    )


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "AccessDenied",
            (
                "{} may not be used: why. It takes sqs:ReceiveMessage, sqs:DeleteMessage and "
                "sqs:ChangeMessageVisibility"
            ),
        ),
        ("ExpiredToken", "AWS refuses the credentials for {}: why. Sign in again"),
        ("Throttled", "{} can't be used: Throttled, why"),
    ],
)
def test_a_refusal_of_aws(
    url: str, monkeypatch: pytest.MonkeyPatch, code: str, message: str
) -> None:
    def refuse(*_: object, **__: object) -> object:
        raise ClientError({"Error": {"Code": code, "Message": "why"}}, "ReceiveMessage")

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", refuse)
    assert refusal(url) == message.format(url)


def test_an_endpoint_that_does_not_answer(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.queues.ATTEMPTS", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert refusal(url).startswith(f"can't reach {url}: ")


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://sqs.eu-west-3.amazonaws.com/123456789012/trail", "eu-west-3"),
        ("https://sqs.cn-north-1.amazonaws.com.cn/123456789012/trail", "cn-north-1"),
        ("http://localhost:4566/123456789012/trail", "eu-central-1"),
    ],
)
def test_the_region_is_that_of_the_queue(url: str, region: str) -> None:
    assert Queue(url)._client.meta.region_name == region

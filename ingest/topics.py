"""Messages to a topic of SNS, from where they reach mailboxes, queues and phones."""

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ingest.errors import IngestError

LONGEST_SUBJECT = 99  # SNS takes fewer than 100 characters of ASCII
ARN_PARTS = 6


def publish(topic_arn: str, subject: str, text: str) -> None:
    """Publish a message, in the region of the topic, with the credentials that AWS's tools find.

    It takes sns:Publish. Raises IngestError, in one line, if SNS doesn't take it.
    """
    parts = topic_arn.split(":")
    if len(parts) != ARN_PARTS or parts[2] != "sns":
        message = f"{topic_arn} is no topic. Write arn:aws:sns:eu-central-1:123456789012:findings"
        raise IngestError(message)
    try:
        boto3.client("sns", region_name=parts[3]).publish(
            TopicArn=topic_arn,
            Subject=subject.encode("ascii", "replace").decode()[:LONGEST_SUBJECT],
            Message=text,
        )
    except (BotoCoreError, ClientError) as error:
        said = " ".join(str(error).split())
        raise IngestError(f"can't publish to {topic_arn}: {said}. It takes sns:Publish") from error

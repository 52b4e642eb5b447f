"""Messages as AWS puts them into a queue when an object was written."""

import json
from urllib.parse import quote_plus

TEST_EVENT = json.dumps(
    {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "trail", "RequestId": "R"}
)


def from_s3(*keys: str, bucket: str = "trail", name: str = "ObjectCreated:Put") -> str:
    """Return what S3 sends, with the keys URL-encoded."""
    return json.dumps(
        {
            "Records": [
                {
                    "eventVersion": "2.1",
                    "eventSource": "aws:s3",
                    "awsRegion": "eu-central-1",
                    "eventTime": "2026-09-14T08:20:00.000Z",
                    "eventName": name,
                    "s3": {
                        "s3SchemaVersion": "1.0",
                        "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
                        "object": {"key": quote_plus(key, safe="/"), "size": 1, "eTag": "e"},
                    },
                }
                for key in keys
            ]
        }
    )


def from_cloudtrail(*keys: str, bucket: str = "trail") -> str:
    """Return what CloudTrail sends to SNS."""
    return json.dumps({"s3Bucket": bucket, "s3ObjectKey": keys})


def from_eventbridge(key: str, bucket: str = "trail", detail_type: str = "Object Created") -> str:
    """Return what EventBridge sends of S3, with the key as it is."""
    return json.dumps(
        {
            "version": "0",
            "source": "aws.s3",
            "detail-type": detail_type,
            "detail": {"bucket": {"name": bucket}, "object": {"key": key, "size": 1}},
        }
    )


def in_sns(message: str, kind: str = "Notification") -> str:
    """Return the message as SNS wraps it."""
    return json.dumps(
        {
            "Type": kind,
            "MessageId": "m",
            "TopicArn": "arn:aws:sns:eu-central-1:123456789012:trail",
            "Subject": "Amazon S3 Notification",
            "Message": message,
        }
    )

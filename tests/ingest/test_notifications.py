"""Messages of a queue: the objects they name, and why others are poison."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.notifications import Place, PoisonError, places_in
from tests.ingest.queue_messages import (
    TEST_EVENT,
    from_cloudtrail,
    from_eventbridge,
    from_s3,
    in_sns,
)

KEY = "AWSLogs/o-abc/1/ü b+c=d%41.json.gz"
PLACE = Place("trail", KEY)


@pytest.mark.parametrize(
    "body",
    [
        from_s3(KEY),
        from_s3(KEY, name="ObjectCreated:CompleteMultipartUpload"),
        in_sns(from_s3(KEY)),
        from_cloudtrail(KEY),
        in_sns(from_cloudtrail(KEY)),
        from_eventbridge(KEY),
        in_sns(from_eventbridge(KEY)),
    ],
)
def test_each_sender_names_the_object(body: str) -> None:
    assert places_in(body) == (PLACE,)


@pytest.mark.parametrize("send", [from_s3, from_cloudtrail])
def test_a_message_can_name_several_objects(send: object) -> None:
    assert callable(send)
    assert places_in(send("a", "b")) == (Place("trail", "a"), Place("trail", "b"))


def test_the_key_is_decoded_as_s3_encodes_it() -> None:
    notified = json.loads(from_s3("x"))
    notified["Records"][0]["s3"]["object"]["key"] = "my+logs/a%2Bb%25.json"
    assert places_in(json.dumps(notified)) == (Place("trail", "my logs/a+b%.json"),)


@pytest.mark.parametrize(
    "body",
    [
        TEST_EVENT,
        in_sns(TEST_EVENT),
        in_sns("CloudTrail validation message."),
        "CloudTrail validation message.",
        from_s3(KEY, name="ObjectRemoved:Delete"),
        from_eventbridge(KEY, detail_type="Object Deleted"),
        '{"Records": []}',
    ],
)
def test_a_test_or_a_removal_names_nothing_and_is_no_poison(body: str) -> None:
    assert places_in(body) == ()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "not JSON"),
        ("hello", "not JSON"),
        ('{"a":' * 100_000, "not JSON"),
        ("[]", "JSON, but not an object"),
        ("7", "JSON, but not an object"),
        ("{}", "no notification of S3, CloudTrail or EventBridge"),
        ('{"Records": 1}', "no notification of S3, CloudTrail or EventBridge"),
        ('{"Records": [{"eventID": "e"}]}', "Records that are not those of a notification of S3"),
        ('{"Records": ["x"]}', "Records that are not those of a notification of S3"),
        (from_s3("a").replace('"a"', '"%ff"'), "a key whose encoding isn't UTF-8"),
        (from_s3("a").replace('"a"', "1"), "Records that are not those of a notification of S3"),
        (from_s3(""), "what it names as key can't be one"),
        (from_s3("a" * 1025), "what it names as key can't be one"),
        (from_s3("a", bucket="a/../b"), "what it names as bucket can't be one"),
        (from_cloudtrail("a").replace('"trail"', "null"), "what it names as bucket can't be one"),
        (from_cloudtrail("a").replace('["a"]', "[1]"), "what it names as key can't be one"),
        ('{"s3Bucket": "b", "s3ObjectKey": "k"}', "no notification of S3, CloudTrail or Event"),
        (
            '{"source": "aws.s3", "detail-type": "Object Created", "detail": {}}',
            "an event of S3 that names no object",
        ),
        (in_sns("hello"), "not JSON"),
        (in_sns(in_sns(in_sns("{}"))), "an SNS message inside 2 others"),
        (in_sns("{}", "SubscriptionConfirmation"), "SNS asks to confirm the subscription"),
        (in_sns("{}", "Other"), "a message of SNS without a notification in it"),
    ],
)
def test_what_is_no_notification_is_poison_with_a_reason(body: str, reason: str) -> None:
    with pytest.raises(PoisonError) as caught:
        places_in(body)
    assert str(caught.value).startswith(reason)
    assert "\n" not in str(caught.value)


NAMES = st.sampled_from(
    [
        *("Records", "eventSource", "eventName", "s3", "bucket", "name", "object", "key"),
        *("s3Bucket", "s3ObjectKey", "Type", "TopicArn", "Message", "Event"),
        *("source", "detail-type", "detail"),
    ]
)
TEXTS = st.sampled_from(["aws:s3", "aws.s3", "Object Created", "Notification", "trail", "", "{}"])

json_values = st.recursive(
    st.none() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=15,
)


@given(json_values)
def test_any_message_is_understood_or_poison(message: object) -> None:
    try:
        places = places_in(json.dumps(message))
    except PoisonError:
        return
    assert all(place.bucket and place.key for place in places)

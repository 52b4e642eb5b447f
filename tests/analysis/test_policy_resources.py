"""From events to resources, and from what was seen to patterns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.policies.narrowing import Call, S3Object, resources_of
from analysis.policies.patterns import covers, expression, literal
from analysis.policies.prefixes import object_patterns
from tests.analysis.policy_cases import BUCKET, call, the


@pytest.mark.parametrize(
    ("name", "made", "resources"),
    [
        (
            "s3:GetObject",
            call("GetObject", bucketName="files", key="a/b"),
            {S3Object(BUCKET, "a/b")},
        ),
        ("s3:ListBucket", call("ListObjects", bucketName="files"), {BUCKET}),
        ("s3:DeleteObject", call("DeleteObjects", bucketName="files"), {f"{BUCKET}/*"}),
        (
            "s3:GetObject",
            call("CopyObject", bucketName="to", key="k", x__amz__copy__source="/files/a%20b"),
            {S3Object(BUCKET, "a b")},
        ),
        (
            "s3:PutObject",
            call("CopyObject", bucketName="files", key="k", x__amz__copy__source="from/x"),
            {S3Object(BUCKET, "k")},
        ),
        ("s3:GetObject", call("GetObject", bucketName="arn:aws:s3:eu:1:accesspoint/a"), set()),
        ("ec2:DescribeInstances", call("DescribeInstances"), set()),
        ("ec2:RunInstances", call("RunInstances", ("arn:aws:ec2:eu:1:instance/i-1",)), set()),
        (
            "sts:AssumeRole",
            call("AssumeRole", roleArn="arn:aws:iam::1:role/path/reader"),
            {"arn:aws:iam::1:role/path/reader"},
        ),
        (
            "secretsmanager:GetSecretValue",
            call("GetSecretValue", secretId="db"),
            {"arn:aws:secretsmanager:eu-central-1:123456789012:secret:db-??????"},
        ),
        (
            "glue:GetTable",
            call("GetTable", databaseName="sales", name="orders"),
            {
                "arn:aws:glue:eu-central-1:123456789012:catalog",
                "arn:aws:glue:eu-central-1:123456789012:database/sales",
                "arn:aws:glue:eu-central-1:123456789012:table/sales/orders",
            },
        ),
        ("glue:GetTable", call("GetTable"), set()),
        (
            "ssm:GetParameters",
            call("GetParameters", names=["/a/b", "c"]),
            {
                "arn:aws:ssm:eu-central-1:123456789012:parameter/a/b",
                "arn:aws:ssm:eu-central-1:123456789012:parameter/c",
            },
        ),
        (
            "dynamodb:Query",
            call(
                "Query",
                ("arn:aws:dynamodb:eu-central-1:123456789012:table/t",),
                tableName="t",
                indexName="i",
            ),
            {
                "arn:aws:dynamodb:eu-central-1:123456789012:table/t",
                "arn:aws:dynamodb:eu-central-1:123456789012:table/t/index/i",
            },
        ),
        (
            "sqs:SendMessage",
            call("SendMessage", queueUrl="https://sqs.eu-central-1.amazonaws.com/1/orders"),
            {"arn:aws:sqs:eu-central-1:123456789012:orders"},
        ),
        ("bedrock:InvokeModel", call("InvokeModel", modelId="eu.amazon.nova-lite-v1:0"), set()),
    ],
)
def test_a_call_shows_its_resources_or_nothing(
    name: str, made: Call, resources: set[object]
) -> None:
    assert resources_of(the(name), made) == resources


def test_a_wildcard_in_a_log_stays_a_letter() -> None:
    (arn,) = resources_of(the("lambda:InvokeFunction"), call("Invoke", functionName="*"))
    assert arn == "arn:aws:lambda:eu-central-1:123456789012:function:${*}"
    assert not covers(str(arn), "arn:aws:lambda:eu-central-1:123456789012:function:other")


@given(st.text(), st.text())
def test_a_literal_takes_in_itself_alone(text: str, other: str) -> None:
    pattern = expression(literal(text))
    assert pattern.fullmatch(text)
    assert bool(pattern.fullmatch(other)) is (text == other)


@pytest.mark.parametrize(
    ("keys", "patterns"),
    [
        ({"inbox/1.csv": 1, "inbox/2.csv": 1}, ["inbox/*"]),
        ({"setup/logon.ps1": 3}, ["setup/logon.ps1"]),
        ({"setup/logon.ps1": 2}, ["setup/*"]),
        ({"readme": 1, "inbox/1": 5}, ["inbox/1", "readme"]),
        ({f"users/{number}/a": 1 for number in range(11)}, ["users/*"]),
        ({f"{number}/a": 1 for number in range(11)}, ["*"]),
        ({"*/x": 1}, ["${*}/*"]),
    ],
)
def test_keys_become_folders_and_too_many_folders_become_fewer(
    keys: dict[str, int], patterns: list[str]
) -> None:
    assert object_patterns(keys) == patterns


KEYS = st.dictionaries(st.text(st.sampled_from("ab/*?$ü."), max_size=12), st.integers(1, 5))


@given(KEYS.filter(bool), st.integers(1, 4))
def test_patterns_take_in_every_key_and_are_not_too_many(keys: dict[str, int], most: int) -> None:
    patterns = object_patterns(keys, most)
    assert len(patterns) <= most
    for key in keys:
        assert any(expression(pattern).fullmatch(key) for pattern in patterns), (key, patterns)

"""From events to actions: the known differences of names, and what is unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.policies.actions import also_needed, corrections, needed_by, prefix_of
from analysis.policies.reference import action, arn_pattern, prefixes


@pytest.mark.parametrize(
    ("source", "event", "actions"),
    [
        ("s3", "ListBuckets", ["s3:ListAllMyBuckets"]),
        ("s3", "HeadObject", ["s3:GetObject"]),
        ("s3", "ListObjects", ["s3:ListBucket"]),
        ("s3", "ListObjectsV2", ["s3:ListBucket"]),
        ("s3", "HeadBucket", ["s3:ListBucket"]),
        ("s3", "GetBucketAcl", ["s3:GetBucketAcl"]),
        ("s3", "GetBucketEncryption", ["s3:GetEncryptionConfiguration"]),
        ("s3", "CreateMultipartUpload", ["s3:PutObject"]),
        ("s3", "UploadPart", ["s3:PutObject"]),
        ("s3", "CompleteMultipartUpload", ["s3:PutObject"]),
        ("s3", "AbortMultipartUpload", ["s3:AbortMultipartUpload"]),
        ("s3", "CopyObject", ["s3:GetObject", "s3:PutObject"]),
        ("s3", "DeleteObjects", ["s3:DeleteObject"]),
        ("lambda", "ListFunctions20150331", ["lambda:ListFunctions"]),
        ("lambda", "GetFunction20150331v2", ["lambda:GetFunction"]),
        ("lambda", "Invoke", ["lambda:InvokeFunction"]),
        ("cloudfront", "GetDistribution2020_05_31", ["cloudfront:GetDistribution"]),
        ("monitoring", "PutMetricData", ["cloudwatch:PutMetricData"]),
        ("tagging", "GetResources", ["tag:GetResources"]),
        ("rdsdata", "ExecuteStatement", ["rds-data:ExecuteStatement"]),
        ("streams.dynamodb", "GetRecords", ["dynamodb:GetRecords"]),
        ("ec2", "DescribeInstances", ["ec2:DescribeInstances"]),
        ("logs", "PutLogEvents", ["logs:PutLogEvents"]),
        ("dynamodb", "TransactGetItems", ["dynamodb:GetItem"]),
        ("kms", "ReEncrypt", ["kms:ReEncryptFrom", "kms:ReEncryptTo"]),
        ("bedrock", "Converse", ["bedrock:InvokeModel"]),
        ("sqs", "SendMessageBatch", ["sqs:SendMessage"]),
        ("apigateway", "CreateRestApi", ["apigateway:POST"]),
        ("sts", "AssumeRole", ["sts:AssumeRole"]),
        ("sts", "GetCallerIdentity", []),
        ("signin", "ConsoleLogin", []),
    ],
)
def test_an_event_needs_the_actions_that_iam_asks_for(
    source: str, event: str, actions: list[str]
) -> None:
    needed = needed_by(f"{source}.amazonaws.com", event)
    assert ([str(each) for each in needed.actions], needed.reason) == (actions, None)


@pytest.mark.parametrize(
    ("source", "event", "reason"),
    [
        ("s3.amazonaws.com", "NoSuchCall", "IAM has no action of this name"),
        ("nosuch.amazonaws.com", "GetObject", "IAM has no service of this name"),
        (None, None, "IAM has no service of this name"),
    ],
)
def test_what_is_unknown_says_why(source: str | None, event: str | None, reason: str) -> None:
    assert needed_by(source, event).reason == reason


@given(st.text(), st.text())
def test_every_event_either_has_actions_or_needs_none_or_says_why(source: str, event: str) -> None:
    needed = needed_by(source, event)
    assert not (needed.actions and needed.reason)


def test_each_correction_names_what_iam_has() -> None:
    table = corrections()
    assert set(table["prefixes"].values()) <= prefixes()
    for prefix, events in table["actions"].items():
        for names in events.values():
            assert all(action(prefix, name) for name in names), (prefix, names)
    for prefix, verbs in table["verbs"].items():
        assert all(action(prefix, verb) for verb in verbs.values()), prefix
    for rule in table["also"]:
        assert action(rule["prefix"], rule["action"]), rule


def test_each_form_makes_an_arn_of_its_type() -> None:
    for prefix, types in corrections()["arns"].items():
        for resource_type, forms in types.items():
            for form in forms:
                arn = form.replace("{partition}", "aws").replace("{account}", "123456789012")
                assert arn_pattern(prefix, resource_type).fullmatch(arn), form


def test_a_correction_is_needed_where_the_plain_name_is_no_action() -> None:
    same = {
        (prefix, event)
        for prefix, events in corrections()["actions"].items()
        for event, names in events.items()
        if names == [event]
    }
    assert not same


def test_parameters_can_need_an_action_more() -> None:
    also = also_needed("s3", "GetObject", {"versionId": "3", "key": "a"})
    assert [str(each) for each in also] == ["s3:GetObjectVersion"]
    assert not also_needed("s3", "GetObject", {"key": "a"})
    also = also_needed("sts", "AssumeRole", {"sourceIdentity": "hoge"})
    assert [str(each) for each in also] == ["sts:SetSourceIdentity"]


def test_a_source_without_correction_keeps_its_name() -> None:
    assert prefix_of("glue.amazonaws.com") == "glue"

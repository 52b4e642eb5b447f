"""Policies that are there, beside the one that is needed."""

import json
from typing import Any

import pytest

from analysis import AnalysisError
from analysis.policies.comparison import Comparison, compare, expanded, grants_in
from analysis.policies.statements import document
from tests.analysis.policy_cases import BUCKET, use

NEEDED = document(
    [use("s3:GetObject", f"{BUCKET}/a/*"), use("sts:AssumeRole", "arn:aws:iam::1:role/r")]
)


def compared(*statements: dict[str, Any]) -> Comparison:
    return compare(NEEDED, grants_in(json.dumps({"Statement": list(statements)}), "policy"))


def allow(**parts: object) -> dict[str, Any]:
    return {"Effect": "Allow", "Resource": "*"} | parts


def test_what_is_needed_compared_with_itself_has_no_differences() -> None:
    assert not compare(NEEDED, grants_in(json.dumps(NEEDED), "policy")).has_differences


def test_wildcards_are_spelled_out() -> None:
    found = compared(allow(Action=["S3:getobject*", "sts:AssumeRole"]))
    assert "s3:GetObjectAcl" in found.unused["s3"]
    assert "s3:GetObject" not in found.unused["s3"]
    assert not found.missing
    assert found.wider == {"s3:GetObject": ("*",), "sts:AssumeRole": ("*",)}


def test_not_action_grants_all_others() -> None:
    found = compared(allow(NotAction=["s3:*", "iam:*"]))
    assert found.missing == {"s3:GetObject": (f"{BUCKET}/a/*",)}
    assert "ec2" in found.unused
    assert not {"s3", "iam"} & found.unused.keys()


def test_resources_that_are_not_covered_are_missing() -> None:
    found = compared(allow(Action="*", Resource=[f"{BUCKET}/a/b/*"]))
    assert found.missing["s3:GetObject"] == (f"{BUCKET}/a/*",)
    found = compared(allow(Action="*", NotResource=[f"{BUCKET}/*"], Resource=None))
    assert list(found.missing) == ["s3:GetObject"]


def test_a_denial_takes_away() -> None:
    refusal = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    found = compared(allow(Action="*"), refusal)
    assert list(found.missing) == ["s3:GetObject"]
    assert "s3" not in found.unused


def test_a_pattern_of_no_action_is_named() -> None:
    assert compared(allow(Action=["s3:Nothing"])).unknown_patterns == ("s3:Nothing",)
    assert expanded("sts:getcalleridentity") == {"sts:GetCallerIdentity"}


@pytest.mark.parametrize("wrapping", ["PolicyDocument", "Document", "PolicyVersion"])
def test_answers_of_the_aws_cli_are_taken_as_they_are(wrapping: str) -> None:
    inner = {"Document": NEEDED} if wrapping == "PolicyVersion" else NEEDED
    grants = grants_in(json.dumps({"RoleName": "r", wrapping: inner}), "policy")
    assert not compare(NEEDED, grants).has_differences


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"Statement": [1]}', '{"Statement": [{}]}'])
def test_what_is_no_policy_is_an_error(text: str) -> None:
    with pytest.raises(AnalysisError, match="role\\.json is no policy"):
        grants_in(text, "role.json")

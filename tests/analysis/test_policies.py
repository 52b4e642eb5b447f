"""Statements, and the policies of the sample logs: what must always hold."""

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

import roletrail
from analysis import AnalysisError, Answers
from analysis.policies import LeastPrivilege
from analysis.policies.actions import needed_by
from analysis.policies.narrowing import S3Object, resources_of
from analysis.policies.observation import _call
from analysis.policies.statements import MOST_CHARACTERS, document, shortened, size, split
from tests.analysis.policy_cases import BUCKET, call, use

ROLES = ("appstream-trading-role", "appstream-shared-role", "test_appstream_role", "data-reader")


@pytest.fixture(scope="module")
def lake(sample_lake: Path) -> Answers:
    return roletrail.open(sample_lake)


def test_a_condition_stands_only_where_all_use_came_through_own_endpoints() -> None:
    own = use("ssm:GetParameter", "arn:aws:ssm:eu:1:parameter/a", endpoint_ids=("vpce-1",))
    assert document([own])["Statement"][0]["Condition"] == {
        "StringEquals": {"aws:SourceVpce": ["vpce-1"]}
    }
    own.is_elsewhere = True
    assert "Condition" not in document([own])["Statement"][0]


def test_what_a_service_called_has_no_endpoint_and_kms_names_the_service() -> None:
    decrypt = use("kms:Decrypt", "arn:aws:kms:eu:1:key/k", endpoint_ids=("vpce-1",))
    decrypt.services = {"s3.amazonaws.com"}
    assert document([decrypt])["Statement"][0]["Condition"] == {
        "StringLike": {"kms:ViaService": ["s3.*.amazonaws.com"]}
    }
    decrypt.services = {"an AWS service", None}
    assert "Condition" not in document([decrypt])["Statement"][0]


def test_an_encryption_context_of_a_service_tells_who_called() -> None:
    by_s3 = call("Decrypt", encryptionContext={"aws:s3:arn": BUCKET})
    assert by_s3.service == "an AWS service"
    assert call("Decrypt", encryptionContext={"tenant": "a"}).service is None


def test_too_large_a_policy_is_shortened_or_split_into_valid_ones() -> None:
    arns = [f"arn:aws:ssm:eu-central-1:123456789012:parameter/a{n}" for n in range(300)]
    keys = [S3Object(f"{BUCKET}-{n}", f"{k}/x") for n in range(20) for k in range(9)]
    uses = [use("ssm:GetParameter", *arns[:20]), use("s3:GetObject", *keys)]
    whole = document(uses)
    assert size(whole) > MOST_CHARACTERS
    assert size(shortened(uses)) <= MOST_CHARACTERS
    parts = split(whole)
    assert len(parts) > 1
    assert all(size(part) <= MOST_CHARACTERS for part in parts)
    granted = [name for part in parts for each in part["Statement"] for name in each["Resource"]]
    assert sorted(granted) == sorted(
        name for each in whole["Statement"] for name in each["Resource"]
    )
    many = document([use("ssm:GetParameter", *arns)])
    assert many["Statement"][0]["Resource"] == ["arn:aws:ssm:eu-central-1:123456789012:parameter/*"]


def allows(policy: Mapping[str, Any], name: str, arn: str, endpoint: str | None) -> bool:
    """Return whether IAM would allow this: written anew here, to check the policy from outside."""
    return any(
        name in each["Action"]
        and any(fnmatchcase(arn, pattern) for pattern in each["Resource"])
        and (
            "aws:SourceVpce" not in each.get("Condition", {}).get("StringEquals", {})
            or endpoint in each["Condition"]["StringEquals"]["aws:SourceVpce"]
        )
        for each in policy["Statement"]
    )


def events_of(lake: Answers, role: str) -> Iterator[dict[str, Any]]:
    query = """
        select * from attributed_events
        where ends_with(issuing_role_arn, $role) and event_category <> 'NetworkActivity'
    """
    yield from lake.sql(query, {"role": role}).to_arrow_table().to_pylist()


def asked_of(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each action and resource that an event asked for, by the sample's own knowledge."""
    for each in needed_by(row["event_source"], row["event_name"]).actions:
        found = resources_of(each, _call(row))
        for resource in found or {"*"}:
            if isinstance(resource, S3Object):
                yield str(each), f"{resource.bucket_arn}/{resource.key}"
            else:
                yield str(each), resource


@pytest.mark.parametrize("role", ROLES)
def test_every_call_that_was_allowed_is_allowed_by_the_policy(lake: Answers, role: str) -> None:
    policy = lake.policy(role).document
    rows = [row for row in events_of(lake, role) if row["result"] != "denied"]
    assert rows
    for row in rows:
        for name, arn in asked_of(row):
            assert allows(policy, name, arn, row["vpc_endpoint_id"]), (name, arn)


@pytest.mark.parametrize("role", ROLES[:3])
def test_what_was_denied_is_not_allowed(lake: Answers, role: str) -> None:
    policy = lake.policy(role).document
    denied = [row for row in events_of(lake, role) if row["result"] == "denied"]
    assert denied
    for row in denied:
        for name, arn in asked_of(row):
            assert not allows(policy, name, arn, row["vpc_endpoint_id"]), (name, arn)


def test_a_fleets_policy_has_nothing_of_appstream_itself(lake: Answers) -> None:
    found = lake.policy(fleet="trading-fleet")
    (other,) = found.observed.through_other_roles
    assert other.endswith("/AmazonAppStreamServiceAccess")
    assert found.observed.role_arns == ("arn:aws:iam::123456789012:role/appstream-trading-role",)


def policies_of_all_kinds(lake: Answers) -> Iterator[LeastPrivilege]:
    yield from (lake.policy(role, shorten=is_short) for role in ROLES for is_short in (False, True))
    yield lake.policy(fleet="trading-fleet")
    yield lake.policy(person="hoge")
    row = lake.sql(
        "select streaming_session_id from session_activity where user_id = 'hoge'"
        " group by all order by count(*) desc limit 1"
    ).fetchone()
    assert row is not None
    yield lake.policy(streaming_session=row[0])


def test_a_linter_has_nothing_against_any_policy(lake: Answers) -> None:
    for found in policies_of_all_kinds(lake):
        assert not complaints(found.document), (found.observed.subject, found.document)
        assert found.size <= MOST_CHARACTERS


def complaints(policy: Mapping[str, Any]) -> list[str]:
    """Return what the linter finds, but for models.

    AWS's reference lists every kind of model as required for a call of one, and the linter asks
    for all of them at once; a statement for one kind is what AWS's own examples show.
    """
    from parliament import analyze_policy_string

    return [
        f"{finding.issue} {finding.detail} {finding.location}"
        for finding in analyze_policy_string(json.dumps(policy)).findings
        if not (finding.issue == "RESOURCE_MISMATCH" and names_models(finding.detail))
    ]


def names_models(detail: object) -> bool:
    return isinstance(detail, list) and {each["action"] for each in detail} == {
        "bedrock:InvokeModel"
    }


def test_the_linter_can_complain() -> None:
    wrong = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Nothing"}]}
    assert complaints(wrong)


def test_a_name_of_no_role_and_two_subjects_are_errors(lake: Answers) -> None:
    with pytest.raises(AnalysisError, match="no role nobody has been used"):
        lake.policy("nobody")
    with pytest.raises(AnalysisError, match="name one of these"):
        lake.policy("a", fleet="b")
    with pytest.raises(AnalysisError, match="no calls of person nobody"):
        lake.policy(person="nobody")

"""What IAM grants a role now: its inline and attached policies, as JSON text."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from ingest.aws_places import AWS_ERRORS, DEFAULT_REGION, Place, Refusal, code_of, places, reason_of
from ingest.errors import IngestError

# What it takes, and no more; all of it only reads.
PERMISSIONS = (
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies",
)


@dataclass(frozen=True, slots=True)
class RolePolicies:
    """The policies of a role by name, JSON text each, and the ARN of its boundary if it has one."""

    role_arn: str
    policies: Mapping[str, str]
    boundary_arn: str | None


def role_policies(role_arns: tuple[str, ...], assume: str | None = None) -> list[RolePolicies]:
    """Return what IAM grants each of these roles, which are all of one account.

    `assume` is the ARN of a role to ask as, needed in another account than the caller's. Raises
    IngestError if there are no credentials, a role is of another account or isn't there any more,
    or AWS refuses.
    """
    region = boto3.session.Session().region_name or DEFAULT_REGION  # tells IAM's partition
    (place,) = places([assume] if assume else [], [region])
    if isinstance(place, Refusal):
        raise IngestError(str(place))
    return [_of_role(place, role_arn) for role_arn in role_arns]


def _of_role(place: Place, role_arn: str) -> RolePolicies:
    *_, account_id, path = ["", *role_arn.split(":")]
    if account_id != place.account_id:
        message = (
            f"{role_arn} is of another account than {place.account_id}, which was asked. "
            f"Name a role there: --role-arn arn:aws:iam::{account_id}:role/NAME"
        )
        raise IngestError(message)
    name = path.rpartition("/")[2]
    iam = place.client("iam")
    role = _asked(iam.get_role, "iam:GetRole", role_arn, RoleName=name)["Role"]
    return RolePolicies(
        role_arn,
        {**dict(_inline(iam, role_arn, name)), **dict(_attached(iam, role_arn, name))},
        role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
    )


def _inline(iam: Any, role_arn: str, name: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - boto3 makes clients at run time
    pages = iam.get_paginator("list_role_policies").paginate
    for page in _asked(_whole(pages), "iam:ListRolePolicies", role_arn, RoleName=name):
        for policy in page["PolicyNames"]:
            answer = _asked(
                iam.get_role_policy,
                "iam:GetRolePolicy",
                role_arn,
                RoleName=name,
                PolicyName=policy,
            )
            yield f"inline policy {policy} of {role_arn}", json.dumps(answer["PolicyDocument"])


def _attached(iam: Any, role_arn: str, name: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - as _inline
    pages = iam.get_paginator("list_attached_role_policies").paginate
    for page in _asked(_whole(pages), "iam:ListAttachedRolePolicies", role_arn, RoleName=name):
        for attached in page["AttachedPolicies"]:
            arn = attached["PolicyArn"]
            policy = _asked(iam.get_policy, "iam:GetPolicy", arn, PolicyArn=arn)["Policy"]
            answer = _asked(
                iam.get_policy_version,
                "iam:GetPolicyVersion",
                arn,
                PolicyArn=arn,
                VersionId=policy["DefaultVersionId"],
            )
            yield f"policy {arn}", json.dumps(answer["PolicyVersion"]["Document"])


def _whole(pages: Callable[..., Any]) -> Callable[..., list[Any]]:
    """Return what gives all pages at once, so that what goes wrong does so in one place."""

    def ask(**parameters: str) -> list[Any]:
        return list(pages(**parameters))

    return ask


def _asked(ask: Callable[..., Any], permission: str, what: str, **parameters: str) -> Any:  # noqa: ANN401 - as _inline
    """Return AWS's answer. Raises IngestError with what to do where it has none."""
    try:
        return ask(**parameters)
    except AWS_ERRORS as error:
        if code_of(error) == "NoSuchEntity":
            message = f"IAM has no {what} any more. Narrow the time, or compare with a saved policy"
            raise IngestError(message) from error
        raise IngestError(f"{what}: {reason_of(error, permission)}") from error

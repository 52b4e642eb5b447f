"""Accounts and regions whose APIs are asked, and what is said when AWS refuses to answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
)

from ingest.errors import IngestError

ROLE_SESSION_NAME = "roletrail-collect"
DEFAULT_REGION = "us-east-1"  # of STS, which answers alike everywhere
ATTEMPTS = 8  # at one call, with AWS's own growing pauses in between
DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "NotAuthorizedException", "UnauthorizedOperation"}
)
THROTTLED = frozenset(
    {"RequestLimitExceeded", "ThrottledException", "Throttling", "ThrottlingException"}
    | {"TooManyRequestsException"}
)
AWS_ERRORS = (BotoCoreError, ClientError)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that AWS didn't answer: where it was asked, what, and why not, in words."""

    where: str
    asked: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.asked}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Place:
    """A region of an account, and the credentials to ask there."""

    account_id: str
    region: str
    aws: boto3.session.Session = field(repr=False)

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes clients at run time
        """Return boto3's client of a service; it tries again when it is throttled."""
        retries: Any = {"mode": "standard", "total_max_attempts": ATTEMPTS}
        config = Config(connect_timeout=10, read_timeout=60, retries=retries)
        # The name isn't a literal, which boto3's types ask for.
        make: Any = self.aws.client
        return make(service, region_name=self.region, config=config)


def places(role_arns: Sequence[str], regions: Sequence[str]) -> Iterator[Place | Refusal]:
    """Yield each region of each role's account, or of the caller's account if there are no roles.

    A role is assumed when its turn comes, and is a refusal if it can't be. Without regions it is
    the caller's. Raises IngestError if there are no credentials, or no region is known.
    """
    caller = boto3.session.Session()
    regions = list(dict.fromkeys(regions)) or ([caller.region_name] if caller.region_name else [])
    if not regions:
        raise IngestError("no AWS region is set. Name one: --region eu-central-1")
    try:
        caller_account_id = _account_id(caller)
    except (NoCredentialsError, PartialCredentialsError) as error:
        message = "no AWS credentials. Run `aws configure` or `aws sso login`, or set AWS_PROFILE"
        raise IngestError(message) from error
    except AWS_ERRORS as error:
        raise IngestError(f"can't sign in to AWS: {reason_of(error)}") from error
    if not role_arns:
        yield from (Place(caller_account_id, region, caller) for region in regions)
    for role_arn in role_arns:
        try:
            aws = _assumed(caller, role_arn)
            account_id = _account_id(aws)
        except AWS_ERRORS as error:
            yield Refusal(role_arn, "AssumeRole", reason_of(error, "sts:AssumeRole"))
        else:
            yield from (Place(account_id, region, aws) for region in regions)


def reason_of(error: BotoCoreError | ClientError, permission: str | None = None) -> str:
    """Return in one line why AWS didn't answer, and what to do about it where that is known."""
    if isinstance(error, EndpointConnectionError):
        return f"{error}. Is there such a service in this region?"
    if not isinstance(error, ClientError):
        return " ".join(str(error).split())
    code, said = code_of(error), error.response["Error"].get("Message", "")
    if code in DENIED and permission is not None:
        return f"access denied. It takes {permission}"
    if code in THROTTLED:
        return "throttled for too long. Ask less often"
    return " ".join(f"{code}, {said}".split())


def code_of(error: BotoCoreError | ClientError) -> str:
    """Return AWS's code of the error; none for what isn't AWS's own."""
    return error.response["Error"].get("Code", "") if isinstance(error, ClientError) else ""


def _account_id(aws: boto3.session.Session) -> str:
    return str(_sts(aws).get_caller_identity()["Account"])


def _assumed(caller: boto3.session.Session, role_arn: str) -> boto3.session.Session:
    given = _sts(caller).assume_role(RoleArn=role_arn, RoleSessionName=ROLE_SESSION_NAME)
    keys = given["Credentials"]
    return boto3.session.Session(
        keys["AccessKeyId"],
        keys["SecretAccessKey"],
        keys["SessionToken"],
        region_name=caller.region_name,
    )


def _sts(aws: boto3.session.Session) -> Any:  # noqa: ANN401 - boto3 makes clients at run time
    return aws.client("sts", region_name=aws.region_name or DEFAULT_REGION)

"""What is said when a bucket can't be listed: one line, with what to do next."""

import contextlib
from collections.abc import Iterator

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
)

from ingest.errors import IngestError
from ingest.sources import SCHEME

REGION_HEADER = "x-amz-bucket-region"


_ELSEWHERE = "in another region"
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_MESSAGES = {
    _EXPIRED: "the AWS credentials have expired: {said}. Sign in again",
    frozenset({"NoSuchBucket"}): "there is no bucket {where}. Check its name",
    frozenset({"AccessDenied", "AllAccessDisabled", "403"}): (
        "{where} may not be listed: {said}. It takes s3:ListBucket and s3:GetObject, and "
        "--requester-pays if the bucket asks for it"
    ),
    frozenset(
        {"InvalidAccessKeyId", "InvalidClientTokenId", "InvalidToken", "SignatureDoesNotMatch"}
    ): "AWS refuses the credentials for {where}: {said}. Sign in again",
    frozenset(
        {"301", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"}
        | {"PermanentRedirect"}
    ): "{where} is {place}: {said}. Set AWS_REGION to that, and check AWS_ENDPOINT_URL",
    frozenset({"503", "RequestLimitExceeded", "SlowDown", "Throttling"}): (
        "{where} can't be listed: throttled for too long ({code}). Run it again later"
    ),
}


@contextlib.contextmanager
def refusals(bucket: str, role_arn: str | None) -> Iterator[None]:
    """Turn what boto3 raises into an IngestError that says what to do."""
    where = f"{SCHEME}{bucket}"
    try:
        yield
    except (NoCredentialsError, PartialCredentialsError) as error:
        message = "no AWS credentials. Run `aws configure` or `aws sso login`, or set AWS_PROFILE"
        raise IngestError(message) from error
    except (SSOError, CredentialRetrievalError) as error:
        message = f"can't sign in to AWS: {_one_line(error)}. Sign in again"
        raise IngestError(message) from error
    except EndpointConnectionError as error:
        message = f"{error}. Check the network, and AWS_ENDPOINT_URL if it is set"
        raise IngestError(message) from error
    except HTTPClientError as error:
        message = f"{where} can't be listed: {_one_line(error)}. Check the network; run it again"
        raise IngestError(message) from error
    except BotoCoreError as error:
        raise IngestError(f"{where} can't be asked for: {_one_line(error)}") from error
    except ClientError as error:
        raise IngestError(_refusal(error, where, role_arn)) from error


def region_in(error: ClientError) -> str | None:
    """Return the region of the bucket, which S3 tells even to those whom it refuses."""
    headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return headers.get(REGION_HEADER)


def _refusal(error: ClientError, where: str, role_arn: str | None) -> str:
    code = error.response["Error"].get("Code", "")
    said = " ".join(error.response["Error"].get("Message", "").split()).removesuffix(".")
    if error.operation_name == "AssumeRole" and code not in _EXPIRED:
        return (
            f"can't assume {role_arn}: {said}. It must trust the caller, who needs sts:AssumeRole"
        )
    region = region_in(error) or error.response["Error"].get("Region")
    for codes, message in _MESSAGES.items():
        if code in codes:
            return message.format(
                where=where, code=code, said=said, place=f"in {region}" if region else _ELSEWHERE
            )
    return f"{where} can't be listed: {code}, {said}. Run it again"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).removesuffix(".")

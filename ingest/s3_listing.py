"""What is in a bucket, and how to sign in to it.

Profiles, roles and environment variables work as in AWS's own tools, because boto3 resolves them.
"""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
)

from ingest.errors import IngestError
from ingest.s3_reading import Access, client_of
from ingest.sources import SCHEME, SourceObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ListObjectsV2OutputTypeDef

DEFAULT_REGION = "us-east-1"
LISTERS = 16  # requests at a time
DEEPEST = 8  # folders to go down in search of that many to list side by side
SHOWN = 5  # folders that an error message names
RENEW_BEFORE = timedelta(minutes=10)
NEVER = datetime.max.replace(tzinfo=UTC)
ROLE_SESSION_NAME = "roletrail-ingest"
DENIED = frozenset({"AccessDenied", "AllAccessDisabled", "403"})
NOT_SIGNED_IN = frozenset(
    {"ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "SignatureDoesNotMatch"}
)


@dataclass(frozen=True, slots=True)
class _Keys:
    """A set of credentials, and when it is time for others; boto3 renews its own by itself."""

    key_id: str
    secret: str
    token: str | None
    renew_at: datetime = NEVER


class Bucket:
    """A bucket, seen with the credentials that boto3 finds, or with those of `role_arn`.

    Raises IngestError, wherever it asks AWS, if there are no credentials or they don't suffice.
    """

    def __init__(self, name: str, role_arn: str | None = None) -> None:
        self.name = name
        self._role_arn = role_arn
        self._assumed: _Keys | None = None
        with self._refusals():
            self._aws = boto3.session.Session()
            self._found = self._aws.get_credentials()
            if self._found is None:
                raise NoCredentialsError
            self._region = self._aws.region_name or DEFAULT_REGION
            self._endpoint = self._endpoint_in(self._region)
            self._region = self._bucket_region()
            self._endpoint = self._endpoint_in(self._region)

    def access(self) -> Access:
        """Return what it takes to read from the bucket now; ask again for each piece of work."""
        with self._refusals():
            keys = self._keys()
        return Access(
            bucket=self.name,
            region=self._region,
            endpoint=self._endpoint,
            key_id=keys.key_id,
            secret=keys.secret,
            token=keys.token,
        )

    def objects(self, prefix: str) -> list[SourceObject]:
        """Return the objects whose keys start with the prefix, in order of their keys.

        Raises IngestError if there are none.
        """
        client = client_of(self.access())
        with self._refusals():
            prefixes, objects = self._spread(client, prefix)
            with ThreadPoolExecutor(LISTERS) as threads:
                for found in threads.map(lambda below: self._plain(client, below), prefixes):
                    objects += found
            if not objects:
                raise IngestError(self._nothing_under(client, prefix))
        return sorted(objects, key=lambda found: found.place)

    def _bucket_region(self) -> str:
        with contextlib.suppress(ClientError):  # listing says better what is wrong
            found = client_of(self.access()).head_bucket(Bucket=self.name)
            return found.get("BucketRegion") or self._region
        return self._region

    def _endpoint_in(self, region: str) -> str:
        return str(self._aws.client("s3", region_name=region).meta.endpoint_url)

    def _keys(self) -> _Keys:
        if self._role_arn is not None:
            return self._assumed_keys(self._role_arn)
        if self._found is None:
            raise NoCredentialsError
        found = self._found.get_frozen_credentials()
        if not found.access_key or not found.secret_key:
            raise NoCredentialsError
        return _Keys(found.access_key, found.secret_key, found.token)

    def _assumed_keys(self, role_arn: str) -> _Keys:
        keys = self._assumed
        if keys is not None and datetime.now(UTC) < keys.renew_at:
            return keys
        sts = self._aws.client("sts", region_name=self._aws.region_name or DEFAULT_REGION)
        given = sts.assume_role(RoleArn=role_arn, RoleSessionName=ROLE_SESSION_NAME)["Credentials"]
        self._assumed = _Keys(
            given["AccessKeyId"],
            given["SecretAccessKey"],
            given["SessionToken"],
            given["Expiration"] - RENEW_BEFORE,
        )
        return self._assumed

    def _spread(self, client: "S3Client", prefix: str) -> tuple[list[str], list[SourceObject]]:
        """Return prefixes to list side by side, and the objects met on the way to them."""
        prefixes, objects = [prefix], list[SourceObject]()
        for _ in range(DEEPEST):
            if len(prefixes) >= LISTERS:
                break
            below: list[str] = []
            for upper in prefixes:
                for page in _pages(client, self.name, upper, "/"):
                    below += [found["Prefix"] for found in page.get("CommonPrefixes", [])]
                    objects += self._on(page)
            prefixes = below
        return prefixes, objects

    def _plain(self, client: "S3Client", prefix: str) -> list[SourceObject]:
        pages = _pages(client, self.name, prefix, "")
        return [found for page in pages for found in self._on(page)]

    def _on(self, page: "ListObjectsV2OutputTypeDef") -> Iterator[SourceObject]:
        for found in page.get("Contents", []):
            yield SourceObject(
                uri=f"{SCHEME}{self.name}/{found['Key']}",
                version=found["ETag"].strip('"'),
                size=found["Size"],
                modified_at=found["LastModified"],
                place=found["Key"],
                bucket=self.name,
            )

    def _nothing_under(self, client: "S3Client", prefix: str) -> str:
        here = f"no objects under {SCHEME}{self.name}/{prefix}."
        before, logs, _ = prefix.partition("AWSLogs/")
        organisations = self._folders(client, f"{before}AWSLogs/o-")
        if organisations:
            return f"{here} An organisation trail adds its id: try {organisations[0]}"
        folders = self._folders(client, before if logs else "") or self._folders(client, "")
        if folders:
            return f"{here} There is: {', '.join(folders[:SHOWN])}"
        return f"{here} The bucket is empty: is this where the trail delivers to?"

    def _folders(self, client: "S3Client", prefix: str) -> list[str]:
        page = client.list_objects_v2(Bucket=self.name, Prefix=prefix, Delimiter="/")
        folders = [found["Prefix"] for found in page.get("CommonPrefixes", [])]
        return [f"{SCHEME}{self.name}/{folder}" for folder in folders]

    @contextlib.contextmanager
    def _refusals(self) -> Iterator[None]:
        """Turn what boto3 raises into one line that says what to do."""
        try:
            yield
        except (NoCredentialsError, PartialCredentialsError) as error:
            message = (
                "no AWS credentials. Run `aws configure` or `aws sso login`, or set AWS_PROFILE"
            )
            raise IngestError(message) from error
        except EndpointConnectionError as error:
            message = f"{error}. Check the network, and AWS_ENDPOINT_URL if it is set"
            raise IngestError(message) from error
        except BotoCoreError as error:
            message = f"can't sign in to AWS: {' '.join(str(error).split())}"
            raise IngestError(message) from error
        except ClientError as error:
            raise IngestError(self._refusal(error)) from error

    def _refusal(self, error: ClientError) -> str:
        code, said = (
            error.response["Error"].get("Code", ""),
            error.response["Error"].get("Message", ""),
        )
        where = f"{SCHEME}{self.name}"
        if error.operation_name == "AssumeRole":
            return f"can't assume {self._role_arn}: {said}"
        if code == "NoSuchBucket":
            return f"there is no bucket {self.name}. Check its name"
        if code in DENIED:
            return f"{where} may not be listed: {said}. It takes s3:ListBucket and s3:GetObject"
        if code in NOT_SIGNED_IN:
            return f"AWS refuses the credentials for {where}: {said}. Sign in again"
        return f"{where} can't be listed: {code}, {said}"


def _pages(
    client: "S3Client", bucket: str, prefix: str, delimiter: str
) -> Iterator["ListObjectsV2OutputTypeDef"]:
    paginator = client.get_paginator("list_objects_v2")
    yield from paginator.paginate(Bucket=bucket, Prefix=prefix, Delimiter=delimiter)

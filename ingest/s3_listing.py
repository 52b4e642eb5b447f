"""What is in a bucket, and how to sign in to it.

Profiles, roles and environment variables work as in AWS's own tools, because boto3 resolves them.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, NoCredentialsError

from ingest.errors import IngestError
from ingest.s3_reading import Access, BucketOptions, aws_settings, client_of, payer
from ingest.s3_refusals import refusals, region_in
from ingest.s3_search import FirstDay, Found, Search
from ingest.selection import Selection
from ingest.sources import SCHEME, SourceObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DEFAULT_REGION = "us-east-1"
SHOWN = 5  # folders that an error message names
RENEW_BEFORE = timedelta(minutes=10)
NEVER = datetime.max.replace(tzinfo=UTC)
ROLE_SESSION_NAME = "roletrail-ingest"


@dataclass(frozen=True, slots=True)
class _Keys:
    """A set of credentials, and when it is time for others; boto3 renews its own by itself."""

    key_id: str
    secret: str
    token: str | None
    renew_at: datetime = NEVER


class Bucket:
    """A bucket, seen with the credentials that boto3 finds, or with those of a role.

    Raises IngestError, wherever it asks AWS, if there are no credentials or they don't suffice.
    """

    def __init__(
        self, name: str, role_arn: str | None = None, options: BucketOptions | None = None
    ) -> None:
        self.name = name
        self._options = options or BucketOptions(role_arn)
        self._role_arn = self._options.role_arn
        self._assumed: _Keys | None = None
        with self._refusals():
            self._aws = aws_settings()
            self._found = self._aws.get_credentials()
            if self._found is None:
                raise NoCredentialsError
            self._region = self._aws.region_name or DEFAULT_REGION
            self._endpoint = self._endpoint_in(self._region)
            region = self._bucket_region()
            if region != self._region:
                self._region, self._endpoint = region, self._endpoint_in(region)

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
            is_requester_pays=self._options.is_requester_pays,
        )

    def objects(self, prefix: str) -> list[SourceObject]:
        """Return all objects whose keys start with the prefix, as `search` does."""
        return self.search(prefix, Selection()).objects

    def search(self, prefix: str, selection: Selection, first_day: FirstDay | None = None) -> Found:
        """Return the wanted objects whose keys start with the prefix, in order of their keys.

        If there is an object of just that name, it is the only one. Of the folder of a region in a
        trail, days before the one that `first_day` gives are left out, and of an account's folder
        what isn't CloudTrail's. Raises IngestError if there is nothing, for whatever reason.
        """
        access = self.access()
        client = client_of(access)
        with self._refusals():
            search = Search(client, access, selection, first_day)
            found = search.found(prefix)
            if not found.objects and not search.has_left_out:
                raise IngestError(self._nothing_under(client, prefix))
        return found

    def _bucket_region(self) -> str:
        try:
            found = client_of(self.access()).head_bucket(Bucket=self.name)
        except ClientError as error:  # listing says better what else is wrong
            return region_in(error) or self._region
        return found.get("BucketRegion") or self._region

    def _endpoint_in(self, region: str) -> str:
        if self._options.endpoint_url is not None:
            return self._options.endpoint_url
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
        page = client.list_objects_v2(
            Bucket=self.name, Prefix=prefix, Delimiter="/", **payer(self.access())
        )
        folders = [found["Prefix"] for found in page.get("CommonPrefixes", [])]
        return [f"{SCHEME}{self.name}/{folder}" for folder in folders]

    def _refusals(self) -> AbstractContextManager[None]:
        return refusals(self.name, self._role_arn)

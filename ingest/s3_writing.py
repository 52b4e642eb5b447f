"""Files into a bucket: what is rendered from a lake goes where its readers look for it."""

from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from ingest.errors import IngestError
from ingest.s3_listing import Bucket
from ingest.s3_reading import client_of
from ingest.sources import SCHEME

CONTENT_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def put_files(paths: Sequence[Path], location: str) -> list[str]:
    """Put files below `s3://bucket/prefix`, by their own names, and return where each is now.

    It takes s3:PutObject. Raises IngestError, in one line, if the bucket doesn't take one.
    """
    from boto3.exceptions import S3UploadFailedError

    name, _, prefix = location.removeprefix(SCHEME).partition("/")
    if not name:
        raise IngestError(f"{location} names no bucket. Write s3://bucket/prefix")
    client = client_of(Bucket(name).access())
    folder = f"{prefix.rstrip('/')}/" if prefix.rstrip("/") else ""
    uris = []
    for path in paths:
        uri = f"{SCHEME}{name}/{folder}{path.name}"
        kind = {"ContentType": CONTENT_TYPES.get(path.suffix, "application/octet-stream")}
        try:
            client.upload_file(str(path), name, f"{folder}{path.name}", ExtraArgs=kind)
        except (S3UploadFailedError, BotoCoreError, ClientError) as error:
            said = " ".join(str(error).rpartition(": ")[2].split()).removesuffix(".")
            message = f"can't write {uri}: {said}. It takes s3:PutObject; check the bucket's name"
            raise IngestError(message) from error
        uris.append(uri)
    return uris

"""Reading objects of a bucket, many at a time.

obstore reads at a tenth of the CPU time that boto3 takes. It doesn't take every key that S3 does:
for the others there is boto3.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from ingest.sources import SCHEME, SourceObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from obstore.store import ClientConfig, S3Config, S3Store

PIECE_BYTES = 4 * 2**20
DENIED = "access denied. It takes s3:GetObject, and kms:Decrypt if a key encrypts it"


@dataclass(frozen=True, slots=True)
class Access:
    """What it takes to read from a bucket; it can go to another process."""

    bucket: str
    region: str
    endpoint: str
    key_id: str = field(repr=False)
    secret: str = field(repr=False)
    token: str | None = field(repr=False)


def pieces_of_object(access: Access, key: str) -> Iterator[bytes]:
    """Yield an object's bytes in pieces. Raises OSError if it can't be read, whatever the cause."""
    with _faults():
        yield from _by_obstore(access, key) if _is_ordinary(key) else _by_boto3(access, key)


def object_at(access: Access, key: str) -> SourceObject:
    """Return the object that is at a key now.

    Raises OSError if there is none, or it can't be asked for, whatever the cause.
    """
    with _faults():
        if _is_ordinary(key):
            import obstore

            found = obstore.head(_store(access), key)
            version, size, modified_at = found["e_tag"], found["size"], found["last_modified"]
        else:
            answer = client_of(access).head_object(Bucket=access.bucket, Key=key)
            version, size = answer["ETag"], answer["ContentLength"]
            modified_at = answer["LastModified"]
    return SourceObject(
        uri=f"{SCHEME}{access.bucket}/{key}",
        version=(version or "").strip('"'),
        size=size,
        modified_at=modified_at,
        place=key,
        bucket=access.bucket,
    )


def _is_ordinary(key: str) -> bool:
    return key == "/".join(part for part in key.split("/") if part not in {"", ".", ".."})


@contextlib.contextmanager
def _faults() -> Iterator[None]:
    """Turn what obstore and boto3 raise into an OSError that says what is wrong in one line."""
    from botocore.exceptions import BotoCoreError, ClientError
    from obstore.exceptions import BaseError, PermissionDeniedError

    try:
        yield
    except FileNotFoundError as error:
        raise OSError("it is not there any more") from error
    except PermissionDeniedError as error:
        raise OSError(DENIED) from error
    except ClientError as error:
        reasons = {"404": "it is not there any more", "403": DENIED}
        code = error.response["Error"].get("Code", "")
        raise OSError(reasons.get(code, _first_sentence(error))) from error
    except (OSError, BaseError, BotoCoreError) as error:
        raise OSError(_first_sentence(error)) from error


def _by_obstore(access: Access, key: str) -> Iterator[bytes]:
    import obstore

    yield from map(bytes, obstore.get(_store(access), key).stream(min_chunk_size=PIECE_BYTES))


def _by_boto3(access: Access, key: str) -> Iterator[bytes]:
    answer = client_of(access).get_object(Bucket=access.bucket, Key=key)
    yield from answer["Body"].iter_chunks(PIECE_BYTES)


def _first_sentence(error: Exception) -> str:
    """Return what an error says in one line, without the answer of the server and what follows."""
    return " ".join(str(error).partition(": <?xml")[0].partition("Debug source:")[0].split())


@lru_cache(maxsize=16)
def _store(access: Access) -> "S3Store":
    from obstore.store import S3Store

    # The bucket in the path, not in the host name: right for any endpoint and any bucket's name.
    config: S3Config = {
        "endpoint": access.endpoint,
        "region": access.region,
        "access_key_id": access.key_id,
        "secret_access_key": access.secret,
        "virtual_hosted_style_request": False,
    }
    if access.token is not None:
        config["session_token"] = access.token
    options: ClientConfig = {"allow_http": access.endpoint.startswith("http://")}
    return S3Store(access.bucket, config=config, client_options=options)


@lru_cache(maxsize=16)
def client_of(access: Access) -> "S3Client":
    """Return boto3's client for a bucket."""
    import boto3

    return boto3.client(
        "s3",
        region_name=access.region,
        endpoint_url=access.endpoint,
        aws_access_key_id=access.key_id,
        aws_secret_access_key=access.secret,
        aws_session_token=access.token,
    )

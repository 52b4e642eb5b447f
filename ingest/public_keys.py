"""CloudTrail's public keys, by fingerprint: asked of AWS, or read from a file."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from ingest.errors import IngestError

COMMAND = "aws cloudtrail list-public-keys"
Keys = Mapping[str, bytes]


class _PublicKey(msgspec.Struct, rename="pascal"):
    fingerprint: str
    value: str


class _Answer(msgspec.Struct, rename="pascal"):
    public_key_list: list[_PublicKey]


def keys_in_files(files: Iterable[str | Path]) -> Keys:
    """Return the keys of files that hold what `aws cloudtrail list-public-keys` prints, in DER.

    Raises IngestError if a file can't be read or holds something else.
    """
    keys: dict[str, bytes] = {}
    for file in files:
        try:
            answer = msgspec.json.decode(Path(file).expanduser().read_bytes(), type=_Answer)
            for key in answer.public_key_list:
                keys[key.fingerprint] = base64.b64decode(key.value, validate=True)
        except OSError as error:
            message = f"can't read {file}: {error.strerror}. Make it: {COMMAND} > {file}"
            raise IngestError(message) from error
        except (msgspec.DecodeError, binascii.Error, ValueError, RecursionError) as error:
            message = f"{file} holds no public keys: {error}. Make it: {COMMAND} > {file}"
            raise IngestError(message) from error
    return keys


def keys_of_aws(regions: Iterable[str], since: datetime, until: datetime) -> Keys:
    """Return the keys that CloudTrail used in these regions between two times, in DER.

    Raises IngestError if AWS can't be asked.
    """
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    keys: dict[str, bytes] = {}
    for region in sorted(regions):
        try:
            client = boto3.client("cloudtrail", region_name=region)
            pages = client.get_paginator("list_public_keys")
            for page in pages.paginate(StartTime=since, EndTime=until):
                for key in page["PublicKeyList"]:
                    keys[key["Fingerprint"]] = key["Value"]
        except (BotoCoreError, ClientError) as error:
            reason = " ".join(str(error).split())
            message = (
                f"can't ask CloudTrail in {region} for its public keys: {reason}. Sign in with "
                "cloudtrail:ListPublicKeys, or name a file of them: --public-keys FILE"
            )
            raise IngestError(message) from error
    return keys

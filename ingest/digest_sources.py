"""Where digests and the log files that they name are: in folders, or where they were delivered."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from ingest.digests import Digest, digest_text
from ingest.errors import IngestError
from ingest.sources import SCHEME, SourceObject, files_in, pieces_of_file

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from ingest.s3_listing import Bucket
    from ingest.s3_reading import Access, BucketOptions

SIGNATURE_METADATA = "signature"
GONE = frozenset({"404", "NoSuchKey", "NotFound"})


class Stored:
    """The objects of some sources, found by the bucket and key that a digest gives.

    In a folder, the file with the longest matching end of its path is the one. In a bucket, key
    and bucket must be the same, and objects outside the listed prefixes are found too.
    Raises IngestError if a source can't be listed.
    """

    def __init__(self, sources: Iterable[str], options: "BucketOptions | None" = None) -> None:
        self._lock = Lock()
        self._options = options
        self._buckets: dict[str, Bucket] = {}
        self._prefixes: dict[str, list[str]] = defaultdict(list)
        listed: dict[str, SourceObject] = {}
        for source in sources:
            listed |= {found.uri: found for found in self._listed(source)}
        self.objects = list(listed.values())
        self._in_buckets: dict[tuple[str, str], SourceObject | None] = {}
        self._files: dict[str, list[SourceObject]] = defaultdict(list)
        for found in self.objects:
            if found.bucket is None:
                self._files[found.place.rpartition("/")[2]].append(found)
            else:
                self._in_buckets[found.bucket, found.place] = found

    def find(self, bucket: str, key: str) -> SourceObject | None:
        """Return the object that was delivered there, or None if it is gone."""
        if (bucket, key) in self._in_buckets:
            return self._in_buckets[bucket, key]
        files = self._files.get(key.rpartition("/")[2])
        if files:
            wanted = f"{bucket}/{key}"
            return max(files, key=lambda file: _shared_end(file.place, wanted))
        is_listed = any(key.startswith(prefix) for prefix in self._prefixes[bucket])
        if bucket not in self._buckets or is_listed:
            return None
        found = self._in_buckets[bucket, key] = self._asked_for(bucket, key)
        return found

    def pieces(self, source: SourceObject) -> Iterator[bytes]:
        """Yield an object's bytes. Raises OSError if it can't be read."""
        if source.bucket is None:
            return pieces_of_file(source.place)
        from ingest.s3_reading import pieces_of_object

        return pieces_of_object(self._access(source.bucket), source.place)

    def digest(self, source: SourceObject) -> tuple[bytes, str | None]:
        """Return a digest's text, and the signature in its metadata, which only buckets have.

        Raises OSError if it can't be read, and IngestError if it can't be unpacked.
        """
        if source.bucket is None:
            return digest_text(self.pieces(source)), None
        from botocore.exceptions import BotoCoreError, ClientError

        from ingest.s3_reading import PIECE_BYTES, payer

        client = self._client(source.bucket)
        try:
            answer = client.get_object(
                Bucket=source.bucket, Key=source.place, **payer(self._access(source.bucket))
            )
            text = digest_text(answer["Body"].iter_chunks(PIECE_BYTES))
        except (BotoCoreError, ClientError) as error:
            raise OSError(" ".join(str(error).split())) from error
        return text, answer["Metadata"].get(SIGNATURE_METADATA)

    def is_named(self, bucket: str) -> bool:
        """Say whether the sources can have what was delivered to this bucket; folders always."""
        return bucket in self._buckets or bool(self._files)

    def _access(self, bucket: str) -> "Access":
        with self._lock:
            return self._buckets[bucket].access()

    def _client(self, bucket: str) -> "S3Client":
        from ingest.s3_reading import client_of

        access = self._access(bucket)
        with self._lock:  # boto3 makes clients in one thread at a time only
            return client_of(access)

    def _listed(self, source: str) -> list[SourceObject]:
        if not source.startswith(SCHEME):
            return files_in(source)
        from ingest.s3_listing import Bucket

        name, _, prefix = source.removeprefix(SCHEME).partition("/")
        if name not in self._buckets:
            self._buckets[name] = Bucket(name, options=self._options)
        self._prefixes[name].append(prefix)
        return self._buckets[name].objects(prefix)

    def _asked_for(self, bucket: str, key: str) -> SourceObject | None:
        from botocore.exceptions import BotoCoreError, ClientError

        from ingest.s3_reading import payer

        uri = f"{SCHEME}{bucket}/{key}"
        try:
            found = self._client(bucket).head_object(
                Bucket=bucket, Key=key, **payer(self._access(bucket))
            )
        except (BotoCoreError, ClientError) as error:
            if isinstance(error, ClientError) and error.response["Error"].get("Code") in GONE:
                return None
            reason = " ".join(str(error).split())
            message = (
                f"can't look for {uri}: {reason}. Name the whole trail: s3://{bucket}/AWSLogs/"
            )
            raise IngestError(message) from error
        version = found["ETag"].strip('"')
        modified_at = found["LastModified"]
        return SourceObject(uri, version, found["ContentLength"], modified_at, key, bucket)


def location_of(source: SourceObject) -> str:
    """Return where an object is without its scheme: `bucket/key`, or a path."""
    return source.place if source.bucket is None else f"{source.bucket}/{source.place}"


def is_in_place(source: SourceObject, digest: Digest) -> bool:
    """Say whether a digest is where it was delivered to. Of a file, only the name has to agree."""
    if source.bucket is None:
        return source.place.rpartition("/")[2] == digest.key.rpartition("/")[2]
    return (source.bucket, source.place) == (digest.bucket, digest.key)


def expected_uri(source: SourceObject, digest: Digest, bucket: str, key: str) -> str:
    """Return where something should be that a digest names, going by where the digest itself is."""
    delivered = f"{SCHEME}{bucket}/{key}"
    if source.bucket is not None:
        return delivered
    place, own = source.place, f"{digest.bucket}/{digest.key}"
    end = _shared_end(place, own)
    before = own[: len(own) - end]
    wanted = f"{bucket}/{key}"
    if not end or not wanted.startswith(before):
        return delivered
    path = f"{place[: len(place) - end]}{wanted.removeprefix(before)}"
    # A path that isn't UTF-8 has its bytes percent-encoded, as those of the listed files have.
    return f"file://{path}" if source.uri == f"file://{place}" else Path(path).as_uri()


def _shared_end(path: str, other: str) -> int:
    """Return the length of the longest end, in whole path parts, that two paths share."""
    length = 0
    for part, same in zip(reversed(path.split("/")), reversed(other.split("/")), strict=False):
        if part != same:
            break
        length += len(part) + 1
    return max(length - 1, 0)

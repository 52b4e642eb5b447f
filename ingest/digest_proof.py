"""Whether a digest is CloudTrail's own.

It is proven by a signature, its own or the one that the digest after it gives, or by the hash that
a proven digest after it gives. What proves nothing may still be trusted as far as it goes: the
newest digest in a folder has no signature there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from ingest.digest_sources import is_in_place
from ingest.digest_verdicts import Status
from ingest.digests import Digest, digest_in, is_signature, signed_text
from ingest.errors import IngestError
from ingest.sources import SourceObject


@dataclass(frozen=True, slots=True)
class Loaded:
    """A digest as it was read: its text and the signature in its metadata, or why there is none."""

    source: SourceObject
    text: bytes = b""
    signature: str | None = None
    fault: tuple[Status, str] | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """What the digest after it says of a digest, and how far that can be believed."""

    hash_value: str | None
    signature: str | None
    is_proven: bool
    is_trusted: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """What is said of a digest. `digest` is None if it can't be read.

    It can be proven and still altered: the signature in its metadata, not its text.
    """

    digest: Digest | None
    status: Status
    reason: str | None = None
    is_proven: bool = False

    @property
    def is_trusted(self) -> bool:
        """Whether what it says is proven, or at least not contradicted."""
        return self.is_proven or self.status is Status.CHAINED

    @property
    def link(self) -> Link | None:
        """What it says of the digest before it, if there is one."""
        if self.digest is None or self.digest.previous_key is None:
            return None
        return Link(
            hash_value=self.digest.previous_digest_hash_value,
            signature=self.digest.previous_digest_signature,
            is_proven=self.is_proven,
            is_trusted=self.is_trusted,
        )


def judged(
    loaded: Loaded, link: Link | None, keys: Mapping[str, bytes], *, is_newest: bool
) -> Judged:
    """Return what is to be said of a digest that was read.

    `keys` are CloudTrail's by fingerprint. Raises IngestError if one of them can't be used.
    """
    if loaded.fault is not None:
        return Judged(None, *loaded.fault)
    try:
        digest = digest_in(loaded.text)
    except IngestError as error:
        return Judged(None, Status.ALTERED, str(error))
    if not is_in_place(loaded.source, digest):
        reason = f"was delivered as s3://{digest.bucket}/{digest.key}, not here"
        return Judged(digest, Status.ALTERED, reason)
    hash_value = sha256(loaded.text).hexdigest()
    if link is not None and link.is_trusted and hash_value != link.hash_value:
        return Judged(digest, Status.ALTERED, "isn't the digest that the one after it followed")
    return _by_signature(loaded, digest, hash_value, link, keys, is_newest=is_newest)


def _by_signature(  # noqa: PLR0913 - the parts of one decision
    loaded: Loaded,
    digest: Digest,
    hash_value: str,
    link: Link | None,
    keys: Mapping[str, bytes],
    *,
    is_newest: bool,
) -> Judged:
    key = keys.get(digest.digest_public_key_fingerprint)
    text = signed_text(digest, hash_value)

    def signs(signature: str | None) -> bool:
        return key is not None and signature is not None and is_signature(key, signature, text)

    is_signed = signs(loaded.signature)
    is_proven = is_signed or (link is not None and (link.is_proven or signs(link.signature)))
    if loaded.signature is not None and key is not None and not is_signed:
        reason = "the signature in its metadata isn't CloudTrail's"
        return Judged(digest, Status.ALTERED, reason, is_proven=is_proven)
    if is_proven:
        return Judged(digest, Status.VERIFIED, is_proven=True)
    if key is None:
        fingerprint = digest.digest_public_key_fingerprint
        reason = f"no public key with the fingerprint {fingerprint} is known"
        return Judged(digest, Status.UNPROVEN, reason)
    is_in_folder = loaded.source.bucket is None
    return Judged(digest, *_unproven(link, is_in_folder=is_in_folder, is_newest=is_newest))


def _unproven(
    link: Link | None, *, is_in_folder: bool, is_newest: bool
) -> tuple[Status, str | None]:
    """Return what is said of a digest with no signature of its own, and none that fits."""
    if link is not None and link.is_trusted:
        return Status.ALTERED, "the signature that the digest after it gives isn't CloudTrail's"
    if not is_in_folder:
        return Status.UNSIGNED, "it has no signature in its metadata"
    if is_newest:
        return Status.CHAINED, None
    return Status.UNPROVEN, "no digest that can be trusted follows it and gives its signature"

"""One chain of digests, walked from the newest to the oldest: what can be vouched for, what not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ingest.digest_proof import Judged, Link, Loaded, judged
from ingest.digest_sources import Stored, expected_uri
from ingest.digest_verdicts import DigestFile, Span, Status, Verdict
from ingest.digests import Chain, Digest, LoggedFile, digest_key, hash_of
from ingest.errors import IngestError
from ingest.sources import SourceObject

READERS = 16  # objects at a time
HOUR = timedelta(hours=1)  # that one digest covers
MARGIN = timedelta(minutes=15)  # by which a digest may come late


@dataclass(frozen=True, slots=True)
class ChainWalk:
    """A walk along one chain. Digests that ended before the day `since` are not asked for."""

    chain: Chain
    stored: Stored
    keys: Mapping[str, bytes]
    since: date | None = None

    def verdicts(self, digests: Iterable[DigestFile]) -> Iterator[Verdict]:
        """Yield what is to be said of the chain's digests, newest first, and of what they name.

        Raises IngestError if a bucket can't be asked for an object, or a public key can't be used.
        """
        files = sorted(digests, key=lambda file: (file.ended_at, file.source.uri), reverse=True)
        links: dict[str, Link] = {}
        with ThreadPoolExecutor(READERS) as threads:
            for position, loaded in enumerate(self._loaded(files, threads)):
                link = links.pop(loaded.source.uri, None)
                said = judged(loaded, link, self.keys, is_newest=position == 0)
                yield self._of_digest(loaded.source, said)
                older = files[position + 1] if position + 1 < len(files) else None
                if said.digest is None:
                    yield from self._hidden(files[position], older)
                    continue
                yield from self._of_logs(loaded.source, said.digest, said, threads)
                before = self._previous(said.digest)
                if before is not None and said.link is not None:
                    links[before.uri] = said.link
                elif (verdict := self._break(loaded.source, said.digest, older)) is not None:
                    yield verdict

    def _loaded(self, files: Sequence[DigestFile], threads: ThreadPoolExecutor) -> Iterator[Loaded]:
        for start in range(0, len(files), READERS):
            several = files[start : start + READERS]
            yield from threads.map(self._load, [file.source for file in several])

    def _load(self, source: SourceObject) -> Loaded:
        try:
            text, signature = self.stored.digest(source)
        except OSError as error:
            return Loaded(source, fault=(Status.UNPROVEN, f"can't be read: {error}"))
        except IngestError as error:
            return Loaded(source, fault=(Status.ALTERED, str(error)))
        return Loaded(source, text, signature)

    def _of_digest(self, source: SourceObject, said: Judged) -> Verdict:
        span = None
        if said.digest is not None and said.is_trusted:
            span = Span(said.digest.started_at, said.digest.ended_at, is_trusted=True)
        elif (key := digest_key(source.place)) is not None:
            span = Span(key.ended_at - HOUR, key.ended_at, is_trusted=False)
        return Verdict(
            status=said.status,
            uri=source.uri,
            version=source.version,
            chain=self.chain,
            is_digest=True,
            reason=said.reason,
            span=span,
        )

    def _of_logs(
        self, source: SourceObject, digest: Digest, said: Judged, threads: ThreadPoolExecutor
    ) -> Iterator[Verdict]:
        best = Status.VERIFIED if said.is_proven else said.status
        if not said.is_trusted:
            best = Status.UNPROVEN

        def of_log(logged: LoggedFile) -> Verdict | None:
            return self._of_log(source, digest, logged, best)

        for start in range(0, len(digest.log_files), READERS):
            several = digest.log_files[start : start + READERS]
            yield from filter(None, threads.map(of_log, several))

    def _of_log(
        self, source: SourceObject, digest: Digest, logged: LoggedFile, best: Status
    ) -> Verdict | None:
        """Return what is said of a log file, at best what its digest can vouch for.

        A digest that can't be trusted proves nothing by naming a file that isn't there.
        """
        found = self.stored.find(logged.bucket, logged.key)
        if found is None and best is Status.UNPROVEN:
            return None
        if found is None:
            return Verdict(
                status=Status.MISSING,
                uri=expected_uri(source, digest, logged.bucket, logged.key),
                version=None,
                chain=self.chain,
                is_digest=False,
                reason=f"it is gone; the digest up to {_shown(digest.ended_at)} names it",
            )
        status, reason = self._compared(found, logged, best)
        return Verdict(
            status=status,
            uri=found.uri,
            version=found.version,
            chain=self.chain,
            is_digest=False,
            reason=reason,
        )

    def _compared(
        self, found: SourceObject, logged: LoggedFile, best: Status
    ) -> tuple[Status, str | None]:
        if best is Status.UNPROVEN:  # the digest is a finding; its hashes prove nothing
            return best, None
        try:
            is_same = hash_of(self.stored.pieces(found)) == logged.hash_value.lower()
        except OSError as error:
            return Status.UNPROVEN, f"can't be read: {error}"
        except IngestError as error:
            return Status.ALTERED, str(error)
        return (best, None) if is_same else (Status.ALTERED, "isn't what was delivered")

    def _previous(self, digest: Digest) -> SourceObject | None:
        if digest.previous_bucket is None or digest.previous_key is None:
            return None
        return self.stored.find(digest.previous_bucket, digest.previous_key)

    def _break(
        self, source: SourceObject, digest: Digest, older: DigestFile | None
    ) -> Verdict | None:
        """Return what is wrong where the digest before this one isn't there, if something is."""
        bucket, key = digest.previous_bucket, digest.previous_key
        if bucket is None or key is None:
            if older is None or self.chain.is_backfill:
                return None
            return self._gap(source, digest, older)
        said = digest_key(key)
        if self.since is not None and said is not None and said.ended_at.date() < self.since:
            return None
        if not self.stored.is_named(bucket):
            reason = f"the chain goes on in another bucket. Name it as well: s3://{bucket}/AWSLogs/"
            return Verdict(Status.GAP, source.uri, None, self.chain, is_digest=True, reason=reason)
        start = digest.started_at - HOUR if older is None else older.ended_at
        return Verdict(
            status=Status.MISSING,
            uri=expected_uri(source, digest, bucket, key),
            version=None,
            chain=self.chain,
            is_digest=True,
            reason=_gone(start, digest.started_at, is_start_known=older is not None),
            span=Span(start, digest.started_at, is_trusted=False),
        )

    def _hidden(self, file: DigestFile, older: DigestFile | None) -> Iterator[Verdict]:
        """Yield that digests are gone which only one that can't be read would have named."""
        start = file.ended_at - HOUR
        if older is None or self.chain.is_backfill or older.ended_at >= start - MARGIN:
            return
        yield Verdict(
            status=Status.GAP,
            uri=file.source.uri,
            version=None,
            chain=self.chain,
            is_digest=True,
            reason=f"no digest from {_shown(older.ended_at)} to {_shown(start)}",
            span=Span(older.ended_at, start, is_trusted=False),
        )

    def _gap(self, source: SourceObject, digest: Digest, older: DigestFile) -> Verdict:
        reason = (
            f"the chain begins anew: no digest from {_shown(older.ended_at)} to"
            f" {_shown(digest.started_at)}. Validation or the trail was switched off and on"
        )
        return Verdict(Status.GAP, source.uri, None, self.chain, is_digest=True, reason=reason)


def _gone(start: datetime, end: datetime, *, is_start_known: bool) -> str:
    if not is_start_known:
        return f"it is gone; it covered the time up to {_shown(end)}"
    count = max(round((end - start) / HOUR), 1)
    gone = "it is gone" if count == 1 else f"about {count:,} digests in a row are gone"
    return f"{gone}: nothing vouches for log files from {_shown(start)} to {_shown(end)}"


def _shown(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%MZ")

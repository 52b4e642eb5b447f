"""A run of digest verification: which of a trail's files are as CloudTrail delivered them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from ingest.digest_chain import ChainWalk
from ingest.digest_coverage import unnamed_logs
from ingest.digest_sources import Stored, location_of
from ingest.digest_verdicts import DigestFile, Span, Status, Verdict
from ingest.digests import Chain, digest_key
from ingest.errors import IngestError
from ingest.public_keys import Keys, keys_in_files, keys_of_aws
from ingest.s3_reading import BucketOptions
from lake import Lake
from lake.ledger_updates import VERDICTS, set_digest_status

DAY = timedelta(days=1)
# Where two digests name one object, the one that comes first in Status is said of it.
ORDER = {status: position for position, status in enumerate(Status)}
Chains = Mapping[Chain, Sequence[DigestFile]]


@dataclass(frozen=True, slots=True)
class Verification:
    """What a run found: the findings, and how many digests and log files got which status.

    `ledger_rows` is how many rows of the ledger changed, None if there was no lake.
    """

    findings: tuple[Verdict, ...]
    chains: int
    digests: Mapping[Status, int]
    log_files: Mapping[Status, int]
    ledger_rows: int | None = None


def verify(  # noqa: PLR0913 - one parameter for each option that a user has
    sources: Iterable[str | Path],
    *,
    lake: Lake | None = None,
    public_key_files: Sequence[str | Path] = (),
    since: date | None = None,
    until: date | None = None,
    role_arn: str | None = None,
    endpoint_url: str | None = None,
    is_requester_pays: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> Verification:
    """Check the digests in the sources, and the log files that they name.

    A source is a folder or `s3://bucket/prefix`. `since` and `until` (UTC days, the last one
    excluded) choose digests by the end of their time. Without files of public keys, CloudTrail is
    asked for them. `role_arn` is assumed for buckets; the other options are about them, too. What
    is said of an object is written onto the ledger of `lake`. `on_progress`
    gets the digests that are done, and how many there are, from this thread.

    Raises IngestError if there are no digests, a source can't be listed, or there are no public
    keys; and LakeError.
    """
    names = [str(source) for source in sources]
    options = BucketOptions(role_arn, endpoint_url, is_requester_pays=is_requester_pays)
    stored = Stored(names, options)
    chains = _chains(stored, since, until)
    if not chains:
        message = (
            f"no digests under {', '.join(names)}. Switch on log file validation of the trail, or "
            "name the folder that holds CloudTrail-Digest/"
        )
        raise IngestError(message)
    keys = keys_in_files(public_key_files) if public_key_files else _asked_for(chains)
    tally = _Tally(sum(map(len, chains.values())), on_progress)
    for chain, files in sorted(chains.items()):
        for verdict in ChainWalk(chain, stored, keys, since).verdicts(files):
            tally.take(verdict)
    for verdict in unnamed_logs(stored.objects, tally.spans, tally.said):
        tally.take(verdict)
    changed = None if lake is None else set_digest_status(lake, tally.table())
    return tally.verification(len(chains), changed)


class _Tally:
    """What was said of every object, once each, and the findings in order."""

    def __init__(self, total: int, on_progress: Callable[[int, int], None] | None) -> None:
        self.said: dict[str, tuple[Status, str | None, bool]] = {}
        self.spans: dict[Chain, list[Span]] = defaultdict(list)
        self._findings: list[Verdict] = []
        self._total = total
        self._done = 0
        self._on_progress = on_progress

    def take(self, verdict: Verdict) -> None:
        """Count a verdict, and keep it if it is a finding."""
        if verdict.reason is not None:
            self._findings.append(verdict)
        if verdict.span is not None:
            self.spans[verdict.chain].append(verdict.span)
        if verdict.status is Status.GAP:
            return
        before = self.said.get(verdict.uri)
        if before is None or ORDER[verdict.status] < ORDER[before[0]]:
            self.said[verdict.uri] = (verdict.status, verdict.version, verdict.is_digest)
        if verdict.is_digest and verdict.version is not None:
            self._done += 1
            if self._on_progress is not None:
                self._on_progress(self._done, self._total)

    def table(self) -> pa.Table:
        """Return what was said as the ledger takes it."""
        said = self.said.values()
        arrays = [
            pa.array(self.said, pa.string()),
            pa.array([version for _, version, _ in said], pa.string()),
            pa.array([status.value for status, _, _ in said], pa.string()),
        ]
        return pa.Table.from_arrays(arrays, schema=VERDICTS)

    def verification(self, chains: int, ledger_rows: int | None) -> Verification:
        """Return the result of the run."""
        counts: dict[bool, Counter[Status]] = {True: Counter(), False: Counter()}
        for status, _, is_digest in self.said.values():
            counts[is_digest][status] += 1
        return Verification(
            findings=tuple(self._findings),
            chains=chains,
            digests=dict(counts[True]),
            log_files=dict(counts[False]),
            ledger_rows=ledger_rows,
        )


def _chains(stored: Stored, since: date | None, until: date | None) -> Chains:
    chains: dict[Chain, list[DigestFile]] = defaultdict(list)
    for source in stored.objects:
        said = digest_key(location_of(source))
        if said is None:
            continue
        if (since or date.min) <= said.ended_at.date() < (until or date.max):
            chains[said.chain].append(DigestFile(source, said.ended_at))
    return chains


def _asked_for(chains: Chains) -> Keys:
    """Return CloudTrail's keys; digests are signed in their own region or in the trail's."""
    regions = {region for chain in chains for region in (chain.region, chain.home_region)}
    ends = list(_ends(chains))
    return keys_of_aws(regions, min(ends) - DAY, max(ends) + DAY)


def _ends(chains: Chains) -> Iterator[datetime]:
    for files in chains.values():
        yield from (file.ended_at for file in files)

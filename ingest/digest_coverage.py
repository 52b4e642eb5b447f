"""Log files that no digest names, though digests cover the time in which they were delivered.

CloudTrail names each file in the digest of its hour. A log file that is in none was put there by
somebody else, or belongs to a trail beside this one that isn't validated.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ingest.digest_sources import location_of
from ingest.digest_verdicts import Span, Status, Verdict
from ingest.digests import Chain
from ingest.kinds import Kind, kind_by_key
from ingest.object_keys import facts_of
from ingest.sources import SourceObject

# The time in a log file's name is rounded, so that at either end it may be another digest's.
MARGIN = timedelta(minutes=15)
FINDING = "no digest names it, though digests cover the time that its name gives"


@dataclass(slots=True)
class _Coverage:
    """The times that digests of one folder of log files cover, joined where they meet."""

    chain: Chain
    trusted: list[tuple[datetime, datetime]] = field(default_factory=list)
    doubtful: list[tuple[datetime, datetime]] = field(default_factory=list)

    def status(self, delivered_at: datetime) -> tuple[Status, str | None] | None:
        """Return what is said of a log file that no digest names, or None if none needs to."""
        doubtful = ((start - MARGIN, end + MARGIN) for start, end in self.doubtful)
        if _is_in(delivered_at, doubtful):
            return Status.UNSIGNED, None  # its digest is a finding, gone or not to be trusted
        trusted = ((start + MARGIN, end - MARGIN) for start, end in self.trusted)
        return (Status.UNSIGNED, FINDING) if _is_in(delivered_at, trusted) else None


def unnamed_logs(
    objects: Iterable[SourceObject], spans: Mapping[Chain, Sequence[Span]], named: Container[str]
) -> Iterator[Verdict]:
    """Yield what is said of the log files whose uris aren't among the named ones."""
    coverages = _coverages(spans)
    for source in objects:
        if source.uri in named:
            continue
        facts = facts_of(source.uri)
        if kind_by_key(facts) is not Kind.CLOUDTRAIL or facts.delivered_at is None:
            continue
        root, folder, _ = location_of(source).rpartition("/CloudTrail/")
        coverage = coverages.get((root + "/", facts.region)) if folder else None
        said = None if coverage is None else coverage.status(facts.delivered_at)
        if coverage is not None and said is not None:
            yield Verdict(
                status=said[0],
                uri=source.uri,
                version=source.version,
                chain=coverage.chain,
                is_digest=False,
                reason=said[1],
            )


def _coverages(
    spans: Mapping[Chain, Sequence[Span]],
) -> dict[tuple[str, str | None], _Coverage]:
    coverages: dict[tuple[str, str | None], _Coverage] = {}
    for chain, of_chain in spans.items():
        if chain.is_backfill:
            continue
        coverage = coverages.setdefault((chain.root, chain.region), _Coverage(chain))
        for span in of_chain:
            times = coverage.trusted if span.is_trusted else coverage.doubtful
            times.append((span.start, span.end))
    for coverage in coverages.values():
        coverage.trusted = _joined(coverage.trusted)
        coverage.doubtful = _joined(coverage.doubtful)
    return coverages


def _joined(times: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(times):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _is_in(moment: datetime, times: Iterable[tuple[datetime, datetime]]) -> bool:
    return any(start <= moment <= end for start, end in times)

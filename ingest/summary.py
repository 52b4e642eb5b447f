"""What a run of ingest did, to the last object and record."""

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa

from ingest.reading import EVIDENCE, Reading

INGESTED, REJECTED, SKIPPED = "ingested", "rejected", "skipped"  # statuses in the ledger
COUNTED = (  # columns of the ledger
    "kind",
    "status",
    "status_reason",
    "records_read",
    "events_written",
    "duplicates",
    "conflicts",
    "rejected",
)
DAMAGED = "damaged"  # ingested, but not all of it


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come; `bytes_read` counts objects as stored."""

    objects_done: int
    objects_total: int
    records_read: int
    bytes_read: int


@dataclass(frozen=True, slots=True)
class IngestSummary:
    """Every object that was seen and every record that was read, and what became of them.

    Records are CloudTrail's, and the rows of session reports and elements of the AWS CLI's
    answers; those that were taken are `evidence_records`. `evidence_rows` and `history_rows` count
    what was written of all of them. `objects_by_kind` and what follows count new objects only.
    Rejected objects are those of which nothing could be read, or that couldn't be fetched; damaged
    ones were read, but not to the end or not intact. `first_rejection` says in one line what was
    wrong with the first object or record.
    """

    objects_seen: int = 0
    objects_new: int = 0
    objects_known: int = 0
    objects_by_kind: dict[str, int] = field(default_factory=dict)
    objects_rejected: int = 0
    objects_damaged: int = 0
    objects_skipped: int = 0
    records_read: int = 0
    events_written: int = 0
    evidence_records: int = 0
    duplicates: int = 0
    conflicts: int = 0
    records_rejected: int = 0
    evidence_rows: int = 0
    history_rows: int = 0
    bytes_read: int = 0
    seconds: float = 0.0
    first_rejection: str | None = None

    @property
    def balances(self) -> bool:
        """Whether each record that was read was written, or is a duplicate, or was rejected."""
        written = self.events_written + self.evidence_records
        return self.records_read == written + self.duplicates + self.records_rejected

    @property
    def is_whole(self) -> bool:
        """Whether nothing was rejected and no object was damaged."""
        return not (self.objects_rejected or self.objects_damaged or self.records_rejected)


class Tally:
    """The counts of a run while it goes on."""

    def __init__(self) -> None:
        self.objects_seen = 0
        self.objects_new = 0
        self._objects_done = 0
        self._records_seen = 0
        self._bytes_read = 0
        self._kinds: Counter[str] = Counter()
        self._statuses: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()
        self._first_rejection: str | None = None

    def count(self, reading: Reading) -> None:
        """Count an object that was read, though not yet committed."""
        self._objects_done += 1
        self._records_seen += reading.records_read
        self._bytes_read += reading.source.size
        self._kinds[reading.kind.value] += 1
        reason = reading.unreadable
        if reason is not None:
            self._statuses[REJECTED] += 1
        elif reading.rejections:
            reason = reading.rejections[0].reason
        if reason is not None and self._first_rejection is None:
            self._first_rejection = f"{reading.source.uri.rpartition('/')[2]}: {reason}"

    def count_committed(self, ledger: pa.Table, *, evidence_rows: int, history_rows: int) -> None:
        """Count the objects of a batch by their rows in the ledger."""
        self._counts += Counter(evidence_rows=evidence_rows, history_rows=history_rows)
        for row in ledger.select(COUNTED).to_pylist():
            self._statuses[row["status"]] += 1
            # A reason without a rejected record is about the object itself.
            is_intact = row["status_reason"] is None or row["rejected"]
            self._statuses[DAMAGED] += row["status"] == INGESTED and not is_intact
            written = "evidence_records" if row["kind"] in EVIDENCE else "events_written"
            self._counts[written] += row["events_written"]
            self._counts["records_read"] += row["records_read"]
            self._counts["records_rejected"] += row["rejected"]
            self._counts["duplicates"] += row["duplicates"]
            self._counts["conflicts"] += row["conflicts"]

    def progress(self) -> Progress:
        """Return how far the run has come."""
        return Progress(self._objects_done, self.objects_new, self._records_seen, self._bytes_read)

    def summary(self, seconds: float) -> IngestSummary:
        """Return the counts as they stand."""
        return IngestSummary(
            objects_seen=self.objects_seen,
            objects_new=self.objects_new,
            objects_known=self.objects_seen - self.objects_new,
            objects_by_kind=dict(sorted(self._kinds.items())),
            objects_rejected=self._statuses[REJECTED],
            objects_damaged=self._statuses[DAMAGED],
            objects_skipped=self._statuses[SKIPPED],
            bytes_read=self._bytes_read,
            seconds=seconds,
            first_rejection=self._first_rejection,
            **self._counts,
        )

"""From raw records to batches of events, at a steady size, whatever the size of the objects."""

from collections import defaultdict
from collections.abc import Callable, Sequence

import pyarrow as pa
from msgspec import Raw

from ingest.decode import EventDecoder
from ingest.origin import Rejection
from ingest.redaction import redacted

BATCH_RECORDS = 32_000
BATCH_BYTES = 64 * 2**20  # of raw text
LONGEST_RAW = 64 * 2**10  # bytes of a rejected text that are kept
MOST_RAW = 8 * 2**20  # bytes of rejected text that are kept of one object


class EventWriter:
    """Decodes records, hands them on in batches, and remembers what was rejected by object."""

    def __init__(self, write: Callable[[pa.RecordBatch], None]) -> None:
        self._write = write
        self._decoder = EventDecoder()
        self._waiting_bytes = 0
        self._rejected: defaultdict[str, Rejections] = defaultdict(Rejections)

    def add(self, source_object_id: str, first_index: int, raws: Sequence[Raw]) -> None:
        """Take records of one object; `first_index` is the place of the first of them in it."""
        self._decoder.add(source_object_id, first_index, raws)
        self._collect_rejected()
        self._flush_if_full(sum(map(len, raws)))

    def add_list(self, source_object_id: str, first_index: int, window: bytes) -> int | None:
        """Take a JSON list of records; return how many there are, or None if it isn't one."""
        count = self._decoder.add_list(source_object_id, first_index, window)
        if count is not None:
            self._collect_rejected()
            self._flush_if_full(len(window))
        return count

    def first_record(self, window: bytes) -> bytes | None:
        """Return the first record of a JSON list, if there is one."""
        return self._decoder.first_record(window)

    def _flush_if_full(self, added_bytes: int) -> None:
        self._waiting_bytes += added_bytes
        if len(self._decoder) >= BATCH_RECORDS or self._waiting_bytes >= BATCH_BYTES:
            self.flush()

    def reject(self, source_object_id: str, rejection: Rejection) -> None:
        """Remember what couldn't be taken of an object for another reason than its form."""
        self._rejected[source_object_id].add(rejection)

    def flush(self) -> None:
        """Hand on what waits."""
        for batch in self._decoder.batches():
            self._write(batch)
        self._waiting_bytes = 0
        self._collect_rejected()

    def _collect_rejected(self) -> None:
        for source_object_id, rejection in self._decoder.rejected():
            self._rejected[source_object_id].add(rejection)

    def rejected_so_far(self, source_object_id: str) -> int:
        """Return how many of an object's records are known to be rejected."""
        return len(self._rejected[source_object_id])

    def rejected_of(self, source_object_id: str) -> list[Rejection]:
        """Return what was rejected of an object, and forget it; flush before."""
        return self._rejected.pop(source_object_id, Rejections()).rejections


class Rejections:
    """What was rejected of one object, as it may be kept: redacted and of bounded size."""

    def __init__(self) -> None:
        self.rejections: list[Rejection] = []
        self._bytes = 0

    def __len__(self) -> int:
        return len(self.rejections)

    def add(self, rejection: Rejection) -> None:
        """Keep a rejection, its text as far as there is room."""
        room = max(0, min(LONGEST_RAW, MOST_RAW - self._bytes))
        # Cut before, so that it takes no time, and after: redacting can make it longer.
        text = redacted(rejection.raw[: 4 * LONGEST_RAW].encode("utf-8", "replace"))[:room]
        self._bytes += len(text)
        raw = text.decode("utf-8", "ignore")
        self.rejections.append(
            Rejection(rejection.record_index, rejection.field, rejection.reason, raw)
        )

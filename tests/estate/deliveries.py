"""How events get into the bucket: gathered for a while, delivered late, twice, or not at all."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.estate.accounts import HOME, MAIN
from tests.estate.clock import DAY, HOUR, MINUTE, midnight, moment_of
from tests.estate.compression import gzipped
from tests.estate.identifiers import new_object_suffix
from tests.estate.options import EstateOptions
from tests.estate.records import LOG, Event
from tests.estate.truth_file import TruthFile

GRID = 5 * MINUTE
"""File names carry times on this grid."""
SLOWEST = 20 * HOUR

Stream = tuple[str, str, str]
"""Account, region and kind: what one object can hold."""


class DeliveredObject(NamedTuple):
    """An object in the bucket, as a digest names it."""

    key: str
    delivered_at: int
    digest: str
    oldest_at: int
    newest_at: int


@dataclass(slots=True)
class Trail:
    """The objects of a trail. Events come in any order; `flush` says that a time is over."""

    folder: Path
    options: EstateOptions
    truth: TruthFile
    random: Random = field(init=False)
    kept: list[DeliveredObject] = field(default_factory=list)
    _open: dict[int, dict[Stream, list[Event]]] = field(default_factory=dict)
    _copies: dict[Stream, list[tuple[Event, bool]]] = field(default_factory=dict)
    objects: int = 0
    records: int = 0

    def __post_init__(self) -> None:
        self.random = Random(f"{self.options.seed}/deliveries")

    def add(self, events: Iterable[Event]) -> None:
        """Take events in, whose time must not have been flushed."""
        length = self.options.delivery_minutes * MINUTE
        for one in events:
            window = self._open.setdefault(one.at // length, {})
            window.setdefault((one.account_id, one.region, one.kind), []).append(one)

    def flush(self, until: int | None = None) -> None:
        """Deliver all that happened before the delivery window of this moment, or everything."""
        length = self.options.delivery_minutes * MINUTE
        for number in sorted(self._open):
            if until is not None and number >= until // length:
                return
            window = self._open.pop(number)
            for stream in sorted(window):
                events = sorted(window[stream], key=lambda one: (one.at, one.event_id))
                self._deliver(stream, events, (number + 1) * length)

    def _deliver(self, stream: Stream, events: list[Event], window_end: int) -> None:
        """Deliver one window of a stream, in as many objects as it takes."""
        size = self.options.records_per_object
        for start in range(0, len(events), size):
            part = events[start : start + size]
            copies = self._copies.pop(stream, [])
            is_lost = self.random.random() < self.options.lost_file_share
            self._copies[stream] = [
                (one, is_lost)
                for one in part
                if self.random.random() < self.options.duplicate_share
            ]
            if is_lost:
                self._copies[stream] += copies
                continue
            for one in part:
                self.truth.add(one)
            for one, was_lost in copies:
                if was_lost:
                    self.truth.add(one)
            records = [one.record for one in part] + [one.record for one, _ in copies]
            times = [one.at for one in part]
            self.write(stream, records, (min(times), max(times)), self._delivery_time(window_end))

    def _delivery_time(self, window_end: int) -> int:
        if self.random.random() < self.options.late_share:
            return window_end + self.random.randrange(HOUR, SLOWEST)
        return window_end + self.random.randrange(0, 5 * MINUTE)

    def write(
        self, stream: Stream, records: list[bytes], times: tuple[int, int], delivered_at: int
    ) -> Path:
        """Write one object into the folder of its day of delivery and return where it is."""
        account_id, region, kind = stream
        delivered_at = -(-delivered_at // GRID) * GRID
        moment = moment_of(delivered_at)
        name = (
            f"{account_id}_{kind}_{region}_{moment:%Y%m%dT%H%MZ}_"
            f"{new_object_suffix(self.random)}.json.gz"
        )
        key = f"AWSLogs/{account_id}/{kind}/{region}/{moment:%Y/%m/%d}/{name}"
        content = b'{"Records":[' + b",".join(records) + b"]}"
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzipped(content))
        self.objects += 1
        self.records += len(records)
        hour = midnight(self.options.first_day) + DAY + 9 * HOUR
        if stream == (MAIN, HOME, LOG) and hour <= delivered_at < hour + HOUR:
            digest = hashlib.sha256(content).hexdigest()
            self.kept.append(DeliveredObject(key, delivered_at, digest, *times))
        return path

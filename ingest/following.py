"""Continuous ingest: what a queue says was delivered is read, committed, and only then deleted.

Nothing that a follower remembers decides what is taken in: the ledger does. So a follower may be
killed anywhere, and several may share a queue and a lake with each other and with `ingest`.
"""

import hashlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event

from ingest.event_files import EventTarget
from ingest.event_writer import LONGEST_RAW
from ingest.ingestion import PortionRead, take_in
from ingest.notifications import Place, PoisonError, places_in
from ingest.origin import Rejection
from ingest.queues import Message, Queue
from ingest.reading import Reading, reading_of
from ingest.redaction import redacted
from ingest.s3_listing import Bucket
from ingest.s3_reading import Access, BucketOptions, object_at
from ingest.sources import SCHEME, SourceObject
from ingest.summary import IngestSummary
from ingest.workers import FETCHERS, read_all
from lake import Lake
from lake.commits import finish_interrupted

WAIT_SECONDS = 5  # for a message at a time; so long it can take to notice a request to stop
DRAINED_SECONDS = 2  # without a message, after which a queue counts as empty
PROCESSES = 1  # that read; more followers share the work as well


@dataclass(frozen=True, slots=True)
class FollowedBatch:
    """What became of some messages.

    `kept` stay in the queue because an object that they name couldn't be read, `poison` because
    they name none in any way that is known; both until the queue's redrive takes them.
    `first_kept` says in one line why. Of `summary`, the objects are those of this batch, and a
    poison message is one of them.
    """

    deleted: int
    kept: int
    poison: int
    first_kept: str | None
    summary: IngestSummary

    @property
    def is_whole(self) -> bool:
        """Whether everything was taken that the messages name."""
        return self.summary.is_whole and not (self.kept or self.poison)


def follow(  # noqa: PLR0913 - one parameter for each option that a user has
    lake: Lake,
    queue_url: str,
    *,
    role_arn: str | None = None,
    endpoint_url: str | None = None,
    is_requester_pays: bool = False,
    batch_objects: int = 1_000,
    batch_seconds: int = 60,
    is_once: bool = False,
    stop: Event,
    on_batch: Callable[[FollowedBatch], None],
    on_wait: Callable[[], None] | None = None,
) -> None:
    """Take in what the queue's messages name until `stop` is set, or the queue is drained if once.

    A batch is committed when it names so many objects, or is so many seconds old; what has begun
    when `stop` is set is committed too. `role_arn`, `endpoint_url` and `is_requester_pays` are for
    buckets, not for the queue. `on_wait` is called before each look into the queue, some seconds
    apart, and should be brief. Raises IngestError if the queue can't be used, and LakeError.
    """
    queue = Queue(queue_url)
    options = BucketOptions(role_arn, endpoint_url, is_requester_pays=is_requester_pays)
    follower = _Follower(lake, queue, options)
    intake = _Intake(queue, batch_objects, batch_seconds, stop, on_wait, set() if is_once else None)
    with queue.hiding():
        while not (stop.is_set() or intake.is_drained):
            if batch := intake.next_batch():
                on_batch(follower.take(batch))


@dataclass(slots=True)
class _Intake:
    """Collects the messages of one batch after the other.

    `seen` has the ids of all messages so far if the queue is to be drained; it is drained when no
    others come.
    """

    queue: Queue
    most_objects: int
    most_seconds: int
    stop: Event
    on_wait: Callable[[], None] | None
    seen: set[str] | None
    is_drained: bool = False

    def next_batch(self) -> list["_Notified"]:
        """Return the messages of a batch; none if the queue is drained, or `stop` is set."""
        batch: list[_Notified] = []
        objects = 0
        due = math.inf
        while not self.stop.is_set() and objects < self.most_objects:
            if (left := due - time.monotonic()) <= 0:
                break
            if self.on_wait is not None:
                self.on_wait()
            received = self._received(left)
            if self.is_drained:
                break
            if received and not batch:
                due = time.monotonic() + self.most_seconds
            batch += received
            objects += sum(max(1, len(one.places)) for one in received)
        return batch

    def _received(self, seconds_left: float) -> list["_Notified"]:
        """Return what comes from the queue now."""
        longest = WAIT_SECONDS if self.seen is None else DRAINED_SECONDS
        received = self.queue.receive(math.ceil(min(longest, seconds_left)))
        if self.seen is not None:
            ids = {message.message_id for message in received}
            if ids <= self.seen:
                self.queue.let_go(received)
                self.is_drained = True
                return []
            self.seen |= ids
        return [_notified(message) for message in received]


@dataclass(frozen=True, slots=True)
class _Notified:
    """A message, and what it names, or why it is poison."""

    message: Message
    places: tuple[Place, ...] = ()
    poison: str | None = None


def _notified(message: Message) -> _Notified:
    try:
        return _Notified(message, places_in(message.body))
    except PoisonError as error:
        return _Notified(message, poison=str(error))


class _Follower:
    """Takes one batch of messages after the other into a lake."""

    def __init__(self, lake: Lake, queue: Queue, options: BucketOptions) -> None:
        self._lake = lake
        self._queue = queue
        self._options = options
        self._buckets: dict[str, Bucket] = {}

    def take(self, batch: Sequence[_Notified]) -> FollowedBatch:
        """Commit what the messages name, delete them, and return what became of them."""
        started = time.monotonic()
        poison = [one for one in batch if one.poison is not None]
        refused = {self._uri_of(one): one for one in poison}
        found, missing = self._found({place for one in batch for place in one.places})

        def read(new: Sequence[SourceObject], target: EventTarget) -> Iterator[PortionRead]:
            objects = [source for source in new if source.bucket is not None]
            for readings, events in read_all(objects, self._access_of, target, PROCESSES):
                for reading in readings:
                    if reading.unreadable is not None:
                        missing[_place_of(reading.source)] = reading.unreadable
                yield readings, events
            yield [_refusal(one, refused[one.uri]) for one in new if one.bucket is None], []

        finish_interrupted(self._lake)
        messages = [_as_object(uri, one.message.body) for uri, one in refused.items()]
        summary = take_in(self._lake, [*found, *messages], read, started=started)
        kept = [one for one in batch if not missing.keys().isdisjoint(one.places)]
        self._queue.let_go([one.message for one in (*kept, *poison)])
        stays = {one.message.receipt for one in (*kept, *poison)}
        done = [one.message for one in batch if one.message.receipt not in stays]
        self._queue.delete(done)
        return FollowedBatch(len(done), len(kept), len(poison), _first(missing), summary)

    def _found(self, places: set[Place]) -> tuple[list[SourceObject], dict[Place, str]]:
        """Return the objects that are at these places, and why there is none at the others."""
        for name in sorted({place.bucket for place in places} - self._buckets.keys()):
            self._buckets[name] = Bucket(name, options=self._options)
        access = {name: self._access_of(name) for name in {place.bucket for place in places}}
        missing: dict[Place, str] = {}

        def find(place: Place) -> SourceObject | None:
            try:
                return object_at(access[place.bucket], place.key)
            except OSError as error:
                missing[place] = str(error)
                return None

        with ThreadPoolExecutor(FETCHERS) as threads:
            found = [source for source in threads.map(find, places) if source is not None]
        return found, missing

    def _access_of(self, bucket: str) -> Access:
        return self._buckets[bucket].access()

    def _uri_of(self, notified: _Notified) -> str:
        return f"{self._queue.url}#{notified.message.message_id}"


def _as_object(uri: str, body: str) -> SourceObject:
    """Return a poison message as an object of its own, so that the ledger knows it from now on."""
    content = body.encode()
    return SourceObject(
        uri=uri,
        version=hashlib.sha256(content).hexdigest(),
        size=len(content),
        modified_at=datetime.now(UTC),
        place="",
    )


def _refusal(source: SourceObject, notified: _Notified) -> Reading:
    """Return a poison message as it is accounted for: nothing could be read of it."""
    raw = redacted(notified.message.body.encode())[:LONGEST_RAW].decode("utf-8", "replace")
    reading = reading_of(source)
    reading.rejections = [Rejection(None, None, notified.poison or "", raw)]
    return reading


def _place_of(source: SourceObject) -> Place:
    return Place(source.bucket or "", source.place)


def _first(missing: dict[Place, str]) -> str | None:
    for place, reason in missing.items():
        return f"{SCHEME}{place.bucket}/{place.key}: {reason}"
    return None

"""CloudTrail's own event history as a source, for accounts without a trail: 90 days back.

The history is read in windows of an hour, each an object in the ledger. A window that ended long
enough ago is whole and never asked for again; a younger one is, and what it held before counts as
duplicates. CloudTrail answers two questions a second and gives 50 events to each, so a window's
events are gathered in a file before they are read like a log.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ingest.errors import IngestError
from ingest.event_files import EventTarget
from ingest.ledger import new_objects
from ingest.object_keys import KeyFacts
from ingest.sources import SourceObject
from ingest.staging import Batch, event_target
from ingest.summary import IngestSummary, Tally
from ingest.workers import read_all
from lake import Lake
from lake.commits import finish_interrupted

if TYPE_CHECKING:
    from ingest.aws_places import Place
    from ingest.s3_reading import Access

HISTORY = timedelta(days=90)
WINDOW = timedelta(hours=1)
SETTLED_AFTER = timedelta(hours=2)  # CloudTrail shows most events within minutes
PAUSE = 0.5  # seconds between questions
BATCH_WINDOWS = 24
WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class LookupSummary:
    """What became of each window and event, and a line for each place that refused to answer."""

    summary: IngestSummary
    refusals: tuple[str, ...]


def look_up(  # noqa: PLR0913 - one parameter for each option that a user has
    lake: Lake,
    *,
    since: date | None = None,
    until: date | None = None,
    role_arns: Sequence[str] = (),
    regions: Sequence[str] = (),
    on_step: Callable[[str], None] | None = None,
) -> LookupSummary:
    """Take in the event history of each role's account, or of the caller's, in each region.

    `since` and `until` are UTC days of the events, the last one excluded; by default all 90 days
    that there are. A place that refuses to answer is in the summary and stops no other. Raises
    IngestError if there are no credentials or no region, and LakeError.
    """
    from ingest.aws_places import AWS_ERRORS, Place, places, reason_of

    finish_interrupted(lake)
    now = datetime.now(UTC)
    with event_target(lake) as target:
        run = _Run(lake, target, on_step)
        for place in places(role_arns, regions):
            if not isinstance(place, Place):
                run.refusals.append(str(place))
                continue
            try:
                run.take(place, windows(place, since, until, now))
            except AWS_ERRORS as error:
                reason = reason_of(error, "cloudtrail:LookupEvents")
                run.refusals.append(f"{place.account_id} {place.region}: LookupEvents: {reason}")
            run.commit()
        return run.finish()


@dataclass(frozen=True, slots=True)
class Window:
    """An hour of a place's history, as an object that the ledger can know."""

    start: datetime
    end: datetime
    source: SourceObject


def windows(place: "Place", since: date | None, until: date | None, now: datetime) -> list[Window]:
    """Return the hours between the days, as far as CloudTrail has them, oldest first."""
    oldest = (now - HISTORY).replace(minute=0, second=0, microsecond=0) + WINDOW
    start = oldest if since is None else max(oldest, _midnight(since))
    latest = now if until is None else min(now, _midnight(until))
    found: list[Window] = []
    while start < latest:
        end = start + WINDOW
        uri = (
            f"aws://{place.account_id}/{place.region}/cloudtrail/lookup-events/{start:%Y-%m-%dT%H}"
        )
        is_settled = end + SETTLED_AFTER <= now
        version = WHOLE if is_settled else f"until {now.isoformat()}"
        found.append(Window(start, end, SourceObject(uri, version, 0, now, place=uri)))
        start = end
    return found


class _Run:
    """The windows of a run, one after the other, and the tally of them all."""

    def __init__(
        self, lake: Lake, target: EventTarget, on_step: Callable[[str], None] | None
    ) -> None:
        self.refusals: list[str] = []
        self._lake = lake
        self._target = target
        self._on_step = on_step
        self._started = time.monotonic()
        self._tally = Tally()
        self._batch = Batch(lake)
        self._waiting = 0

    def take(self, place: "Place", found: list[Window]) -> None:
        """Ask for the windows that aren't known. Raises what boto3 raises."""
        client = place.client("cloudtrail")
        new = {source.uri for source in new_objects(self._lake, [one.source for one in found])}
        self._tally.objects_seen += len(found) - len(new)
        file = self._target.folder / "events.json"
        for window in (one for one in found if one.source.uri in new):
            if self._on_step is not None:
                self._on_step(f"asking {place.account_id} {place.region} {window.start:%F %H}h")
            _gather(_pages(client.lookup_events, window), file)
            self._tally.objects_seen += 1
            # That there is nothing yet isn't worth a row: the hour is asked for again.
            if window.source.version == WHOLE or file.stat().st_size:
                self._read(place, window, file)

    def commit(self) -> None:
        """Commit what waits, if anything does."""
        if not self._batch.is_empty:
            ledger = self._batch.commit()
            self._tally.count_committed(ledger, **self._batch.rows_written())
        self._batch, self._waiting = Batch(self._lake), 0

    def finish(self) -> LookupSummary:
        """Return what became of everything."""
        summary = self._tally.summary(time.monotonic() - self._started)
        return LookupSummary(summary, tuple(self.refusals))

    def _read(self, place: "Place", window: Window, file: Path) -> None:
        source = replace(window.source, size=file.stat().st_size, place=str(file))
        self._tally.objects_new += 1
        for readings, events in read_all([source], _no_bucket, self._target, 1):
            for reading in readings:
                reading.facts = KeyFacts(account_id=place.account_id, region=place.region)
                self._tally.count(reading)
            self._batch.add(readings, events)
        self._waiting += 1
        if self._batch.is_full or self._waiting >= BATCH_WINDOWS:
            self.commit()


def _gather(pages: Iterator[list[dict[str, object]]], file: Path) -> None:
    """Write the events of all pages to a file, as lookup-events prints them; none, no text."""
    with file.open("wb") as out:
        is_first = True
        for page in pages:
            for event in page:
                out.write(b'{"Events":[' if is_first else b",\n")
                out.write(msgspec.json.encode({"CloudTrailEvent": event["CloudTrailEvent"]}))
                is_first = False
        out.write(b"" if is_first else b"]}")


def _pages(
    ask: Callable[..., dict[str, object]], window: Window
) -> Iterator[list[dict[str, object]]]:
    parameters: dict[str, object] = {"StartTime": window.start, "EndTime": window.end}
    while True:
        page = ask(**parameters)
        time.sleep(PAUSE)
        events = page.get("Events")
        yield events if isinstance(events, list) else []
        if not page.get("NextToken"):
            return
        parameters["NextToken"] = page["NextToken"]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time_of_day.min, UTC)


def _no_bucket(name: str) -> "Access":
    raise IngestError(f"there is no bucket {name} in CloudTrail's event history")

"""A run of collect: ask AWS's APIs how things are, and keep what the lake doesn't know yet.

An answer goes the way of a file with the AWS CLI's output: the same reading, one row in the
ledger, one batch for all answers of a place. Its uri says where it was asked; its version is a
hash of its content and the time, so that an answer can come back to what it was before.

States of resources are written when they change. Streaming sessions are written each time: AWS
tells neither their end nor their past, so the last sighting is all that says how long somebody
was there, and an answer that names the same people as the one before is news.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.collected_states import SOURCE, Said, last_said
from ingest.inventory import inventory_rows
from ingest.kinds import Kind
from ingest.object_keys import KeyFacts
from ingest.observed_values import stable_id
from ingest.origin import Origin
from ingest.reading import Reading
from ingest.sources import SourceObject
from ingest.staging import Batch
from lake import Lake
from lake.commits import finish_interrupted

if TYPE_CHECKING:
    from ingest.aws_places import Place
    from ingest.collected_answers import Answer

SCHEME = "aws://"
HASH_DIGITS = 32
NOTHING_SAID = Said({})


@dataclass(frozen=True, slots=True)
class CollectSummary:
    """What AWS answered, and what of it was new.

    `places` counts regions of accounts, `answers` whole answers of an API, `items` what they list;
    `items_known` are those that the lake had as they are. `refusals` says, a line each, what AWS
    didn't answer.
    """

    places: int = 0
    answers: int = 0
    answers_known: int = 0
    items: int = 0
    items_known: int = 0
    items_rejected: int = 0
    evidence_rows: int = 0
    history_rows: int = 0
    refusals: tuple[str, ...] = ()
    seconds: float = 0.0


def collect(
    lake: Lake,
    *,
    role_arns: Sequence[str] = (),
    regions: Sequence[str] = (),
    on_step: Callable[[str], None] | None = None,
) -> CollectSummary:
    """Ask about fleets, streaming sessions and networks, and return what was learnt.

    Each role is one account to ask in; without roles it is the caller's own, and without regions
    the caller's region. `on_step` is told which place is asked. Each place is committed by itself.
    What AWS refuses is in the summary and stops nothing else. Raises IngestError if there are no
    credentials or no region, and LakeError.
    """
    from ingest.aws_places import Refusal, places

    finish_interrupted(lake)
    run = _Run(lake)
    for place in places(role_arns, regions):
        if isinstance(place, Refusal):
            run.refusals.append(str(place))
            continue
        if on_step is not None:
            on_step(f"asking {place.account_id} {place.region}")
        run.take(place)
    return run.summary()


class _Run:
    """The places of a run, one after the other, and the counts of them all."""

    def __init__(self, lake: Lake) -> None:
        self.refusals: list[str] = []
        self._lake = lake
        self._started = time.monotonic()
        self._places = 0
        self._counts: Counter[str] = Counter()

    def take(self, place: "Place") -> None:
        """Ask in one place, and commit what is new."""
        from ingest.collected_answers import answers_of

        answers, refusals = answers_of(place)
        self._places += 1
        self.refusals += map(str, refusals)
        readings = [_reading(place, answer) for answer in answers]
        listed = [row for reading in readings for row in reading.history]
        said = last_said(self._lake, _root(place), listed)
        batch = Batch(self._lake)
        for reading in readings:
            known = _keep_news(reading, said.get(reading.source.uri, NOTHING_SAID))
            is_news = bool(reading.history or reading.evidence or reading.rejections)
            self._count(reading, known, is_news=is_news)
            if is_news:
                batch.count_known(reading.source_object_id, known)
                batch.add([reading], [])
        if not batch.is_empty:
            batch.commit()

    def summary(self) -> CollectSummary:
        """Return the counts as they stand."""
        return CollectSummary(
            refusals=tuple(self.refusals),
            seconds=time.monotonic() - self._started,
            places=self._places,
            **self._counts,
        )

    def _count(self, reading: Reading, known: int, *, is_news: bool) -> None:
        self._counts.update(
            answers=1,
            answers_known=not is_news,
            items=reading.records_read,
            items_known=known,
            items_rejected=reading.records_rejected,
            evidence_rows=len(reading.evidence),
            history_rows=len(reading.history),
        )


def _root(place: "Place") -> str:
    return f"{SCHEME}{place.account_id}/{place.region}/"


def _reading(place: "Place", answer: "Answer") -> Reading:
    """Return an answer as it would be read from a file, with all that it says."""
    uri = f"{_root(place)}{answer.api.service}/{answer.api.name}"
    content_hash = hashlib.sha256(answer.document).hexdigest()[:HASH_DIGITS]
    version = f"{content_hash}@{answer.asked_at.isoformat()}"
    origin = Origin(
        stable_id(uri, version), uri, place.account_id, place.region, observed_at=answer.asked_at
    )
    rows = inventory_rows(answer.document, origin)
    return Reading(
        source=SourceObject(uri, version, len(answer.document), answer.asked_at, place=uri),
        source_object_id=origin.source_object_id,
        facts=KeyFacts(account_id=place.account_id, region=place.region),
        kind=Kind.INVENTORY,
        records_read=rows.read,
        rejections=rows.rejected,
        evidence=rows.evidence,
        history=[row | {"evidence_source": SOURCE} for row in rows.history],
    )


def _keep_news(reading: Reading, said: Said) -> int:
    """Leave in an answer what the lake doesn't know; return how many items it had as they are."""
    news = said.news_in(reading.history)
    gone = said.gone_from(
        reading.history, reading.source_object_id, asked_at=reading.source.modified_at
    )
    told = len({row["state"] for row in news}) + len(reading.evidence) + reading.records_rejected
    reading.history = news + gone
    return reading.records_read - told

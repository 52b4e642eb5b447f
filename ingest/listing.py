"""What the sources of a run hold: folders and files whole, trails in buckets from a day on.

A bucket's trail grows for years. Once a run has listed and taken in all of it, the next ones list
the days before its newest one only as far back as the look-back window goes: CloudTrail delivers
late, and out of order. The ledger decides what is new, whatever was listed.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from ingest.selection import Selection
from ingest.sources import SCHEME, SourceObject, files_in
from lake import Lake
from lake.listings import folders_of_days, listed_until, note_listed

if TYPE_CHECKING:
    from ingest.reading import Reading
    from ingest.s3_listing import Bucket
    from ingest.s3_reading import Access, BucketOptions

LOOK_BACK_DAYS = 3


class Listing:
    """The wanted objects of some sources, each once; raises IngestError if one can't be listed.

    `look_back_days` before the newest day of an earlier listing are listed again.
    """

    def __init__(
        self,
        lake: Lake,
        sources: Iterable[str],
        selection: Selection,
        look_back_days: int = LOOK_BACK_DAYS,
        options: "BucketOptions | None" = None,
    ) -> None:
        self._lake = lake
        self._selection = selection
        self._look_back = look_back_days
        self._options = options
        self._buckets: dict[str, Bucket] = {}
        self._newest: dict[str, date] = {}
        found: dict[tuple[str, str], SourceObject] = {}
        for source in sources:
            objects = self._in_bucket(source) if source.startswith(SCHEME) else self._files(source)
            found |= {(listed.uri, listed.version): listed for listed in objects}
        self.objects = list(found.values())

    def access_of(self, bucket: str) -> "Access":
        """Return what it takes to read from a bucket now."""
        return self._buckets[bucket].access()

    def count_unreadable(self, readings: Sequence["Reading"]) -> None:
        """Note what couldn't be read, so that the next run lists it again."""
        for reading in readings:
            if reading.unreadable is not None and reading.facts.day is not None:
                for source, newest in self._newest.items():
                    self._newest[source] = min(newest, reading.facts.day)

    def remember(self) -> None:
        """Let later runs know how far this one came; call it when all is committed."""
        for source, newest in self._newest.items():
            note_listed(self._lake, self._scope(source), newest)

    def _files(self, source: str) -> list[SourceObject]:
        return [found for found in files_in(source) if self._selection.wants(found.uri)]

    def _in_bucket(self, source: str) -> list[SourceObject]:
        name, _, prefix = source.removeprefix(SCHEME).partition("/")
        if name not in self._buckets:
            from ingest.s3_listing import Bucket

            self._buckets[name] = Bucket(name, options=self._options)
        found = self._buckets[name].search(prefix, self._selection, self._first_day(source))
        if self._selection.until is None and found.newest_day is not None:
            self._newest[source] = found.newest_day
        return found.objects

    def _first_day(self, source: str) -> "Callable[[str], date | None] | None":
        """Return what gives the day to list the folder of a region from."""
        until = listed_until(self._lake, self._scope(source))
        if until is None:
            return None
        bucket = SCHEME + source.removeprefix(SCHEME).partition("/")[0] + "/"
        first = date.fromordinal(max(date.min.toordinal(), until.toordinal() - self._look_back))
        return partial(_since, bucket, folders_of_days(self._lake, source), first)

    def _scope(self, source: str) -> str:
        """Return all that a listing depended on, as a text."""
        chosen = self._selection
        return json.dumps(
            [
                source,
                chosen.since.isoformat() if chosen.since else None,
                sorted(chosen.account_ids),
                sorted(chosen.regions),
                sorted(folder or "" for folder in chosen.folders),
            ]
        )


def _since(bucket: str, known: AbstractSet[str], first: date, folder: str) -> date | None:
    """Return the first day to list of a region's folder: all of one that is new here."""
    return first if f"{bucket}{folder}" in known else None

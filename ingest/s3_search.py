"""Objects of a bucket found by many listings at a time, and folders that nobody asked for left out.

A listing gives a thousand keys in order and can't be split. So folders are listed first, as far as
it takes to have enough listings side by side, and in a trail down to the regions: what is before
the first day, or of other accounts, regions, kinds and services, is then never listed at all.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from ingest.object_keys import facts_of
from ingest.s3_reading import LISTERS, Access, payer
from ingest.selection import Selection
from ingest.sources import SCHEME, SourceObject
from ingest.trail_folders import TrailFolder, trail_folder

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ListObjectsV2OutputTypeDef

FirstDay: TypeAlias = Callable[[str], date | None]
"""Gives the day from which on the folder of a region is to be listed; None means all."""

DEEPEST = 8  # folders to go down in search of that many to list side by side
SHORT = timedelta(days=31)  # so many days of a region are listed in one go


@dataclass(slots=True)
class Found:
    """What one listing or several brought: objects, and prefixes to go on with.

    `newest_day` is the last day of a trail that is not in the future, a key can name any, and that
    is listed to its end.
    """

    objects: list[SourceObject] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    newest_day: date | None = None


class Search:
    """One search of a bucket for wanted objects."""

    def __init__(
        self, client: "S3Client", access: Access, selection: Selection, first_day: FirstDay | None
    ) -> None:
        self.has_left_out = False  # whether anything there is, or may be, was not wanted
        self._client = client
        self._access = access
        self._selection = selection
        self._first_day = first_day or (lambda _: None)

    def found(self, prefix: str) -> Found:
        """Return the wanted objects whose keys start with the prefix, in order of their keys.

        Raises what boto3 raises.
        """
        objects: list[SourceObject] = []
        days: list[date] = []
        with ThreadPoolExecutor(LISTERS) as threads:
            waiting: set[Future[Found]] = {threads.submit(self._folders, prefix)}
            try:
                while waiting:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    for found in [future.result() for future in done]:
                        objects += found.objects
                        days += [found.newest_day] if found.newest_day is not None else []
                        is_enough = len(waiting) >= LISTERS
                        waiting |= {
                            threads.submit(self._step(below, prefix, is_enough=is_enough), below)
                            for below in found.below
                        }
            finally:
                threads.shutdown(cancel_futures=True)
        alone = [one for one in objects if one.place == prefix and not prefix.endswith("/")]
        objects = alone or sorted(objects, key=lambda one: one.place)
        return Found(objects, newest_day=max(days, default=None))

    def _step(self, prefix: str, start: str, *, is_enough: bool) -> Callable[[str], Found]:
        """Return how to list a prefix: folder by folder, or all below it in one go."""
        folder = trail_folder(prefix)
        if folder is None:
            is_deep = prefix.count("/") - start.count("/") >= DEEPEST
            return self._everything if is_enough or is_deep else self._folders
        if folder.is_of_region:
            since = self._since(folder)
            until = min(self._selection.until or date.max, datetime.now(UTC).date())
            is_short = since is not None and until - since <= SHORT
            return self._everything if is_short else self._folders
        return self._folders if folder.dated == 0 or folder.is_of_year else self._everything

    def _folders(self, prefix: str) -> Found:
        """List the objects right in a folder, and the folders in it that can be wanted."""
        found = Found()
        folder = trail_folder(prefix)
        since = self._since(folder) if folder is not None and folder.region else None
        for page in self._pages(prefix, "/", ""):
            found.objects += self._wanted_on(page)
            for common in page.get("CommonPrefixes", []):
                below = trail_folder(common["Prefix"])
                is_late = (
                    below is None or since is None or below.last is None or below.last >= since
                )
                if is_late and (below is None or below.is_wanted(self._selection)):
                    found.below.append(common["Prefix"])
                else:
                    self.has_left_out = True
        return found

    def _everything(self, prefix: str) -> Found:
        """List all objects below a prefix; those of a trail from the first day to the last."""
        folder = trail_folder(prefix)
        if folder is None or folder.region is None:
            pages = self._pages(prefix, "", "")
            return Found([found for page in pages for found in self._wanted_on(page)])
        days = prefix[: len(prefix) - (0, 5, 8, 11)[folder.dated]]
        since = self._since(folder)
        start = "" if since is None else f"{days}{since:%Y/%m/%d}"
        end = None if self._selection.until is None else f"{days}{self._selection.until:%Y/%m/%d}"
        self.has_left_out |= bool(start or end)
        found = Found()
        for page in self._pages(prefix, "", start if start > prefix else ""):
            found.objects += self._wanted_on(page)
            keys = [last["Key"] for last in page.get("Contents", [])[-1:]]
            if end is not None and keys > [end]:
                break
        for last in found.objects[-1:]:  # keys come in order
            day = facts_of(last.uri).day
            found.newest_day = day if day and day <= datetime.now(UTC).date() else None
        return found

    def _since(self, folder: TrailFolder) -> date | None:
        """Return the day to list a region's folder from, or a folder of days in it."""
        days = folder.prefix[: len(folder.prefix) - (0, 5, 8, 11)[folder.dated]]
        known = [day for day in (self._selection.since, self._first_day(days)) if day is not None]
        return max(known, default=None)

    def _pages(
        self, prefix: str, delimiter: str, start_after: str
    ) -> Iterator["ListObjectsV2OutputTypeDef"]:
        yield from self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._access.bucket,
            Prefix=prefix,
            Delimiter=delimiter,
            StartAfter=start_after,
            **payer(self._access),
        )

    def _wanted_on(self, page: "ListObjectsV2OutputTypeDef") -> Iterator[SourceObject]:
        bucket = self._access.bucket
        for found in page.get("Contents", []):
            uri = f"{SCHEME}{bucket}/{found['Key']}"
            if not self._selection.wants(uri):
                self.has_left_out = True
                continue
            yield SourceObject(
                uri=uri,
                version=found["ETag"].strip('"'),
                size=found["Size"],
                modified_at=found["LastModified"],
                place=found["Key"],
                bucket=bucket,
            )

"""The folders that CloudTrail delivers into, and which of them a run has to list.

A trail's keys are `[prefix/]AWSLogs/[o-id/]account/CloudTrail[-…]/region/YYYY/MM/DD/file`. Below an
account there can be folders of other services, some of them with many more objects.
"""

import contextlib
import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from ingest.object_keys import ACCOUNT, REGION
from ingest.selection import Selection

LOGS = "AWSLogs/"
DELIVERED = "CloudTrail"  # what the names of CloudTrail's own folders begin with
_FOLDERS = re.compile(
    rf"(?:.*/)?{LOGS}(?:o-[a-z0-9]+/)?"
    rf"(?:(?P<account>{ACCOUNT})/(?:(?P<folder>[^/]+)/"
    rf"(?:(?P<region>{REGION})/(?P<days>(?:\d{{4}}/(?:\d{{2}}/(?:\d{{2}}/)?)?)?))?)?)?"
)


@dataclass(frozen=True, slots=True)
class TrailFolder:
    """A folder in a trail, from `AWSLogs/` down to a day; None for what comes further down.

    `dated` is how much of the day it names: nothing, the year, the month or all. `first` and `last`
    are the days that it is for, if there are such days.
    """

    prefix: str
    account_id: str | None
    folder: str | None
    region: str | None
    dated: int
    first: date | None
    last: date | None

    @property
    def is_of_region(self) -> bool:
        """Whether its folders are years."""
        return self.region is not None and self.dated == 0

    @property
    def is_of_year(self) -> bool:
        """Whether its folders are months."""
        return self.dated == 1

    def is_wanted(self, selection: Selection) -> bool:
        """Say whether anything in it can be wanted."""
        return (
            (self.account_id is None or selection.wants_account(self.account_id))
            and (self.folder is None or self._is_of_wanted_folder(self.folder, selection))
            and (self.region is None or selection.wants_region(self.region))
            and (
                self.first is None
                or self.last is None
                or selection.wants_days(self.first, self.last)
            )
        )

    @staticmethod
    def _is_of_wanted_folder(folder: str, selection: Selection) -> bool:
        return folder.startswith(DELIVERED) and selection.wants_folder(folder)


def trail_folder(prefix: str) -> TrailFolder | None:
    """Return the folder of a trail that a prefix is, or None if it is nothing of that kind."""
    found = _FOLDERS.fullmatch(prefix)
    if found is None:
        return None
    numbers = [int(part) for part in (found["days"] or "").split("/") if part]
    return TrailFolder(
        prefix, found["account"], found["folder"], found["region"], len(numbers), *_days(numbers)
    )


def _days(numbers: list[int]) -> tuple[date | None, date | None]:
    """Return the first and the last day of a year, a month or a day; None if there are none."""
    with contextlib.suppress(ValueError):
        match numbers:
            case [year]:
                return date(year, 1, 1), date(year, 12, 31)
            case [year, month]:
                return date(year, month, 1), date(year, month, monthrange(year, month)[1])
            case [year, month, day]:
                return date(year, month, day), date(year, month, day)
    return None, None

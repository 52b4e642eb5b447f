"""Which objects a run is to take, as far as their keys can say."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

from ingest.errors import IngestError
from ingest.kinds import FOLDERS
from ingest.object_keys import facts_of

OTHER = "other"  # what CloudTrail doesn't deliver: reports, inventory, logs under any other name
_FOLDER_OF = {kind.value: folder for folder, kind in FOLDERS.items()} | {OTHER: None}
KINDS = tuple(_FOLDER_OF)


@dataclass(frozen=True, slots=True)
class Selection:
    """Days of delivery (UTC, the last one excluded), accounts, regions and kinds.

    Nothing set means everything. `folders` are CloudTrail's names of kinds; None among them stands
    for all that it doesn't deliver.
    """

    since: date | None = None
    until: date | None = None
    account_ids: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    folders: frozenset[str | None] = frozenset()

    @classmethod
    def of(
        cls,
        since: date | None,
        until: date | None,
        account_ids: Iterable[str],
        regions: Iterable[str],
        kinds: Iterable[str],
    ) -> Self:
        """Return the selection that a user's options make; raises IngestError for a wrong kind."""
        folders = set[str | None]()
        for kind in kinds:
            if kind not in _FOLDER_OF:
                raise IngestError(f"there is no kind {kind}. Choose from: {', '.join(KINDS)}")
            folders.add(_FOLDER_OF[kind])
        return cls(since, until, frozenset(account_ids), frozenset(regions), frozenset(folders))

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self == Selection()

    def wants(self, uri: str) -> bool:
        """Say whether to take an object, by its uri.

        Where that doesn't tell the day, account or region, the object is wanted.
        """
        if self.is_everything:
            return True
        facts = facts_of(uri)
        return (
            (facts.day is None or self.wants_days(facts.day, facts.day))
            and (facts.account_id is None or self.wants_account(facts.account_id))
            and (facts.region is None or self.wants_region(facts.region))
            and self.wants_folder(facts.folder)
        )

    def wants_account(self, account_id: str) -> bool:
        """Say whether to take what is of this account."""
        return not self.account_ids or account_id in self.account_ids

    def wants_region(self, region: str) -> bool:
        """Say whether to take what is of this region."""
        return not self.regions or region in self.regions

    def wants_folder(self, folder: str | None) -> bool:
        """Say whether to take what CloudTrail delivers into this folder; None is the rest."""
        return not self.folders or folder in self.folders

    def wants_days(self, first: date, last: date) -> bool:
        """Say whether to take anything that was delivered on these days, both included."""
        return (self.since or date.min) <= last and first < (self.until or date.max)

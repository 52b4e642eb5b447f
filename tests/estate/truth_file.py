"""truth.tsv: written as events are delivered, completed when all of them are."""

from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from tests.estate.records import Event
from tests.estate.truth import COLUMNS, cells_around_key


@dataclass(slots=True)
class TruthFile:
    """The truth of all delivered events, for use in a `with` statement.

    Whether a key was ever seen at a private address is known at the end only: till then rows are
    kept in a draft beside the file.
    """

    path: Path
    rows: int = 0
    _seen_keys: set[str] = field(default_factory=set)
    _draft: IO[str] | None = None

    def __enter__(self) -> Self:
        self._draft = self._draft_path.open("w", encoding="utf-8", newline="\n")
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._draft is not None:
            self._draft.close()
        self._complete()

    @property
    def _draft_path(self) -> Path:
        return self.path.with_suffix(".draft")

    def add(self, one: Event) -> None:
        """Take the truth about a delivered event."""
        if self._draft is None:
            raise ValueError(self.path)
        if one.is_private:
            self._seen_keys.add(one.access_key_id)
        before, after = cells_around_key(one.truth)
        key = one.access_key_id
        self._draft.write(f"{one.account_id}\t{one.event_id}\t{before}\t{key}\t{after}\n")
        self.rows += 1

    def _complete(self) -> None:
        place = COLUMNS.index("key_seen_at_private_address")
        with (
            self._draft_path.open(encoding="utf-8") as draft,
            self.path.open("w", encoding="utf-8", newline="\n") as final,
        ):
            final.write("\t".join(COLUMNS) + "\n")
            for line in draft:
                cells = line.split("\t")
                cells[place] = "true" if cells[place] in self._seen_keys else "false"
                final.write("\t".join(cells))
        self._draft_path.unlink()

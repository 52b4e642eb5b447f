"""What stands in for `scanned_events` where roletrail was installed without a C compiler.

It finds the records of a list and leaves all of them to be read tolerantly, which takes several
times as long and gives the same rows; only a record of over 4 MiB is refused.
"""

from typing import Never

import msgspec

_RECORDS = msgspec.json.Decoder(list[msgspec.Raw])


class UnscannedEvents:
    """No records at all: none is of a form that could be scanned."""

    def __len__(self) -> int:
        """Return how many records were taken."""
        return 0

    def add(
        self, _source_object_id: str, first_index: int, window: bytes
    ) -> tuple[int, list[tuple[int, bytes]]] | None:
        """Return how many records there are, and all of them, each with its place in the object."""
        raws = self._records_of(window)
        if raws is None:
            return None
        return len(raws), [(place, bytes(raw)) for place, raw in enumerate(raws, first_index)]

    def first_record(self, window: bytes) -> bytes | None:
        """Return the first record of a JSON list, if there is one."""
        raws = self._records_of(window)
        return bytes(raws[0]) if raws else None

    def batch(self) -> Never:
        """Return the rows of what was taken: nothing ever is, so nobody asks."""
        raise NotImplementedError

    def _records_of(self, window: bytes) -> list[msgspec.Raw] | None:
        try:
            return _RECORDS.decode(window)
        except (ValueError, RecursionError):
            return None

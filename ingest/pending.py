"""Records on their way to become columns, each with its object and its place in it."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import pyarrow as pa

from ingest.records import RAW_RECORDS, Record


@dataclass(frozen=True, slots=True)
class _Run:
    """Records that follow each other in one object: the text of each, or of the list of them."""

    source_object_id: str
    first_index: int
    count: int
    raws: Sequence[msgspec.Raw] | bytes


class PendingRecords:
    """Decoded records in the order they came."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self._runs: list[_Run] = []
        self._starts: list[int] = []

    def add(
        self,
        source_object_id: str,
        first_index: int,
        records: list[Record],
        raws: Sequence[msgspec.Raw] | bytes,
    ) -> None:
        """Take records that follow each other, and the text of each, or of the list of them."""
        self._starts.append(len(self.records))
        self._runs.append(_Run(source_object_id, first_index, len(records), raws))
        self.records += records

    def origin_of(self, number: int) -> tuple[str, int, bytes]:
        """Return a record's object, its place in it, and its text."""
        run_number = bisect_right(self._starts, number) - 1
        run, within = self._runs[run_number], number - self._starts[run_number]
        # A list is only split into texts if one of them is asked for.
        raws = RAW_RECORDS.decode(run.raws) if isinstance(run.raws, bytes) else run.raws
        return run.source_object_id, run.first_index + within, bytes(raws[within])

    def objects(self) -> tuple[list[str], list[int]]:
        """Return the objects of the records, and how many of each follow each other."""
        return [run.source_object_id for run in self._runs], [run.count for run in self._runs]

    def places(self) -> pa.Array:
        """Return the place of each record in its object."""
        places = [np.arange(run.first_index, run.first_index + run.count) for run in self._runs]
        return pa.array(np.concatenate(places), pa.int64())

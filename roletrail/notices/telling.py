"""Telling findings on a channel: those that are news there, and remembering which were told.

A finding is news if it was never told there, if it has become more severe, or if it is seen anew
after it was quiet for some days. It counts as told once the channel has taken it, so that what
couldn't be delivered is news for the next run too.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from analysis.findings import Severity
from lake.notices_table import NOTICES

if TYPE_CHECKING:
    from lake import Lake

# What was told of a finding that isn't found any more is remembered for so long.
REMEMBERED = timedelta(days=400)

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Told:
    """What a channel was told of a finding, and when it was last seen then; times are UTC."""

    severity: Severity
    told_at: datetime
    last_seen_at: datetime


class Memory:
    """What all channels were told, as the lake's table `notices` has it."""

    def __init__(self, lake: "Lake") -> None:
        self._lake = lake
        self._told = {
            (str(row["channel"]), str(row["finding_id"])): _told_of(row) for row in _rows(lake)
        }

    def news(self, channel: str, findings: Iterable[Row], quiet: timedelta) -> list[Row]:
        """Return those of the findings that the channel is to be told now."""
        return [
            row
            for row in findings
            if is_news(row, self._told.get((channel, str(row["finding_id"]))), quiet)
        ]

    def note(self, channel: str, findings: Iterable[Row], *, are_told: bool = False) -> None:
        """Remember when these findings were last seen, and if so, that the channel was told them.

        Nothing is written if there is nothing new to remember. Raises LakeError if another run
        does the same at this moment.
        """
        now = datetime.now(UTC)
        before = dict(self._told)
        for row in findings:
            key, seen = (channel, str(row["finding_id"])), _seen(row)
            known = self._told.get(key)
            if are_told:
                self._told[key] = Told(Severity(str(row["severity"])), now, seen)
            elif known is not None and seen > known.last_seen_at:
                self._told[key] = replace(known, last_seen_at=seen)
        if self._told != before:
            self._write(now)

    def _write(self, now: datetime) -> None:
        import pyarrow as pa

        from lake.catalog import ensure_tables
        from lake.data_files import arrow_schema
        from lake.replacement import replace_rows

        found = {row["finding_id"] for row in _findings(self._lake)}
        rows = [
            {
                "channel": channel,
                "finding_id": finding_id,
                "severity": told.severity.value,
                "told_at": told.told_at,
                "last_seen_at": told.last_seen_at,
            }
            for (channel, finding_id), told in sorted(self._told.items())
            if finding_id in found or told.told_at > now - REMEMBERED
        ]
        ensure_tables(self._lake, (NOTICES,))
        schema = arrow_schema(self._lake.table(NOTICES.name))
        replace_rows(self._lake, NOTICES, [pa.Table.from_pylist(rows, schema=schema)])


def is_news(row: Row, told: Told | None, quiet: timedelta) -> bool:
    """Return whether a finding has to be told to those who were told this of it."""
    if told is None or Severity(str(row["severity"])).rank > told.severity.rank:
        return True
    return _seen(row) - told.last_seen_at >= quiet


def tell(
    memory: Memory,
    channel: str,
    findings: Sequence[Row],
    quiet: timedelta,
    send: Callable[[Sequence[Row]], None],
) -> int:
    """Send what is news on this channel, and return how many findings that were.

    Raises what `send` raises; the findings are then news for the next run as well.
    """
    news = memory.news(channel, findings, quiet)
    new_ids = {row["finding_id"] for row in news}
    memory.note(channel, [row for row in findings if row["finding_id"] not in new_ids])
    if news:
        send(news)
        memory.note(channel, news, are_told=True)
    return len(news)


def _rows(lake: "Lake") -> list[dict[str, object]]:
    if NOTICES.name not in lake.table_names():
        return []
    return list(lake.table(NOTICES.name).scan().to_arrow().to_pylist())


def _findings(lake: "Lake") -> list[dict[str, object]]:
    from lake.derived_tables import FINDINGS

    if FINDINGS.name not in lake.table_names():
        return []
    scan = lake.table(FINDINGS.name).scan(selected_fields=("finding_id",))
    return list(scan.to_arrow().to_pylist())


def _told_of(row: Row) -> Told:
    told_at, last_seen_at = row["told_at"], row["last_seen_at"]
    assert isinstance(told_at, datetime)  # noqa: S101 - the table's own type
    assert isinstance(last_seen_at, datetime)  # noqa: S101 - as above
    return Told(Severity(str(row["severity"])), told_at, last_seen_at)


def _seen(row: Row) -> datetime:
    seen = row["last_seen_at"]
    assert isinstance(seen, datetime)  # noqa: S101 - the table's own type
    return seen

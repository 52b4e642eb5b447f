"""A lake's state as a person reads it: a few lines that say how things are, then tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter

import typer

from roletrail.durations import duration_text
from roletrail.lake_status import LakeStatus, Row, number
from roletrail.output import Shown, shown_rows
from roletrail.tables import print_bold
from roletrail.terminal import counted

LABEL_WIDTH = 18


@dataclass(frozen=True, slots=True)
class Section:
    """A section: the heading over its table, the columns, and what is said where it has no rows."""

    heading: str
    columns: Sequence[Shown]
    empty: str = "none yet"


def print_status(status: LakeStatus) -> None:
    """Print the state of a lake to standard output."""
    for label, text in summary(status):
        typer.echo(f"{label:<{LABEL_WIDTH}}{text}")
    for name, section in SECTIONS.items():
        typer.echo()
        print_bold(section.heading.format(days=counted(status.days, "day")))
        typer.echo()
        if not shown_rows(status.sections[name], section.columns):
            typer.echo(section.empty)


def summary(status: LakeStatus) -> list[tuple[str, str]]:
    """Return what somebody asks first, each with its answer in a few words."""
    gaps = len(status.sections["delivery_gaps"])
    rejected = status.count("rejection_reasons", "rejected_count")
    events, verified = (
        status.count("verified_events", name) for name in ("event_count", "verified_count")
    )
    (attribution,) = status.sections["attribution"]
    files = status.count("table_sizes", "files")
    size = size_text(status.count("table_sizes", "bytes"))
    disk = size_text(status.count("table_sizes", "disk_bytes"))
    on_disk = all(row["disk_bytes"] is not None for row in status.sections["table_sizes"])
    return [
        ("newest log file", _moment(status, status.newest("newest_file_at"))),
        ("newest event", _moment(status, status.newest("newest_event_at"))),
        ("gaps", f"{gaps or 'none'} in the last {counted(status.days, 'day')} of delivery"),
        ("rejected", counted(rejected, "record or object", "records and objects")),
        ("verified", f"{share_text(verified, events)} of {counted(events, 'event')}"),
        ("attributed", _attributed(status, attribution)),
        ("size", f"{size} in {counted(files, 'file')}" + (f", {disk} on disk" if on_disk else "")),
    ]


def _attributed(status: LakeStatus, attribution: Row) -> str:
    days, done = number(attribution["days"]), number(attribution["attributed_days"])
    published = attribution["published_at"]
    when = _moment(status, published) if isinstance(published, datetime) else ""
    return f"{done:,} of {counted(days, 'day')}" + (f", published {when}" if when else "")


def _moment(status: LakeStatus, time: datetime | None) -> str:
    if time is None:
        return "none"
    age = duration_text((status.looked_at - time).total_seconds())
    return f"{time:%Y-%m-%d %H:%M}Z, {age} ago"


def share_text(part: int, whole: int) -> str:
    """Return a share in percent; one that isn't whole is never rounded to 100 or to 0."""
    if not whole:
        return "0.0%"
    share = part / whole
    if 0 < share < 1:
        share = min(max(share, 0.001), 0.999)
    return f"{share:.1%}"


def size_text(size: float) -> str:
    """Return bytes in kB, MB, GB or TB, each a thousand of the one before."""
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 1000:  # noqa: PLR2004 - kilo, mega, giga
            return f"{size:.1f} {unit}"
    return f"{size / 1000:,.1f} TB"


def _text(heading: str, name: str) -> Shown:
    return Shown(heading, itemgetter(name))


def _account() -> Shown:
    return Shown("account", lambda row: row["account_id"] or "unknown", is_whole=True)


def _region() -> Shown:
    return Shown("region", lambda row: row["region"] or "unknown", is_whole=True)


def _gap_place(heading: str, name: str) -> Shown:
    return Shown(heading, lambda row: row[name] or "all", is_whole=True)


def _minute(heading: str, name: str, later: timedelta = timedelta(0)) -> Shown:
    def cell(row: Mapping[str, object]) -> object:
        time = row[name]
        return f"{time + later:%Y-%m-%d %H:%M}Z" if isinstance(time, datetime) else None

    return Shown(heading, cell, is_whole=True)


def _until(row: Mapping[str, object]) -> object:
    shown = _minute("", "last_hour_at", timedelta(hours=1)).cell(row)
    return "still silent" if row["is_open"] else shown


def _count(heading: str, name: str) -> Shown:
    return Shown(heading, lambda row: f"{number(row[name]):,}", is_number=True)


def _wait(heading: str, name: str) -> Shown:
    return Shown(heading, lambda row: duration_text(number(row[name])), is_number=True)


def _size(heading: str, name: str) -> Shown:
    def cell(row: Mapping[str, object]) -> object:
        return None if row[name] is None else size_text(number(row[name]))

    return Shown(heading, cell, is_number=True)


def _verified(row: Mapping[str, object]) -> str:
    return share_text(number(row["verified_count"]), number(row["event_count"]))


def _share(row: Mapping[str, object]) -> str:
    return f"{row['share']:.1%}"


def _confidence(row: Mapping[str, object]) -> object:
    """Return the confidence, or that there is none where there may have been one."""
    is_appstream = str(row["workload_kind"]).startswith("appstream_")
    return row["session_confidence"] or ("not attributed" if is_appstream else "")


SECTIONS = {
    "newest_events": Section(
        "Newest events and log files, by account and region:",
        (
            _account(),
            _region(),
            _count("events", "event_count"),
            _minute("newest event", "newest_event_at"),
            _minute("newest log file", "newest_file_at"),
        ),
    ),
    "delivery_gaps": Section(
        "Gaps in the last {days} of delivery, and about how many files are missing:",
        (
            _gap_place("account", "account_id"),
            _gap_place("region", "region"),
            _minute("from", "first_hour_at"),
            Shown("until", _until, is_whole=True),
            _count("hours", "missing_hours"),
            _count("files", "files_expected"),
        ),
        empty="none",
    ),
    "delivery_lag": Section(
        "Delivery lag in the last {days} of delivery, from a file's oldest event on:",
        (
            _account(),
            _region(),
            _count("files", "file_count"),
            _wait("median", "median_seconds"),
            _wait("95%", "p95_seconds"),
            _wait("99%", "p99_seconds"),
            _wait("longest", "max_seconds"),
        ),
    ),
    "objects_by_kind": Section(
        "Objects, by kind, and what became of their records:",
        (
            _text("kind", "kind"),
            _text("status", "status"),
            _count("objects", "object_count"),
            _count("read", "records_read"),
            _count("written", "events_written"),
            _count("duplicates", "duplicates"),
            _count("rejected", "rejected"),
        ),
    ),
    "rejection_reasons": Section(
        "Rejected records and objects, by reason; --rejected lists them:",
        (
            _text("reason", "reason"),
            _count("rejected", "rejected_count"),
            _count("objects", "object_count"),
            _minute("first", "first_rejected_at"),
            _minute("last", "last_rejected_at"),
        ),
        empty="none",
    ),
    "verified_events": Section(
        "Events whose log files are verified by digests, by account and region:",
        (
            _account(),
            _region(),
            _count("events", "event_count"),
            Shown("verified", _verified, is_number=True),
            _count("unverified", "unverified_count"),
            _count("failed", "failed_count"),
        ),
    ),
    "calls_by_confidence": Section(
        "Calls, by workload and by how surely they are one person's:",
        (
            _text("workload", "workload_kind"),
            Shown("confidence", _confidence),
            _count("calls", "call_count"),
            Shown("share", _share, is_number=True),
        ),
    ),
    "table_sizes": Section(
        "Size, by table; on disk with metadata and with files of older snapshots:",
        (
            _text("table", "table"),
            _count("rows", "rows"),
            _count("files", "files"),
            _size("size", "bytes"),
            _size("on disk", "disk_bytes"),
        ),
    ),
}

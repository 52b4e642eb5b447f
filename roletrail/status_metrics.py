"""A lake's state as metrics: base units, and labels that don't grow with what is logged."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from roletrail.cells import visible
from roletrail.exposition import Metric
from roletrail.lake_status import LakeStatus, Row, number

REASONS_NAMED = 20  # a reason quotes what was logged, so that there can be any number of them
OTHER_REASONS = "other"
EVERYWHERE = "all"
UNKNOWN = "unknown"
QUANTILES = {
    "0.5": "median_seconds",
    "0.95": "p95_seconds",
    "0.99": "p99_seconds",
    "1": "max_seconds",
}
OUTCOMES = {"written": "events_written", "duplicate": "duplicates", "rejected": "rejected"}
DIGEST_RESULTS = ("verified", "unverified", "failed")
SIZES = {
    "rows": ("rows", "Rows of a table of the lake."),
    "files": ("files", "Data files of a table of the lake."),
    "bytes": ("bytes", "Bytes of a table's data files."),
    "disk_bytes": ("disk_bytes", "Bytes under a table's folder, old and unreferenced files too."),
}


def metrics_of(status: LakeStatus) -> Iterator[Metric]:
    """Yield the metrics of a lake's state."""
    newest = status.sections["newest_events"]
    yield Metric(
        "roletrail_newest_event_timestamp_seconds",
        "Time of the newest event, by the account and region of its log file.",
        [(_place(row), _time(row["newest_event_at"])) for row in newest],
    )
    yield Metric(
        "roletrail_newest_log_file_timestamp_seconds",
        "Time at which the newest log file was delivered.",
        [(_place(row), _time(row["newest_file_at"])) for row in newest],
    )
    yield Metric(
        "roletrail_events",
        "Events that were taken in.",
        [(_place(row), number(row["event_count"])) for row in newest],
    )
    yield _gaps(status)
    yield Metric(
        "roletrail_delivery_lag_seconds",
        "How long the oldest event of a log file waited for its delivery, by share of the files.",
        [
            (_place(row) | {"quantile": quantile}, number(row[name]))
            for row in status.sections["delivery_lag"]
            for quantile, name in QUANTILES.items()
        ],
    )
    yield from _ledger(status.sections["objects_by_kind"])
    yield _rejected(status.sections["rejection_reasons"])
    yield Metric(
        "roletrail_events_by_digest",
        "Events by what digests say of the log file that they were in.",
        [
            (_place(row) | {"result": result}, number(row[f"{result}_count"]))
            for row in status.sections["verified_events"]
            for result in DIGEST_RESULTS
        ],
    )
    yield from _attribution(status.sections["attribution"])
    for name, (column, text) in SIZES.items():
        yield Metric(
            f"roletrail_table_{name}",
            text,
            [
                ({"table": str(row["table"])}, None if row[column] is None else number(row[column]))
                for row in status.sections["table_sizes"]
            ],
        )


def _gaps(status: LakeStatus) -> Metric:
    """Return the hours that are missing of each place: 0 where none is, so that alerts end."""
    hours = {(EVERYWHERE, EVERYWHERE): 0}
    for row in status.sections["newest_events"]:
        if row["newest_file_at"] is not None and row["account_id"] is not None:
            hours[_place_key(row)] = 0
    for gap in status.sections["delivery_gaps"]:
        key = (EVERYWHERE, EVERYWHERE) if gap["account_id"] is None else _place_key(gap)
        hours[key] = hours.get(key, 0) + number(gap["missing_hours"])
    return Metric(
        "roletrail_gap_hours",
        f"Hours of the last {status.days} days of delivery in which log files are missing.",
        [
            ({"account_id": account, "region": region}, count)
            for (account, region), count in hours.items()
        ],
    )


def _ledger(rows: Iterable[Row]) -> Iterator[Metric]:
    rows = list(rows)
    yield Metric(
        "roletrail_objects",
        "Objects in the ledger, by kind and by what became of them.",
        [
            ({"kind": str(row["kind"]), "status": str(row["status"])}, number(row["object_count"]))
            for row in rows
        ],
    )
    records: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        for outcome, name in OUTCOMES.items():
            records[str(row["kind"]), outcome] += number(row[name])
    yield Metric(
        "roletrail_records",
        "Records that were read, by the kind of their object and by what became of them.",
        [({"kind": kind, "outcome": outcome}, count) for (kind, outcome), count in records.items()],
    )


def _rejected(rows: Iterable[Row]) -> Metric:
    """Return the rejects by reason, most frequent first; beyond some, reasons are put together."""
    counts: defaultdict[str, int] = defaultdict(int)
    for position, row in enumerate(rows):
        reason = visible(str(row["reason"])) if position < REASONS_NAMED else OTHER_REASONS
        counts[reason] += number(row["rejected_count"])
    return Metric(
        "roletrail_rejected",
        "Records and whole objects that were rejected, by reason.",
        [({"reason": reason}, count) for reason, count in counts.items()],
    )


def _attribution(rows: Iterable[Row]) -> Iterator[Metric]:
    (row,) = rows
    days, attributed = number(row["days"]), number(row["attributed_days"])
    yield Metric(
        "roletrail_days",
        "UTC days that have events, by whether attribution has read them.",
        [({"attributed": "yes"}, attributed), ({"attributed": "no"}, days - attributed)],
    )
    yield Metric(
        "roletrail_attribution_published_timestamp_seconds",
        "Time at which attribution was last published.",
        [({}, _time(row["published_at"]))],
    )


def _place_key(row: Row) -> tuple[str, str]:
    return str(row["account_id"] or UNKNOWN), str(row["region"] or UNKNOWN)


def _place(row: Row) -> dict[str, str]:
    account, region = _place_key(row)
    return {"account_id": account, "region": region}


def _time(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None

"""Which charts a report has for each kind, and from which of its numbers."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from analysis.reports import TABLES, Kind, Report
from dashboard.palette import (
    CONFIDENCE,
    GREEN,
    GREY,
    NOT_ATTRIBUTABLE,
    RESULT,
    VERMILLION,
    WORKLOAD,
    Scale,
)
from dashboard.wording import workload_family
from roletrail.report_charts import Chart, bars_by_name, bars_over_time
from roletrail.report_files import Row
from roletrail.terminal import counted

BARS_SHOWN = 12
VERIFIED, FAILED, UNPROVEN = "verified", "altered, missing or unsigned", "nothing proven"
PROOF = Scale({VERIFIED: GREEN, UNPROVEN: GREY, FAILED: VERMILLION})
PROOFS = {"verified": VERIFIED, "altered": FAILED, "missing": FAILED, "unsigned": FAILED}

Rows = list[dict[str, Any]]


def _activity(report: Report, rows: Rows) -> Iterator[Chart]:  # noqa: ARG001 - as in CHARTS
    counts: dict[datetime, Counter[str]] = {}
    for row in report.over_time("fleet_calls_over_time"):
        found = counts.setdefault(_time(row["bucket_at"]), Counter())
        found[str(row["session_confidence"] or NOT_ATTRIBUTABLE)] += int(str(row["event_count"]))
    title = (
        f"Calls behind AppStream fleets by {report.period.bucket}, and how sure it is who made them"
    )
    yield bars_over_time(title, counts, CONFIDENCE, report.period)


def _denials(report: Report, rows: Rows) -> Iterator[Chart]:  # noqa: ARG001 - as in CHARTS
    counts: dict[datetime, Counter[str]] = {}
    for row in report.over_time("denied_over_time"):
        found = counts.setdefault(_time(row["bucket_at"]), Counter())
        kind = row["workload_kind"]
        family = workload_family(None if kind is None else str(kind))
        found[family] += int(str(row["event_count"]))
    title = f"Denied calls by {report.period.bucket} and workload"
    yield bars_over_time(title, counts, WORKLOAD, report.period)


def _fleets(report: Report, rows: Rows) -> Iterator[Chart]:  # noqa: ARG001 - as in CHARTS
    counts = [(_name(row["fleet_name"], "not one fleet"), _by_confidence(row)) for row in rows]
    yield bars_by_name(
        f"How sure it is who called, {_most(rows, 'fleet')}",
        counts[:BARS_SHOWN],
        CONFIDENCE,
        is_share=True,
    )


def _people(report: Report, rows: Rows) -> Iterator[Chart]:  # noqa: ARG001 - as in CHARTS
    counts = [(_name(row["person"], ""), _by_result(row)) for row in rows]
    yield bars_by_name(
        f"Calls and how AWS answered, {_most(rows, 'person', 'people')}",
        counts[:BARS_SHOWN],
        RESULT,
    )


def _roles(report: Report, rows: Rows) -> Iterator[Chart]:  # noqa: ARG001 - as in CHARTS
    counts = [
        (_name(row["issuing_role_arn"], "").rpartition("/")[2], _by_result(row)) for row in rows
    ]
    yield bars_by_name(
        f"Calls and how AWS answered, {_most(rows, 'role')}", counts[:BARS_SHOWN], RESULT
    )


def _coverage(report: Report, rows: Rows) -> Iterator[Chart]:  # noqa: ARG001 - as in CHARTS
    counts: Counter[str] = Counter()
    for row in report.over_time("fleet_calls_over_time"):
        counts[str(row["session_confidence"] or NOT_ATTRIBUTABLE)] += int(str(row["event_count"]))
    title = "How sure it is who called from all fleets together"
    yield bars_by_name(title, [("all AppStream fleets", counts)], CONFIDENCE, is_share=True)

    (log_files,) = [one for one in TABLES[Kind.COVERAGE] if one.name == "log_files_in_range"]
    proven: Counter[str] = Counter()
    for batch in report.rows(log_files)[1]:
        for row in batch.to_pylist():
            status = row["digest_status"]
            proven[PROOFS.get(status, UNPROVEN)] += int(str(row["event_count"]))
    title = "What CloudTrail's digests prove of the events that came in log files"
    yield bars_by_name(title, [("events in log files", proven)], PROOF, is_share=True)


CHARTS: Mapping[Kind, Callable[[Report, Rows], Iterator[Chart]]] = {
    Kind.STREAMING_ACTIVITY: _activity,
    Kind.PERSON: _people,
    Kind.FLEET: _fleets,
    Kind.ROLE: _roles,
    Kind.DENIED: _denials,
    Kind.COVERAGE: _coverage,
}


def _by_confidence(row: Row) -> dict[str, int]:
    columns = ("certain_count", "strong_count", "weak_count", "nobody_count")
    return {
        word: int(str(row[column])) for word, column in zip(CONFIDENCE.domain, columns, strict=True)
    }


def _by_result(row: Row) -> dict[str, int]:
    return {word: int(str(row[f"{word}_count"])) for word in RESULT.domain}


def _most(rows: Rows, noun: str, plural: str | None = None) -> str:
    if len(rows) > BARS_SHOWN:
        return f"the {counted(BARS_SHOWN, noun, plural)} with most calls"
    return f"by {noun}"


def _name(value: object, missing: str) -> str:
    return missing if value is None else str(value)


def _time(value: object) -> datetime:
    if not isinstance(value, datetime):
        message = f"{value!r} is no time"
        raise TypeError(message)
    return value.astimezone(UTC)

"""Writing a report: each table is asked once, and its rows go to all forms of file at once."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.reports import TABLES, TOTALS, Kind, Report, ReportTable
from roletrail.cells import json_text
from roletrail.report_commands import sql_command
from roletrail.report_files import TRACE, CsvFiles, JsonFile, ParquetFiles, TableWriter
from roletrail.report_page import ROWS_SHOWN, HtmlPage
from roletrail.report_workbook import Workbook

if TYPE_CHECKING:
    import pyarrow as pa

DIGITS_OF_SCOPE = 10


class ReportFormat(StrEnum):
    """The forms that a report is written in."""

    HTML = "html"
    CSV = "csv"
    PARQUET = "parquet"
    XLSX = "xlsx"
    JSON = "json"


def write_report(
    report: Report, kinds: Sequence[Kind], forms: Sequence[ReportFormat], folder: Path
) -> list[str]:
    """Write the report into an empty folder, and return what must be said about the files."""
    stem = stem_of(report, kinds)
    writers = [_writer(form, report, kinds, folder, stem) for form in forms]
    is_whole = any(form is not ReportFormat.HTML for form in forms)
    for table in (TOTALS, *(table for kind in kinds for table in TABLES[kind])):
        _write_table(report, table, writers, is_whole=is_whole)
    for writer in writers:
        writer.close()
    cut = [name for one in writers if isinstance(one, Workbook) for name in one.cut_tables]
    return [f"XLSX holds only the first rows of {name}; --format csv has them all" for name in cut]


def stem_of(report: Report, kinds: Sequence[Kind]) -> str:
    """Return what the files' names begin with: the period, and what the report is narrowed to.

    Nothing that a record says is in it: a scope is told by a digest.
    """
    parts = ["report", report.period.label]
    if set(kinds) != set(Kind):
        parts += [kind.value for kind in kinds]
    if named := report.scope.named():
        parts.append(sha256(json_text(named).encode()).hexdigest()[:DIGITS_OF_SCOPE])
    return "-".join(parts)


def about(report: Report, kinds: Sequence[Kind]) -> dict[str, object]:
    """Return what a report is about, for the forms that say it in themselves."""
    return {
        "period": report.period.words,
        "since": report.period.since,
        "until": report.period.until,
        "kinds": [kind.value for kind in kinds],
        **report.scope.named(),
        "attribution_published_at": report.published_at,
        "newest_event_at": report.newest_event_at,
        "days_not_attributed": [day.isoformat() for day in report.outstanding_days],
    }


def _writer(
    form: ReportFormat, report: Report, kinds: Sequence[Kind], folder: Path, stem: str
) -> TableWriter:
    match form:
        case ReportFormat.HTML:
            return HtmlPage(folder, stem, report, kinds)
        case ReportFormat.CSV:
            return CsvFiles(folder, stem)
        case ReportFormat.PARQUET:
            return ParquetFiles(folder, stem)
        case ReportFormat.XLSX:
            return Workbook(folder, stem, about(report, kinds), _moment(report))
        case ReportFormat.JSON:
            return JsonFile(folder, stem, about(report, kinds))


def _moment(report: Report) -> datetime:
    """Return the moment that stands for now: that of the lake's state."""
    return report.published_at or datetime(1980, 1, 1, tzinfo=UTC)


def _write_table(
    report: Report, table: ReportTable, writers: Sequence[TableWriter], *, is_whole: bool
) -> None:
    import pyarrow as pa

    schema, batches = report.rows(table)
    for writer in writers:
        writer.start(table.name, schema.append(pa.field(TRACE, pa.string())))
    count = 0
    for batch in batches:
        wanted = batch if is_whole else batch.slice(0, max(ROWS_SHOWN - count, 0))
        count += batch.num_rows
        rows = _traced(report, table, wanted)
        traces = pa.array([row[TRACE] for row in rows], pa.string())
        traced = wanted.append_column(TRACE, traces) if is_whole else batch
        for writer in writers:
            writer.add(traced, rows)
    for writer in writers:
        writer.finish()


def _traced(report: Report, table: ReportTable, batch: "pa.RecordBatch") -> list[dict[str, object]]:
    return [{**row, TRACE: sql_command(report.sql_behind(table, row))} for row in batch.to_pylist()]

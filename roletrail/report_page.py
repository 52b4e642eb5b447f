"""A report as one HTML page that needs nothing else: no scripts, no requests, charts within it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.reports import TABLES, TOTALS, Kind, Report
from dashboard.palette import CONFIDENCE
from dashboard.wording import CONFIDENCE_MEANING
from roletrail.cells import terminal_cell, visible
from roletrail.report_charts import Chart
from roletrail.report_commands import export_command, report_command, sql_command
from roletrail.report_files import TRACE, Row
from roletrail.report_kind_charts import CHARTS
from roletrail.report_sections import SECTIONS, TABLE_WORDS, SectionWords, TableWords
from roletrail.status_tables import share_text

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_SHOWN = 200  # of a table
CELL_CHARACTERS = 300
DASH = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class PageRow:
    """A row of a table, and the command that gives what stands behind it."""

    values: Row
    trace: str


@dataclass(slots=True)
class PageTable:
    """A table as far as the page shows it, and how many rows it has."""

    name: str
    words: TableWords
    trace: str
    all_rows: str
    rows: list[PageRow] = field(default_factory=list)
    count: int = 0


@dataclass(frozen=True, slots=True)
class PageSection:
    """A kind of report on the page."""

    kind: Kind
    words: SectionWords
    charts: Sequence[Chart]
    tables: Sequence[PageTable]


@dataclass(frozen=True, slots=True)
class Total:
    """A number that stands at the top of the page."""

    name: str
    count: int
    remark: str = ""


class HtmlPage:
    """Takes a report's tables as `TableWriter` says, and writes the page when it is closed."""

    def __init__(self, folder: Path, stem: str, report: Report, kinds: Sequence[Kind]) -> None:
        self._path = folder / f"{stem}.html"
        self._report, self._kinds = report, kinds
        self._tables: dict[str, PageTable] = {}
        for kind in kinds:
            for table in TABLES[kind]:
                self._tables[table.name] = PageTable(
                    table.name,
                    TABLE_WORDS[table.name],
                    sql_command(report.sql_behind(table)),
                    report_command(report, kind, "csv"),
                )
        self._current: PageTable | None = None

    def start(self, table: str, schema: "pa.Schema") -> None:  # noqa: ARG002 - see TableWriter
        """Begin a table; one that the page doesn't show is passed over."""
        self._current = self._tables.get(table)

    def add(self, batch: "pa.RecordBatch", rows: Sequence[Row]) -> None:
        """Keep the rows that are shown, and count the others."""
        if self._current is None:
            return
        left = ROWS_SHOWN - len(self._current.rows)
        self._current.rows += [PageRow(row, str(row[TRACE])) for row in rows[:left]]
        self._current.count += batch.num_rows

    def finish(self) -> None:
        """End the table."""
        self._current = None

    def close(self) -> None:
        """Write the page."""
        from jinja2 import Environment, PackageLoader, StrictUndefined

        templates = Environment(
            loader=PackageLoader("roletrail", "report_templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        templates.filters["shown"] = shown
        style = files("roletrail").joinpath("report_templates", "style.css").read_text("utf-8")
        page = templates.get_template("page.jinja").stream(
            page=self._page(),
            style=templates.filters["safe"](style),
            confidence=confidence_swatch,
            confidence_meaning=CONFIDENCE_MEANING,
        )
        page.dump(str(self._path), encoding="utf-8")

    def _page(self) -> dict[str, object]:
        report = self._report
        totals = {
            name: value if isinstance(value, int) else 0 for name, value in report.totals().items()
        }
        return {
            "period": report.period,
            "scope": report.scope.named(),
            "as_of": as_of(report),
            "notices": list(notices(report, totals["event_count"])),
            "totals": list(_totals(totals)),
            "trace": sql_command(report.sql_behind(TOTALS)),
            "lake": export_command(report),
            "counted": (
                "Calls are management and data events. Network-activity events repeat calls and "
                "are left out; insights are no calls."
            ),
            "sections": [self._section(kind, totals["event_count"]) for kind in self._kinds],
        }

    def _section(self, kind: Kind, calls: int) -> PageSection:
        tables = [self._tables[table.name] for table in TABLES[kind]]
        rows = [dict(row.values) for row in tables[0].rows]
        draw = CHARTS[kind]
        charts = [chart for chart in draw(self._report, rows) if chart.bars] if calls else []
        return PageSection(kind, SECTIONS[kind], charts, tables)


def shown(cell: object) -> str:
    """Return a cell as text: bounded, and with hidden characters written out."""
    match cell:
        case None | "":
            return DASH
        case int():
            return f"{cell:,}"
        case str():
            cut = cell if len(cell) <= CELL_CHARACTERS else f"{cell[:CELL_CHARACTERS]}…"
            return visible(cut)
        case _:
            return terminal_cell(cell)


def confidence_swatch(word: str) -> tuple[str, int]:
    """Return the colour and pattern of a confidence."""
    place = CONFIDENCE.domain.index(word) if word in CONFIDENCE.colours else len(CONFIDENCE.domain)
    return (CONFIDENCE.range[place], place) if place < len(CONFIDENCE.domain) else ("none", 0)


def as_of(report: Report) -> str:
    """Return which state of the lake the report is of."""
    published = report.published_at
    when = (
        f"{published.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if published else "at a time unknown"
    )
    return (
        f"The lake as its attribution was published {when}. "
        f"Its newest call is of {report.newest_event_at:%Y-%m-%d %H:%M} UTC."
    )


def notices(report: Report, calls: int) -> Iterator[str]:
    """Yield what a reader must know before anything else."""
    if not calls:
        yield "The lake has no calls of this period and scope. That proves nothing by itself."
    if report.outstanding_days:
        days = ", ".join(day.isoformat() for day in report.outstanding_days[:10])
        more = len(report.outstanding_days) - 10
        yield (
            f"Events of {days}{f' and {more} more days' if more > 0 else ''} are not attributed as "
            "they are now. Run roletrail attribute, then render this again."
        )
    if report.newest_event_at < report.period.until:
        yield (
            f"The newest call in the lake is of {report.newest_event_at:%Y-%m-%d %H:%M} UTC, "
            "before the period ends. What was delivered later is not in here."
        )


def _totals(counts: Mapping[str, int]) -> Iterator[Total]:
    fleet = counts["fleet_event_count"]
    named = counts["certain_count"] + counts["strong_count"]
    nobody = counts["weak_count"] + counts["nobody_count"]
    yield Total("Calls", counts["event_count"])
    yield Total("Denied", counts["denied_count"])
    yield Total("Streaming sessions with calls", counts["streaming_session_count"])
    yield Total("People in them", counts["person_count"])
    yield Total("Calls behind fleets", fleet)
    yield Total(
        "Fleet calls with a person named",
        named,
        f"{share_text(named, fleet)}: {counts['certain_count']:,} certain, "
        f"{counts['strong_count']:,} strong",
    )
    yield Total(
        "Fleet calls with nobody named",
        nobody,
        f"{share_text(nobody, fleet)}: {counts['weak_count']:,} weak, "
        f"{counts['nobody_count']:,} not attributable",
    )

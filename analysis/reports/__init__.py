"""Reports: tables over a period, the same for every form of file, each number with its events."""

from analysis.reports.periods import Length, Period, between, containing, last_whole
from analysis.reports.report import Report, Scope, report_of
from analysis.reports.tables import TABLES, TOTALS, Kind, ReportTable

__all__ = [
    "TABLES",
    "TOTALS",
    "Kind",
    "Length",
    "Period",
    "Report",
    "ReportTable",
    "Scope",
    "between",
    "containing",
    "last_whole",
    "report_of",
]

"""A report's numbers: each can be traced back to just the events that it counts."""

from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis import AnalysisError, open_answers
from analysis.answers import question_sql
from analysis.reports import TABLES, TOTALS, Kind, Length, Report, Scope, containing, report_of
from analysis.reports.report import Row
from analysis.reports.tables import ReportTable
from analysis.reports.tracing import same
from lake import open_lake
from tests.dashboard.lakes import (
    ATTACK,
    LONG,
    STARTED_AT,
    make_hostile_lake,
    make_unattributed_lake,
)

WEEK = containing(Length.WEEK, date(2026, 9, 16))
ALL_TABLES = [table for tables in TABLES.values() for table in tables]


@pytest.fixture(scope="module")
def report(sample_lake: Path) -> Report:
    """Return the report of the sample logs' week."""
    return report_of(open_answers(str(sample_lake)), WEEK, Scope())


@pytest.fixture(scope="module")
def hostile_report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Return the report of a lake whose every text attacks its reader."""
    lake = make_hostile_lake(tmp_path_factory.mktemp("hostile") / "lake")
    return report_of(open_answers(str(lake)), containing(Length.DAY, STARTED_AT.date()), Scope())


def rows_of(report: Report, table: ReportTable) -> list[Row]:
    return [row for batch in report.rows(table)[1] for row in batch.to_pylist()]


def counted_behind(report: Report, table: ReportTable, row: Row | None = None) -> int:
    return len(report.answers.sql(report.sql_behind(table, row)).fetchall())


def count_of(table: ReportTable, row: Row) -> object:
    """Return how many rows must be behind a row of a report: calls, log files or rejects."""
    for name in ("object_count", "rejected_count", "event_count"):
        if name in row and (table.name, name) != ("rejection_reasons", "object_count"):
            return row[name]
    return 0  # a gap is that there is nothing


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_behind_a_number_are_as_many_rows_as_it_says(report: Report, table: ReportTable) -> None:
    rows = rows_of(report, table)
    for row in (rows[0], rows[len(rows) // 2]):
        assert counted_behind(report, table, row) == count_of(table, row), row


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_a_hostile_name_leads_to_its_rows_and_stands_in_no_query(
    hostile_report: Report, table: ReportTable
) -> None:
    for row in rows_of(hostile_report, table):
        query = hostile_report.sql_behind(table, row)
        assert "script" not in query
        assert counted_behind(hostile_report, table, row) == count_of(table, row)


@pytest.mark.parametrize(
    "name", ["range_totals", "streaming_sessions_in_range", "people_in_range", "fleets_in_range"]
)
def test_behind_a_table_are_the_calls_of_all_its_rows(report: Report, name: str) -> None:
    (table,) = [one for one in (TOTALS, *ALL_TABLES) if one.name == name]
    calls = sum(int(str(row["event_count"])) for row in rows_of(report, table))
    assert counted_behind(report, table) == calls


@pytest.mark.parametrize("person", ["hoge", "amelia.hart@example.com"])
def test_a_scope_narrows_numbers_and_what_is_behind_them_alike(report: Report, person: str) -> None:
    scope = Scope(account_id="123456789012", person=person)
    narrow = report_of(report.answers, WEEK, scope)
    calls = narrow.totals()["event_count"]
    assert isinstance(calls, int)
    assert 0 < calls < int(str(report.totals()["event_count"]))
    assert counted_behind(narrow, TOTALS) == calls
    (fleets, _) = TABLES[Kind.FLEET]
    for row in rows_of(narrow, fleets):
        assert counted_behind(narrow, fleets, row) == row["event_count"]


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=300), st.text(max_size=5))
@example("it's", 'say "$HOME" `x` \\ !')
@example(ATTACK, LONG)
@example("", "'")
def test_a_condition_holds_for_its_own_text_only_and_is_safe_to_paste(
    text: str, other: str
) -> None:
    condition = same("name", text)
    assert condition.isprintable()
    assert not set(condition) & set('"$`\\!')
    found = duckdb.execute(
        f"select name from (values ($text), ($other)) as names (name) where {condition}",
        {"text": text, "other": other},
    ).fetchall()
    assert set(found) == {(text,)}


def test_what_names_a_person_is_what_the_view_says(report: Report) -> None:
    people = TABLES[Kind.PERSON][0]
    names = {row["person"] for row in rows_of(report, people)}
    assert {"hoge", "fuga"} < names
    assert len(names) > len({row["user_id"] for row in rows_of(report, ALL_TABLES[0])})


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_each_question_orders_its_rows(table: ReportTable) -> None:
    assert "\norder by" in question_sql(table.name)


@pytest.mark.parametrize(
    ("scope", "message"),
    [
        (Scope(fleet="tradingfleet"), "a fleet tradingfleet; did you mean trading-fleet?"),
        (Scope(person="hogge"), "a person hogge; did you mean hoge?"),
        (Scope(account_id="1"), "an account 1; leave --account out"),
    ],
)
def test_an_unknown_name_is_refused_with_one_that_is_like_it(
    report: Report, scope: Scope, message: str
) -> None:
    with pytest.raises(AnalysisError) as refusal:
        report_of(report.answers, WEEK, scope)
    assert message in str(refusal.value)


def test_a_lake_without_events_or_attribution_says_what_to_do(tmp_path: Path) -> None:
    open_lake(tmp_path / "empty", create=True)
    make_unattributed_lake(tmp_path / "fresh")
    for name, command in (("empty", "roletrail ingest"), ("fresh", "roletrail attribute")):
        with pytest.raises(AnalysisError, match=command):
            report_of(open_answers(str(tmp_path / name)), WEEK, Scope())


def test_days_that_attribution_has_not_read_are_told(hostile_report: Report) -> None:
    assert hostile_report.outstanding_days == (STARTED_AT.date(),)

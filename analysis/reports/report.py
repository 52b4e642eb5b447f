"""One report: a period and a scope of a lake, its tables as rows, and the query behind each row."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING

from analysis.answers import Answers, question_sql
from analysis.attribution_state import attribution_state
from analysis.bounded_answers import parameters_of
from analysis.errors import AnalysisError
from analysis.reports.periods import DAY, HOUR, Period
from analysis.reports.tables import TOTALS, ReportTable, Span
from analysis.reports.tracing import ACCOUNT, FLEET, PERSON, moment, same

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

BATCH_ROWS = 10_000

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a report is narrowed to; null means everything."""

    account_id: str | None = None
    fleet: str | None = None
    person: str | None = None

    def named(self) -> dict[str, str]:
        """Return what is narrowed, by the words of the command line."""
        given = {"account": self.account_id, "fleet": self.fleet, "person": self.person}
        return {word: name for word, name in given.items() if name is not None}


@dataclass(frozen=True, slots=True)
class Report:
    """A period and a scope of a lake, which stays as it was when it was opened.

    `published_at` (UTC) is when the attribution that it rests on was published, None if that was
    not noted. `newest_event_at` (UTC) is the newest call of the whole lake. `outstanding_days` are
    those of the period that have events which attribution hasn't read.
    """

    answers: Answers
    period: Period
    scope: Scope
    published_at: datetime | None
    newest_event_at: datetime
    outstanding_days: tuple[date, ...]

    def rows(self, table: ReportTable) -> "tuple[pa.Schema, Iterator[pa.RecordBatch]]":
        """Return a table's columns and its rows, `BATCH_ROWS` at a time.

        They are the same rows in the same order, however often they are asked for.
        """
        reader = self._relation(table).to_arrow_reader(BATCH_ROWS)
        return reader.schema, _even(reader)

    def totals(self) -> dict[str, object]:
        """Return the one row of `range_totals`; its counts are null without any call."""
        _, batches = self.rows(TOTALS)
        ((row,),) = (batch.to_pylist() for batch in batches)
        return dict(row)

    def over_time(self, question: str) -> list[dict[str, object]]:
        """Return the rows of a question that counts calls over time, by the period's buckets."""
        answer = self.answers.ask(question, bucket=self.period.bucket, **self._parameters(question))
        return list(answer.to_arrow_table().to_pylist())

    def sql_behind(self, table: ReportTable, row: Row | None = None) -> str:
        """Return the query that gives what a row's numbers count; without a row, the table's."""
        return table.behind.sql(self._conditions(table, row), row)

    def _relation(self, table: ReportTable) -> "duckdb.DuckDBPyRelation":
        relation = self.answers.ask(table.name, **self._parameters(table.name))
        return self._of_the_period(relation) if table.name == "delivery_gaps" else relation

    def _parameters(self, question: str) -> dict[str, object]:
        known = {
            "since": self.period.since,
            "until": self.period.until,
            "account_id": self.scope.account_id,
            "fleet_name": self.scope.fleet,
            "person": self.scope.person,
            "days": self.days_looked_back,
        }
        wanted = parameters_of(question_sql(question))
        return {name: value for name, value in known.items() if name in wanted}

    @property
    def days_looked_back(self) -> int:
        """The days before the newest delivery, at least one, that reach back to the period."""
        answer = self.answers.sql(
            "select max(delivered_at) from source_objects where kind = 'cloudtrail'"
        )
        ((newest,),) = answer.fetchall()
        if not isinstance(newest, datetime):
            return 1
        return max(1, math.ceil((newest - self.period.since) / DAY) + 1)

    def _of_the_period(self, gaps: "duckdb.DuckDBPyRelation") -> "duckdb.DuckDBPyRelation":
        """Return the gaps that reach into the period, of the scope's account or of all at once."""
        from duckdb import ColumnExpression, ConstantExpression

        first, last = ColumnExpression("first_hour_at"), ColumnExpression("last_hour_at")
        inside = gaps.filter(first < ConstantExpression(self.period.until)).filter(
            last >= ConstantExpression(self.period.since)
        )
        if self.scope.account_id is None:
            return inside
        account = ColumnExpression("account_id")
        wanted = account == ConstantExpression(self.scope.account_id)
        return inside.filter(account.isnull() | wanted)

    def _conditions(self, table: ReportTable, row: Row | None) -> Iterator[str]:
        since, until = moment(self.period.since), moment(self.period.until)
        account_id, fleet, person = self.scope.account_id, self.scope.fleet, self.scope.person
        match table.span:
            case Span.CALLS:
                yield f"event_time >= {since} and event_time < {until}"
                yield from _given({ACCOUNT: account_id, FLEET: fleet, PERSON: person})
            case Span.STREAMING_SESSIONS:
                yield f"event_time >= {since} and event_time < {until}"
                if row is None:
                    yield _of_streaming_sessions(self.scope)
            case Span.LOG_FILES:
                yield f"oldest_event_at < {until} and newest_event_at >= {since}"
                yield from _given({"account_id": account_id})
            case Span.DELIVERY:
                yield from _delivered(row, since, until)
            case Span.ACCOUNT:
                yield from _given({ACCOUNT: account_id})
            case Span.LAKE:
                return


def report_of(answers: Answers, period: Period, scope: Scope) -> Report:
    """Return the report of a period and scope.

    Raises AnalysisError if the lake is empty or not attributed yet, or has nothing by a name of
    the scope; a period without a call is a report, too.
    """
    location = answers.lake.location
    extent = answers.ask("lake_extent").to_arrow_table().to_pylist()[0]
    if not extent["event_count"]:
        raise AnalysisError(f"{location} has no events yet. Run: roletrail ingest SOURCE")
    if extent["newest_event_at"] is None:
        message = f"nothing in {location} is attributed yet. Run: roletrail attribute"
        raise AnalysisError(message)
    _check_names(answers, scope)
    state = attribution_state(answers.lake)
    return Report(
        answers=answers,
        period=period,
        scope=scope,
        published_at=state.published_at,
        newest_event_at=extent["newest_event_at"],
        outstanding_days=tuple(
            day
            for day in state.outstanding_days
            if period.since.date() <= day <= (period.until - HOUR).date()
        ),
    )


def _check_names(answers: Answers, scope: Scope) -> None:
    """Raise AnalysisError for a name that nothing in the lake has, with one that is like it."""
    named = scope.named()
    if not named:
        return
    known: dict[str, list[str]] = {}
    for field, choice in answers.ask("filter_choices").fetchall():
        known.setdefault(field, []).append(choice)
    for word, name in named.items():
        names = known.get(word, [])
        if name in names:
            continue
        near = get_close_matches(name, names, n=1)
        article = "an" if word == "account" else "a"
        hint = f"did you mean {near[0]}?" if near else f"leave --{word} out to see what there is"
        raise AnalysisError(f"the lake has no calls of {article} {word} {name}; {hint}")


def _given(names: Mapping[str, str | None]) -> Iterator[str]:
    """Yield the condition of each name that is given, by the expression that has it."""
    return (same(expression, name) for expression, name in names.items() if name is not None)


def _of_streaming_sessions(scope: Scope) -> str:
    names = {"account_id": scope.account_id, "fleet_name": scope.fleet, "user_id": scope.person}
    conditions = " and ".join(_given(names))
    if not conditions:
        return "streaming_session_id is not null"
    chosen = f"select streaming_session_id from streaming_sessions where {conditions}"  # noqa: S608 -
    # as in tracing.py
    return f"streaming_session_id in ({chosen})"


def _delivered(row: Row | None, since: str, until: str) -> Iterator[str]:
    """Yield the hours and the place of a gap, or the hours of the period."""
    if row is None:
        yield f"delivered_at >= {since} and delivered_at < {until}"
        return
    first, last = row["first_hour_at"], row["last_hour_at"]
    if isinstance(first, datetime) and isinstance(last, datetime):
        yield f"delivered_at >= {moment(first)} and delivered_at < {moment(last + HOUR)}"
    for name in ("account_id", "region"):
        if row[name] is not None:
            yield same(name, row[name])


def _even(reader: "pa.RecordBatchReader") -> "Iterator[pa.RecordBatch]":
    """Yield the rows in batches of just `BATCH_ROWS`, however they come; the last may be short."""
    import pyarrow as pa

    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in reader:
        waiting.append(batch)
        count += batch.num_rows
        while count >= BATCH_ROWS:
            whole = pa.Table.from_batches(waiting).combine_chunks()
            yield from whole.slice(0, BATCH_ROWS).to_batches()
            count -= BATCH_ROWS
            waiting = whole.slice(BATCH_ROWS).to_batches()
    if count:
        yield from pa.Table.from_batches(waiting).combine_chunks().to_batches()

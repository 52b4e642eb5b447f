"""Asking a lake: SQL over its tables and views, and the saved questions by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import duckdb

from analysis.errors import AnalysisError
from analysis.explanation import Explanation, explain
from analysis.views import create_views
from analysis.who import who
from lake import Lake, open_lake
from lake.connection import close_to_outside, connect

if TYPE_CHECKING:
    from analysis.policies import LeastPrivilege

READ_ONLY = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)


@dataclass(frozen=True, slots=True)
class Answers:
    """A lake as it was when it was opened, for reading only. Open it again to see newer data.

    Each question runs on a cursor of its own, so that several threads can ask at once.
    """

    lake: Lake
    _connection: duckdb.DuckDBPyConnection = field(repr=False)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return a cursor of its own, for a question that somebody may have to interrupt."""
        return self._connection.cursor()

    def sql(
        self,
        query: str,
        parameters: Mapping[str, object] | None = None,
        cursor: duckdb.DuckDBPyConnection | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """Return the answer to a query over the tables and views; `$name` takes a parameter.

        Raises AnalysisError for anything but one query that reads, and DuckDB's own errors for
        a query that is wrong.
        """
        if any("\ud800" <= sign <= "\udfff" for sign in query):
            message = "the query has half a character (a lone surrogate): write it as text"
            raise AnalysisError(message)
        statements = duckdb.extract_statements(query)
        if len(statements) != 1 or statements[0].type not in READ_ONLY:
            message = "only one query that reads is taken: select, with, from, describe or show"
            raise AnalysisError(message)
        relation: duckdb.DuckDBPyRelation | None = (cursor or self.cursor()).sql(
            query, params=dict(parameters or {})
        )
        if relation is None:
            message = "the query gives no rows to show: ask with select"
            raise AnalysisError(message)
        return relation

    def ask(self, question: str, **parameters: object) -> duckdb.DuckDBPyRelation:
        """Return the answer to a saved question: the file of that name in `analysis/questions`.

        Parameters that the question has and the caller leaves out are null. Raises
        AnalysisError if there is no such question or it has no such parameter.
        """
        query = question_sql(question)
        wanted = duckdb.extract_statements(query)[0].named_parameters
        if unknown := parameters.keys() - wanted:
            message = f"question {question} has no parameter {', '.join(sorted(unknown))}"
            raise AnalysisError(message)
        return self.sql(query, {name: parameters.get(name) for name in wanted})

    def explain(self, subject: str) -> Explanation:
        """Return the chain of evidence behind an event or a streaming session, in words.

        Raises AnalysisError if the lake has neither by that id.
        """
        return explain(self, subject)

    def who(self, subject: str) -> duckdb.DuckDBPyRelation:
        """Return who was behind an event, credentials, a streaming session, or `ADDRESS@TIME`.

        See `analysis.who.who` for the columns. Raises AnalysisError if the lake knows no such.
        """
        return who(self, subject)

    def lineage(self, role_session_id: str) -> duckdb.DuckDBPyRelation:
        """Return the chain of STS calls above and below a role session, the first one first.

        One row per link: depth, assumed_at (UTC), assume_event_name, parent and child role
        session, the child's role and name, assume_event_id, method.
        """
        return self.ask("lineage_of_role_session", role_session_id=role_session_id)

    def findings(
        self, severity: str = "info", rules: Sequence[str] | None = None
    ) -> duckdb.DuckDBPyRelation:
        """Return what the rules' last run left, worst and newest first: see the table `findings`.

        Only findings at least as severe as `severity` (info, low, medium, high or critical), and
        only of these rules. `roletrail findings` runs them.
        """
        return self.ask("findings", severity=severity, rules=None if rules is None else [*rules])

    def policy(  # noqa: PLR0913 - one word for each kind of subject and filter, as on the command line
        self,
        role: str | None = None,
        *,
        fleet: str | None = None,
        person: str | None = None,
        streaming_session: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        account_id: str | None = None,
        region: str | None = None,
        shorten: bool = False,
    ) -> "LeastPrivilege":
        """Return the IAM policy that what was observed of one of the four needs: `.document`.

        `.notes()` says what stands beside it, `.report()` all of it, and `.compared_with` how a
        granted policy differs. `shorten` widens resources until IAM takes it as one policy.
        Raises AnalysisError if nothing was observed.
        """
        from analysis.policies import Range, Subject, least_privilege

        return least_privilege(
            self,
            Subject(role, fleet, person, streaming_session),
            Range(since, until, account_id, region),
            is_shortened=shorten,
        )


def open_answers(location: str | None = None) -> Answers:
    """Return the lake at this location for asking; see `lake.open_lake` for what it can be.

    Raises LakeError if there is no lake.
    """
    lake = open_lake(location)
    connection = connect(lake)
    create_views(connection)
    close_to_outside(connection)
    return Answers(lake, connection)


@cache
def question_sql(question: str) -> str:
    """Return the text of a saved question. Raises AnalysisError if there is none of that name."""
    file = files("analysis").joinpath("questions", f"{question}.sql")
    if not question.isidentifier() or not file.is_file():
        message = f"there is no question {question}"
        raise AnalysisError(message)
    return file.read_text()

"""Asking a lake: SQL over its tables and views, and the saved questions by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, TypeAlias

import duckdb

from analysis.errors import AnalysisError
from analysis.explanation import Explanation, explain
from analysis.notebook_display import shown, text_as_html
from analysis.views import comment_views, create_views
from analysis.who import who
from lake import Lake, open_lake
from lake.connection import close_to_outside, comment_tables, connect

if TYPE_CHECKING:
    from analysis.policies import LeastPrivilege
    from analysis.question_methods import QuestionMethods

Moment: TypeAlias = datetime | str

READ_ONLY = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
METHODS = (
    ".streaming_sessions() .people() .api_calls() .findings(): relations; .df() makes frames",
    ".who(id) .attribution(event_id) .explain(id) .lineage(access_key): one call or credential",
    ".policy(role): least privilege; .sql(query): anything; .questions: all saved questions",
)


@dataclass(frozen=True, slots=True)
class Answers:
    """A lake as it was when it was opened, for reading only. Open it again to see newer data.

    Answers are DuckDB relations: `.df()` makes a frame of one, and `.columns` names what it has.
    Ranges are half open, from `since` to before `until`: UTC, as datetime or text. Whatever is
    left out narrows nothing. Each question runs on a cursor of its own, so that several threads
    can ask at once.
    """

    lake: Lake
    _connection: duckdb.DuckDBPyConnection = field(repr=False)

    def __repr__(self) -> str:
        return "\n".join([f"lake {shown(self.lake.location)}: {self._extent()}", *METHODS])

    def _repr_html_(self) -> str:
        return text_as_html(repr(self))

    def _extent(self) -> str:
        """Return how many events there are, and from when to when as far as they are attributed."""
        answer = self.ask("lake_extent")
        extent = dict(zip(answer.columns, answer.fetchall()[0], strict=True))
        count, oldest, newest = (
            extent[name] for name in ("event_count", "oldest_at", "newest_event_at")
        )
        if newest is None:
            return f"{count:,} events, not attributed yet (roletrail attribute)"
        return f"{count:,} events, {oldest:%Y-%m-%d %H:%M} to {newest:%Y-%m-%d %H:%M} UTC"

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

    @property
    def questions(self) -> "QuestionMethods":
        """Return the saved questions as methods, those of the dashboard and the command line."""
        from analysis.question_methods import QuestionMethods

        return QuestionMethods(self)

    def streaming_sessions(  # noqa: PLR0913 - one word for each filter, as on the command line
        self,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        account_id: str | None = None,
        region: str | None = None,
        fleet: str | None = None,
        person: str | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """Return the streaming sessions that were live at some time in the range, newest first.

        One row each: streaming_session_id, user_id, user_id_sha256, fleet_name, stack_name,
        account_id, region, started_at, ended_at (null while running), is_multisession, call_count,
        denied_count, certain_count, strong_count and top_apis. Calls are those of the whole
        streaming session.
        """
        return self.questions.who_called_what(
            since=since,
            until=until,
            account_id=account_id,
            region=region,
            fleet_name=fleet,
            user_id=person,
        )

    def people(  # noqa: PLR0913 - as streaming_sessions
        self,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        account_id: str | None = None,
        region: str | None = None,
        fleet: str | None = None,
        person: str | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """Return the people with a call in the range, by whole hours, most calls first.

        One row each: person, ways (of streaming_session, chained_role, appstream_service and
        sign_in), streaming_session_count, role_session_count, event_sources, event_count, ok_count,
        denied_count, error_count, first_event_at and last_event_at.
        """
        return self.questions.people(
            since=since,
            until=until,
            account_id=account_id,
            region=region,
            fleet_name=fleet,
            person=person,
        )

    def api_calls(
        self,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        account_id: str | None = None,
        fleet: str | None = None,
        person: str | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """Return which APIs each streaming session called in the range, by whole hours.

        One row per streaming session and API: started_at, user_id, user_id_sha256, fleet_name,
        stack_name, account_id, streaming_session_id, event_source, event_name, event_count,
        ok_count, denied_count, error_count, certain_count, strong_count, first_event_at and
        last_event_at.
        """
        return self.questions.streaming_session_api_calls(
            since=since, until=until, account_id=account_id, fleet_name=fleet, person=person
        )

    def attribution(self, event_id: str) -> duckdb.DuckDBPyRelation:
        """Return who was behind an event, and the claim that says so; a row per account's log.

        event_id, event_time, event_source, event_name, recipient_account_id, user_id,
        candidate_user_ids, confidence, method, streaming_session_id, fleet_name, stack_name,
        workload_kind, workload_name, role_session_id, origin_principal_arn, attribution_id,
        valid_from, valid_to and evidence (JSON). `explain` says it in words. Raises AnalysisError
        if the lake has no such event.
        """
        answer = self.ask("attribution_of_event", event_id=event_id)
        if answer.limit(1).fetchone() is None:
            message = f"the lake has no event {event_id}. Ids stand in event_id of events"
            raise AnalysisError(message)
        return self.ask("attribution_of_event", event_id=event_id)

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

        One row per link: depth, assumed_at, assume_event_name, parent_role_session_id,
        parent_principal_arn, child_role_session_id, issuing_role_arn and role_session_name (both
        of the child), assume_event_id and method.
        """
        return self.ask("lineage_of_role_session", role_session_id=role_session_id)

    def findings(
        self, severity: str = "info", rules: Sequence[str] | None = None
    ) -> duckdb.DuckDBPyRelation:
        """Return what the rules' last run left, worst and newest first.

        One row each: finding_id, rule, title, severity, subject, account_id, region, user_ids,
        candidate_user_ids, callers, streaming_session_ids, fleet_names, first_seen_at,
        last_seen_at, event_count, evidence_event_ids, explanation, remedy, attack_tags,
        reference_uris, detail (JSON) and found_at. Only those at least as severe as `severity`
        (info, low, medium, high or critical), and only of these rules. `roletrail findings` runs
        them.
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
    comment_tables(connection)
    comment_views(connection)
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

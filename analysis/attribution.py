"""Attribution: from what ingest stored to who was behind each role session, as one atomic run.

What the events of a day show of each role session is kept, day by day. Everything about role
sessions, streaming sessions and claims is computed from those rows over all days, so that the
result doesn't depend on which days were attributed when. Only days whose events or claims have
changed are read again.
"""

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb
import pyarrow as pa

from analysis.attribution_settings import AttributionSettings
from analysis.event_days import EventDays, spans
from analysis.views import STEPS, VIEWS, view_sql
from analysis.workload_rules import decide_workloads
from lake import Lake
from lake.catalog import ensure_tables
from lake.columns import Table
from lake.connection import connect
from lake.derived_tables import DERIVED_TABLES
from lake.publication import Publication, last_publication, publish, snapshots_of
from lake.replacement import replace_rows
from lake.tables import INGESTED_TABLES

MEMORY_LIMIT = "2GB"
# What the steps read beside events and the tables that are kept by day.
INPUTS = ("streaming_session_evidence", "resource_history", "source_objects")
KEPT_BY_DAY = ("role_session_sightings", "credential_issues", "shared_calls")
# Claims of all days are made anew each time; what has changed of them says which days to write.
COMPARED = tuple(
    table.name
    for table in DERIVED_TABLES
    if table.name not in {*KEPT_BY_DAY, "session_activity", "streaming_sessions"}
)
# The endpoint's owner stands in every event that came through it, so that days can't be told.
CHANGES_ANY_DAY = "endpoint_ownership"
TABLES_BY_NAME = {table.name: table for table in DERIVED_TABLES}


@dataclass(frozen=True, slots=True)
class AttributionSummary:
    """What a run found: counts over the whole lake, and the days that it had to read again.

    `by_confidence` counts the calls of AppStream fleets by certain, strong, weak and
    not_attributable.
    """

    events: int
    role_sessions: int
    streaming_sessions: int
    attributions: int
    by_confidence: Mapping[str, int]
    days_read: int
    seconds: float


def attribute(
    lake: Lake,
    *,
    since: date | None = None,
    until: date | None = None,
    settings: AttributionSettings | None = None,
    on_step: Callable[[str], None] | None = None,
) -> AttributionSummary:
    """Attribute the lake's events and publish the result; readers see it whole or not at all.

    With `since` or `until` (UTC days, half-open) only those days' events are read, and claims
    that reach other days are brought up to date there too. Running it again without news changes
    nothing. Of runs at the same time one is published; the others raise LakeError, and what they
    wrote is never seen. Raises AnalysisError if the user's workload rules are wrong.
    """
    started = time.monotonic()
    ensure_tables(lake, (*INGESTED_TABLES, *DERIVED_TABLES))
    with closing(_Run(lake, settings or AttributionSettings(), on_step or _say_nothing)) as run:
        days_read = run.run(since, until)
        return run.summary(days_read, time.monotonic() - started)


def _say_nothing(_step: str) -> None:
    """Take a step's name and do nothing with it."""


class _Run:
    """One run: a DuckDB connection whose schema `run` holds the new rows, `main` the old ones."""

    def __init__(
        self, lake: Lake, settings: AttributionSettings, on_step: Callable[[str], None]
    ) -> None:
        self.lake = lake
        self.settings = settings
        self.rules = settings.rules()
        self.on_step = on_step
        # Before the connection: what comes in between is news for the next run, and another
        # run's publication keeps this one from being published.
        self.published = last_publication(lake)
        self.inputs = snapshots_of(lake, INPUTS)
        self.connection = connect(lake)
        # Beyond this, DuckDB writes to disk: a run shares the machine with whoever reads.
        self.scratch = tempfile.TemporaryDirectory(prefix="roletrail-")
        self.connection.execute("set temp_directory = $folder", {"folder": self.scratch.name})
        self.connection.execute("set memory_limit = $limit", {"limit": MEMORY_LIMIT})
        self.connection.execute("set preserve_insertion_order = false")
        self.connection.execute("create schema run")
        self.connection.execute("set search_path = 'run,main'")
        self.days = EventDays.of(lake)
        self.calls = self.published.calls

    def is_up_to_date(self, changed: set[date], settings_print: str) -> bool:
        """Return whether there is nothing that the last run didn't know."""
        return (
            not changed
            and settings_print == self.published.settings
            and self.inputs == self.published.inputs
        )

    def run(self, since: date | None, until: date | None) -> int:
        """Attribute, write and publish; return the number of days that were read."""
        settings_print = self.settings_print()
        changed = self.days.changed_since(self.published.days, since, until)
        if self.is_up_to_date(changed, settings_print):
            return 0
        self.on_step("reading events")
        self.read_days(changed)
        for name in STEPS:
            self.on_step(name.replace("_", " "))
            if name == "role_session_workloads":
                decide_workloads(self.connection, self.rules)
            self.create(name)
            if name in COMPARED:
                self.compare(name)
        everything = settings_print != self.published.settings or self.differs(CHANGES_ANY_DAY)
        to_roll_up = changed | (self.known_days() if everything else self.days_of_changed_claims())
        self.on_step("session activity")
        self.roll_up(to_roll_up)
        self.create("streaming_sessions")
        self.compare("streaming_sessions")
        self.on_step("writing")
        snapshots = self.write(changed, to_roll_up)
        days = self.days.fingerprints(changed, self.published.days)
        self.calls = self.counted_calls()
        publication = Publication(snapshots, days, settings_print, self.calls, self.inputs)
        publish(self.lake, publication, self.published)
        return len(changed | to_roll_up)

    def close(self) -> None:
        """Give back memory and disk."""
        self.connection.close()
        self.scratch.cleanup()

    def settings_print(self) -> str:
        """Return settings, rules and SQL in short, to be compared with those of the last run."""
        everything = repr((self.settings.parameters(), self.rules, [*map(view_sql, VIEWS)]))
        return hashlib.sha256(everything.encode()).hexdigest()

    def create(self, name: str) -> None:
        """Make table `run.name` of the view's SQL."""
        self.connection.execute(f"create table run.{name} as {view_sql(name)}", self.given(name))

    def given(self, name: str, **more: object) -> dict[str, object]:
        """Return the parameters that the view's SQL names."""
        wanted = duckdb.extract_statements(view_sql(name))[0].named_parameters
        values = {**self.settings.parameters(), **more}
        return {parameter: values[parameter] for parameter in wanted}

    # ── the events of some days ──────────────────────────────────────────────────────────────

    def read_days(self, changed: set[date]) -> None:
        """Make the tables that are kept by day: the old rows of other days, these days' anew."""
        for name in KEPT_BY_DAY:
            self.connection.execute(
                f"create table run.{name} as "  # noqa: S608 - a constant of this module
                f"select * from main.{name} where not list_contains($days, cast(day_at as date))",
                {"days": sorted(changed)},
            )
        for span in spans(changed):
            self.look_at(span)
            for name in KEPT_BY_DAY:
                self.insert(name, span)

    def roll_up(self, days: set[date]) -> None:
        """Make session_activity of these days; views show it whole, and what it adds and takes."""
        self.connection.execute(
            "create table run.rolled_up as select * from main.session_activity limit 0"
        )
        for span in spans(days):
            self.look_at(span)
            self.insert("session_activity", span, "rolled_up")
        # Times as literals, so that files and row groups of other days aren't even opened.
        is_replaced = " or ".join(
            f"hour_at >= timestamptz '{since} 00:00:00+00' "
            f"and hour_at < timestamptz '{until} 00:00:00+00'"
            for since, until in spans(days)
        )
        self.connection.execute(f"""
            create view run.session_activity as
            select * from main.session_activity where not ({is_replaced or "false"})
            union all by name
            select * from run.rolled_up
        """)  # noqa: S608 - days, as Python writes them
        self.connection.execute(f"""
            create view run.session_activity_changes as
            select * replace (-event_count as event_count)
            from main.session_activity where {is_replaced or "false"}
            union all by name
            select * from run.rolled_up
        """)  # noqa: S608 - days, as Python writes them

    def look_at(self, span: tuple[date, date]) -> None:
        """Make the views over events see the data files of these days alone."""
        self.connection.execute(f"create or replace view run.events as {self.days.sql(*span)}")
        for name in ("role_session_events", "attributed_events"):
            if name == "attributed_events" and not self.has("attributions"):
                continue
            self.connection.execute(f"create or replace view run.{name} as {view_sql(name)}")

    def has(self, name: str) -> bool:
        """Return whether the run has made this table yet."""
        found = self.connection.execute(
            "select 1 from duckdb_tables() where schema_name = 'run' and table_name = $name",
            {"name": name},
        )
        return found.fetchone() is not None

    def insert(self, name: str, span: tuple[date, date], into: str | None = None) -> None:
        """Add the rows of these days to a table that is kept by day."""
        since, until = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in span)
        self.connection.execute(
            f"insert into run.{into or name} by name {view_sql(name)}",
            self.given(name, since=since, until=until),
        )

    # ── what has changed ─────────────────────────────────────────────────────────────────────

    def known_days(self) -> set[date]:
        """Return the days that are attributed, by this run or an earlier one."""
        rows = self.connection.execute(
            "select cast(hour_at as date) from main.session_activity "
            "union select cast(day_at as date) from run.role_session_sightings"
        )
        return {day for (day,) in rows.fetchall()}

    def compare(self, name: str) -> None:
        """Make table `run.changed_…` of the rows that only the old or only the new table has."""
        columns = ", ".join(column.name for column in TABLES_BY_NAME[name].columns)
        self.connection.execute(
            f"""
            create table run.changed_{name} as
            (select {columns} from run.{name} except select {columns} from main.{name})
            union all
            (select {columns} from main.{name} except select {columns} from run.{name})
            """  # noqa: S608 - constants of this module
        )

    def differs(self, name: str) -> bool:
        """Return whether the new rows of a table differ from the published ones."""
        return self.count(f"select count(*) from run.changed_{name}") > 0  # noqa: S608 - a constant

    def days_of_changed_claims(self) -> set[date]:
        """Return the days in which somebody's call is now attributed differently than before."""
        rows = self.connection.execute("""
            select distinct cast(day_at as date) from run.role_session_sightings
            where role_session_id in (
                select role_session_id from run.changed_attributions
                union
                select role_session_id from run.changed_role_sessions
                union
                select role_session_id from run.changed_role_session_networks
            )
            union
            select cast(valid_from as date) from run.changed_attributions
            where event_id is not null
        """)
        return {day for (day,) in rows.fetchall()}

    # ── keeping the result ───────────────────────────────────────────────────────────────────

    def write(self, changed: set[date], rolled_up: set[date]) -> dict[str, int]:
        """Write what differs from the published run; return each table's snapshot id."""
        snapshots = dict(self.published.snapshots)
        for table in DERIVED_TABLES:
            days = self.days_to_write(table, changed, rolled_up)
            if days is None or days:
                parts = self.parts(table, days)
                based_on = self.published.snapshots.get(table.name)
                snapshots[table.name] = replace_rows(self.lake, table, parts, days, based_on)
        return snapshots

    def days_to_write(
        self, table: Table, changed: set[date], rolled_up: set[date]
    ) -> set[date] | None:
        """Return the days whose rows are to be replaced; None for the whole table."""
        head = self.lake.table(table.name).current_snapshot()
        if head is None or head.snapshot_id != self.published.snapshots.get(table.name):
            # Never published, or a run that died has left rows that nobody sees.
            return None
        if table.name in KEPT_BY_DAY:
            return changed
        if table.name == "session_activity":
            return rolled_up
        if table.day_partition is not None:
            return self.days_that_differ(table)
        return None if self.differs(table.name) else set()

    def days_that_differ(self, table: Table) -> set[date]:
        """Return the days of a table's partitions whose rows are not the published ones."""
        rows = self.connection.execute(
            f"select distinct {_day_of(table)} from run.changed_{table.name}"  # noqa: S608 - constants
        )
        return {day for (day,) in rows.fetchall()}

    def parts(self, table: Table, days: set[date] | None) -> Iterator[pa.Table]:
        """Yield rows that the run has made, of some days or all, as the lake's table has them."""
        columns = ", ".join(column.name for column in table.columns)
        is_part = table.name == "session_activity" and days is not None
        source = "rolled_up" if is_part else table.name
        query = f"select {columns} from run.{source}"  # noqa: S608 - constants
        if table.day_partition is None:
            yield self.connection.execute(query).to_arrow_table()
            return
        if days is None:
            days = self.days_in(table)
        for since, until in spans(days):
            yield self.connection.execute(
                f"{query} where {_day_of(table)} >= $since and {_day_of(table)} < $until",
                {"since": since, "until": until},
            ).to_arrow_table()

    def days_in(self, table: Table) -> set[date]:
        """Return the days that a table of the run has rows of."""
        rows = self.connection.execute(f"select distinct {_day_of(table)} from run.{table.name}")  # noqa: S608 - constants
        return {day for (day,) in rows.fetchall()}

    def counted_calls(self) -> Mapping[str, int]:
        """Return the number of calls, of all and of fleets' by confidence.

        It is what the last run counted, with what the days rolled up now take away and add.
        """
        news = "session_activity_changes" if self.published.calls else "session_activity"
        rows = self.connection.execute(f"""
            select
                case
                    when workload_kind = 'appstream_fleet'
                        then coalesce(session_confidence, 'not_attributable')
                    else 'others'
                end as confidence,
                cast(sum(event_count) as bigint) as event_count
            from run.{news}
            group by confidence
        """).fetchall()  # noqa: S608 - constants
        calls = dict(self.published.calls)
        for confidence, event_count in rows:
            calls[confidence] = calls.get(confidence, 0) + event_count
        return {confidence: count for confidence, count in calls.items() if count}

    def summary(self, days_read: int, seconds: float) -> AttributionSummary:
        """Return what the run found."""
        return AttributionSummary(
            events=sum(self.calls.values()),
            role_sessions=self.count("select count(*) from role_sessions"),
            streaming_sessions=self.count("select count(*) from streaming_sessions"),
            attributions=self.count("select count(*) from attributions"),
            by_confidence={kind: count for kind, count in self.calls.items() if kind != "others"},
            days_read=days_read,
            seconds=seconds,
        )

    def count(self, query: str) -> int:
        """Return the number that a query gives."""
        row = self.connection.execute(query).fetchone()
        return int(row[0]) if row else 0


def _day_of(table: Table) -> str:
    return f"cast({table.day_partition} as date)"

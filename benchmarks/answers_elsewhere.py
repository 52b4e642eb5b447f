"""chDB and polars on the data files of a lake: some of the questions, with the same answers."""

import importlib.util
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from lake import open_lake
from lake.connection import connect, planned_files

SINCE = datetime(2026, 9, 14, tzinfo=UTC)
UNTIL = datetime(2026, 9, 21, tzinfo=UTC)
ROLE = "arn:aws:iam::123456789012:role/machine-2"
ACCESS_KEY = "ASIA" + "25123".zfill(16)
MILLISECONDS = 1_000
LATEST = 100

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Question:
    """One question in DuckDB's and in ClickHouse's SQL; polars has its own function below."""

    name: str
    duckdb: str
    clickhouse: str


def _questions(event_id: str) -> tuple[Question, ...]:
    week = (
        "event_time >= timestamptz '2026-09-14 00:00:00+00' "
        "and event_time < timestamptz '2026-09-21 00:00:00+00'"
    )
    clickhouse_week = (
        "event_time >= toDateTime64('2026-09-14 00:00:00', 6, 'UTC') "
        "and event_time < toDateTime64('2026-09-21 00:00:00', 6, 'UTC')"
    )

    def both(name: str, query: str) -> Question:
        return Question(name, query.format(week=week), query.format(week=clickhouse_week))

    return (
        both(
            "top APIs per role session, 7 days",
            "select access_key_id, event_name, count(*) as calls from events where {week} "
            "group by access_key_id, event_name "
            f"order by calls desc, access_key_id, event_name limit {LATEST}",
        ),
        both(
            "one role, 7 days",
            "select event_name, count(*) from events where {week} "
            f"and issuing_role_arn = '{ROLE}' group by event_name order by event_name",
        ),
        both(
            "one access key, all time",
            "select event_id, event_name from events "
            f"where access_key_id = '{ACCESS_KEY}' order by event_id",
        ),
        both(
            "one event id, all time",
            f"select event_id, access_key_id from events where event_id = '{event_id}'",
        ),
        Question(
            "hour and service, all time",
            "select epoch(date_trunc('hour', event_time))::bigint, event_source, count(*) "
            "from events group by 1, 2 order by 1, 2",
            "select toInt64(toUnixTimestamp(toStartOfHour(event_time))), event_source, count(*) "
            "from events group by 1, 2 order by 1, 2",
        ),
    )


def _in_polars(files: Sequence[str], event_id: str) -> dict[str, Callable[[], Rows]]:
    import polars as pl

    events = pl.scan_parquet(list(files))
    in_week = pl.col("event_time").is_between(SINCE, UNTIL, closed="left")

    def rows(frame: pl.LazyFrame) -> Rows:
        answer: Rows = frame.collect().rows()
        return answer

    hour = pl.col("event_time").dt.truncate("1h").dt.epoch("s")
    return {
        "top APIs per role session, 7 days": lambda: rows(
            events.filter(in_week)
            .group_by("access_key_id", "event_name")
            .len("calls")
            .sort(["calls", "access_key_id", "event_name"], descending=[True, False, False])
            .head(LATEST)
        ),
        "one role, 7 days": lambda: rows(
            events.filter(in_week & (pl.col("issuing_role_arn") == ROLE))
            .group_by("event_name")
            .len()
            .sort("event_name")
        ),
        "one access key, all time": lambda: rows(
            events.filter(pl.col("access_key_id") == ACCESS_KEY)
            .select("event_id", "event_name")
            .sort("event_id")
        ),
        "one event id, all time": lambda: rows(
            events.filter(pl.col("event_id") == event_id).select("event_id", "access_key_id")
        ),
        "hour and service, all time": lambda: rows(
            events.group_by(hour.alias("hour"), "event_source").len().sort("hour", "event_source")
        ),
    }


def _in_chdb(files: Sequence[str], query: str) -> Rows:
    import chdb

    names = ",".join(file.lstrip("/") for file in files)
    source = f"file('/{{{names}}}', 'Parquet')"
    answer = chdb.query(query.replace("from events", f"from {source}"), "ArrowTable")
    return [tuple(row.values()) for row in answer.to_pylist()]


def _best(ask: Callable[[], Rows], runs: int) -> tuple[float, Rows]:
    answer = ask()
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        answer = ask()
        seconds.append(time.perf_counter() - started)
    return min(seconds), answer


def _same(one: Rows, other: Rows) -> bool:
    def plain(rows: Rows) -> Rows:
        return [tuple(_text(cell) for cell in row) for row in rows]

    return plain(one) == plain(other)


def _text(cell: object) -> str:
    return cell.decode() if isinstance(cell, bytes) else str(cell)


def compare(folder: Path, runs: int) -> None:
    """Print each question's best run here and elsewhere; stop if the answers differ."""
    lake = open_lake(folder)
    files = planned_files(lake.table("events"))
    connection = connect(lake, ["events"])
    event_id = _some_event(connection)
    elsewhere: dict[str, Callable[[Question], Callable[[], Rows]]] = {}
    if importlib.util.find_spec("chdb"):
        elsewhere["chDB"] = lambda question: lambda: _in_chdb(files, question.clickhouse)
    if importlib.util.find_spec("polars"):
        in_polars = _in_polars(files, event_id)
        elsewhere["polars"] = lambda question: in_polars[question.name]
    print(f"\n| question, from events | DuckDB {duckdb.__version__} ms |", end="")
    print("".join(f" {name} ms |" for name in elsewhere))
    print("|---|---|" + "---|" * len(elsewhere))
    for question in _questions(event_id):
        best, answer = _best(lambda q=question: connection.execute(q.duckdb).fetchall(), runs)  # type: ignore[misc]
        cells = [f"{best * MILLISECONDS:,.0f}"]
        for name, asking in elsewhere.items():
            best, other = _best(asking(question), runs)
            if not _same(answer, other):
                message = f"{name} answers {question.name} differently"
                raise SystemExit(message)
            cells.append(f"{best * MILLISECONDS:,.0f}")
        print(f"| {question.name} | {' | '.join(cells)} |", flush=True)


def _some_event(connection: duckdb.DuckDBPyConnection) -> str:
    row = connection.execute(
        "select event_id from events where event_time >= timestamptz '2026-09-16 12:00:00+00' "
        "and event_time < timestamptz '2026-09-16 13:00:00+00' order by event_id limit 1"
    ).fetchone()
    if row is None:
        message = "the lake has no events in the middle of its month"
        raise SystemExit(message)
    return str(row[0])

"""The saved questions that only the command line asks, each on a few rows of its own."""

from collections.abc import Iterator

import duckdb
import pytest

from analysis.answers import question_sql
from lake.connection import relation_sql
from lake.tables import TABLES


@pytest.fixture
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection with the lake's tables, empty."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for table in TABLES.values():
            connection.execute(f"create table {table.name} as {relation_sql(table.schema(), [])}")
        yield connection


def fill(lake: duckdb.DuckDBPyConnection, table: str, columns: str, *rows: str) -> None:
    lake.execute(f"insert into {table} ({columns}) values {', '.join(rows)}")


def ask(lake: duckdb.DuckDBPyConnection, question: str, **given: object) -> list[dict[str, object]]:
    query = question_sql(question)
    wanted = duckdb.extract_statements(query)[0].named_parameters
    parameters = {name: given.get(name) for name in wanted}
    answer = lake.execute(query, parameters)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


@pytest.fixture
def two_people(lake: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Return the lake with hoge's streaming session of one morning, and fuga's, still running."""
    fill(
        lake,
        "streaming_sessions",
        "streaming_session_id, user_id, fleet_name, account_id, region, started_at, ended_at",
        "('s1', 'hoge', 'test', '1', 'eu', '2026-01-12 09:00:00Z', '2026-01-12 10:00:00Z')",
        "('s2', 'fuga', 'test', '1', 'eu', '2026-01-13 09:00:00Z', null)",
    )
    fill(
        lake,
        "session_activity",
        "streaming_session_id, event_source, event_name, session_confidence, result, event_count",
        "('s1', 's3.amazonaws.com', 'ListBuckets', 'certain', 'ok', 2)",
        "('s1', 's3.amazonaws.com', 'ListBuckets', 'strong', 'denied', 3)",
        "('s1', 's3.amazonaws.com', 'GetObject', 'strong', 'error', 4)",
        "('s1', 'sts.amazonaws.com', 'GetCallerIdentity', 'certain', 'ok', 1)",
        "('s1', 'ec2.amazonaws.com', 'DescribeInstances', 'certain', 'ok', 1)",
        "(null, 's3.amazonaws.com', 'GetObject', 'weak', 'ok', 100)",
    )
    return lake


def test_calls_are_counted_for_the_session_they_belong_to(
    two_people: duckdb.DuckDBPyConnection,
) -> None:
    fuga, hoge = ask(two_people, "who_called_what")
    assert (hoge["user_id"], fuga["user_id"]) == ("hoge", "fuga")
    assert {name: hoge[name] for name in hoge if name.endswith("_count")} == {
        "call_count": 11,
        "denied_count": 3,
        "certain_count": 4,
        "strong_count": 7,
    }
    assert hoge["top_apis"] == "s3:ListBuckets, s3:GetObject, ec2:DescribeInstances"
    assert (fuga["call_count"], fuga["top_apis"]) == (0, None)


@pytest.mark.parametrize(
    ("given", "people"),
    [
        ({"since": "2026-01-12 09:59:00Z"}, ["fuga", "hoge"]),
        ({"since": "2026-01-12 10:00:00Z"}, ["fuga"]),  # hoge has ended by then
        ({"until": "2026-01-13 09:00:00Z"}, ["hoge"]),  # fuga starts only then
        ({"until": "2026-01-13 09:01:00Z"}, ["fuga", "hoge"]),
        ({"account_id": "2"}, []),
        ({"region": "eu", "fleet_name": "test"}, ["fuga", "hoge"]),
        ({"fleet_name": "other"}, []),
        ({"user_id": "fuga"}, ["fuga"]),
    ],
)
def test_streaming_sessions_are_narrowed_half_open(
    two_people: duckdb.DuckDBPyConnection, given: dict[str, object], people: list[str]
) -> None:
    assert [row["user_id"] for row in ask(two_people, "who_called_what", **given)] == people


def test_what_was_looked_at_counts_events_and_accounts(lake: duckdb.DuckDBPyConnection) -> None:
    fill(
        lake,
        "events",
        "recipient_account_id, aws_region, event_time",
        "('1', 'eu-central-1', '2026-01-12 09:00:00Z')",
        "('1', 'us-east-1', '2026-01-12 11:00:00Z')",
        "('2', 'us-east-1', '2026-01-12 10:00:00Z')",
    )
    (everything,) = ask(lake, "looked_at")
    (one_region,) = ask(lake, "looked_at", region="us-east-1", account_id="2")
    assert (everything["event_count"], everything["account_count"]) == (3, 2)
    assert (one_region["event_count"], one_region["account_count"]) == (1, 1)
    assert everything["role_session_count"] == 0


def test_newest_events_and_files_are_told_by_account_and_region(
    lake: duckdb.DuckDBPyConnection,
) -> None:
    read = "'2026-01-12 10:00:00Z'"
    fill(
        lake,
        "source_objects",
        "kind, account_id, region, events_written, newest_event_at, delivered_at, ingested_at",
        f"('cloudtrail', '1', 'eu', 2, '2026-01-12 09:01:00Z', '2026-01-12 09:05:00Z', {read})",
        f"('cloudtrail_insight', '1', 'eu', 1, '2026-01-12 08:00:00Z', null, {read})",
        f"('cloudtrail', '1', 'us', 0, null, '2026-01-12 09:10:00Z', {read})",
        # Nothing is delivered after it was read, whatever its name says.
        f"('cloudtrail', '1', 'us', 0, null, '2099-01-12 09:10:00Z', {read})",
        f"('cloudtrail_digest', '1', 'af', 0, null, '2026-01-12 09:10:00Z', {read})",
        f"('lookup_events', '2', 'eu', 4, '2026-01-12 07:00:00Z', null, {read})",
        f"('eventbridge', null, null, 5, '2026-01-12 07:30:00Z', null, {read})",
    )
    # A lake of an older release has no times of events in its ledger.
    fill(
        lake,
        "session_activity",
        "recipient_account_id, aws_region, last_event_at",
        "('1', 'us', '2026-01-12 06:00:00Z')",
        "('2', 'eu', '2026-01-12 06:00:00Z')",
    )
    rows = ask(lake, "newest_events")
    assert [
        (
            row["account_id"],
            row["region"],
            row["event_count"],
            row["newest_event_at"] and f"{row['newest_event_at']:%H:%M}",
            row["newest_file_at"] and f"{row['newest_file_at']:%H:%M}",
        )
        for row in rows
    ] == [
        ("1", "eu", 3, "09:01", "09:05"),
        ("1", "us", 0, "06:00", "09:10"),
        ("2", "eu", 4, "07:00", None),
        (None, None, 5, "07:30", None),
    ]


def test_delivery_lag_is_ranked_over_the_files_of_each_place(
    lake: duckdb.DuckDBPyConnection,
) -> None:
    read = "'2026-01-12 10:00:00Z'"
    files = [
        f"('cloudtrail', '1', 'eu', timestamptz '2026-01-12 09:00:00Z',"
        f" timestamptz '2026-01-12 09:00:00Z' - {seconds} * interval '1 second', {read})"
        for seconds in range(1, 101)
    ]
    fill(
        lake,
        "source_objects",
        "kind, account_id, region, delivered_at, oldest_event_at, ingested_at",
        *files,
        # Names tell the minute, so that an event can seem to come after its delivery.
        f"('cloudtrail', '1', 'us', '2026-01-12 09:00:00Z', '2026-01-12 09:00:50Z', {read})",
        f"('cloudtrail', '1', 'us', '2026-01-01 09:00:00Z', '2025-12-01 09:00:00Z', {read})",
        f"('cloudtrail', '1', 'us', '2026-01-12 09:00:00Z', null, {read})",
    )
    assert [tuple(row.values()) for row in ask(lake, "delivery_lag")] == [
        ("1", "eu", 100, 50, 95, 99, 100),
        ("1", "us", 1, 0, 0, 0, 0),
    ]
    (_, us) = ask(lake, "delivery_lag", days=30)
    assert (us["file_count"], us["max_seconds"]) == (2, 31 * 86_400)


def test_events_are_verified_by_the_digests_of_their_files(
    lake: duckdb.DuckDBPyConnection,
) -> None:
    fill(
        lake,
        "source_objects",
        "kind, status, account_id, region, events_written, digest_status",
        "('cloudtrail', 'ingested', '1', 'eu', 1, 'verified')",
        "('cloudtrail', 'ingested', '1', 'eu', 2, 'altered')",
        "('cloudtrail', 'ingested', '1', 'eu', 4, 'missing')",
        "('cloudtrail', 'ingested', '1', 'eu', 8, 'unsigned')",
        "('cloudtrail', 'ingested', '1', 'eu', 16, 'unproven')",
        "('cloudtrail', 'ingested', '1', 'eu', 32, 'chained')",
        "('cloudtrail', 'ingested', '1', 'eu', 64, null)",
        "('session_report', 'ingested', '1', 'eu', 9, null)",
    )
    assert ask(lake, "verified_events") == [
        {
            "account_id": "1",
            "region": "eu",
            "event_count": 127,
            "verified_count": 1,
            "failed_count": 14,
            "unverified_count": 112,
        }
    ]


def test_rejections_are_counted_by_reason(lake: duckdb.DuckDBPyConnection) -> None:
    fill(
        lake,
        "rejected_records",
        "source_object_id, reason, rejected_at",
        "('a', 'no eventID', '2026-01-12 09:00:00Z')",
        "('a', 'no eventID', '2026-01-14 09:00:00Z')",
        "('b', 'no eventID', '2026-01-13 09:00:00Z')",
        "('c', 'gzip ended early', '2026-01-12 09:00:00Z')",
    )
    many, one = ask(lake, "rejection_reasons")
    assert (many["reason"], many["rejected_count"], many["object_count"]) == ("no eventID", 3, 2)
    assert str(many["first_rejected_at"])[:10] == "2026-01-12"
    assert str(many["last_rejected_at"])[:10] == "2026-01-14"
    assert one["rejected_count"] == 1


def test_objects_are_summed_by_kind_and_status(lake: duckdb.DuckDBPyConnection) -> None:
    fill(
        lake,
        "source_objects",
        "kind, status, bytes, records_read, events_written, duplicates, conflicts, rejected",
        "('cloudtrail', 'ingested', 10, 5, 3, 1, 0, 1)",
        "('cloudtrail', 'ingested', 20, 5, 5, 0, 0, 0)",
        "('cloudtrail', 'rejected', 30, 0, 0, 0, 0, 0)",
    )
    assert [tuple(row.values()) for row in ask(lake, "objects_by_kind")] == [
        ("cloudtrail", "ingested", 2, 30, 10, 8, 1, 0, 1),
        ("cloudtrail", "rejected", 1, 30, 0, 0, 0, 0, 0),
    ]


def test_the_share_of_a_confidence_is_that_of_its_workload(
    lake: duckdb.DuckDBPyConnection,
) -> None:
    fill(
        lake,
        "session_activity",
        "workload_kind, session_confidence, event_count",
        "('appstream_fleet', 'weak', 1)",
        "('appstream_fleet', 'certain', 2)",
        "('appstream_fleet', null, 1)",
        "('lambda_function', null, 7)",
    )
    assert [tuple(row.values()) for row in ask(lake, "calls_by_confidence")] == [
        ("appstream_fleet", "certain", 2, 0.5),
        ("appstream_fleet", "weak", 1, 0.25),
        ("appstream_fleet", None, 1, 0.25),
        ("lambda_function", None, 7, 1.0),
    ]


def test_rejections_come_newest_first(lake: duckdb.DuckDBPyConnection) -> None:
    fill(
        lake,
        "rejected_records",
        "uri, record_index, reason, raw, rejected_at",
        "('a', 1, 'no eventID', 'x', '2026-01-12 09:00:00Z')",
        "('b', null, 'gzip ended early', 'y', '2026-01-13 09:00:00Z')",
    )
    rows = ask(lake, "rejections")
    assert [(row["uri"], row["reason"]) for row in rows] == [
        ("b", "gzip ended early"),
        ("a", "no eventID"),
    ]
    assert "raw" not in rows[0]

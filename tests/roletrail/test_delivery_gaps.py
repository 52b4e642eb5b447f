"""When a silence is a gap, and when it is only quiet: on files by the hour, and in general."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.answers import question_sql
from lake.connection import relation_sql
from lake.tables import SOURCE_OBJECTS

START = datetime(2026, 3, 1, tzinfo=UTC)  # hour 0; hours 24, 48, … begin at midnight
HOUR = timedelta(hours=1)
BUSY, OTHER = ("1", "eu-central-1"), ("1", "us-east-1")
ALL = (None, None)

Place = tuple[str, str]
Gap = tuple[str | None, str | None, int, int]
"""Account, region, the first hour and how many."""


def rows_of(files: Mapping[Place, Mapping[int, int]], kind: str = "cloudtrail") -> list[object]:
    """Return ledger rows for so many files in each hour of each place."""
    return [
        {
            "account_id": account,
            "region": region,
            "kind": kind,
            "delivered_at": START + hour * HOUR + timedelta(minutes=59 * number // count),
            "ingested_at": START + hour * HOUR + HOUR,
        }
        for (account, region), hours in files.items()
        for hour, count in hours.items()
        for number in range(count)
    ]


def answer(rows: Iterable[object], days: int | None = None) -> list[dict[str, object]]:
    """Return the rows of the saved question over this ledger."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        columns = relation_sql(SOURCE_OBJECTS.schema(), [])
        connection.execute(f"create table source_objects as {columns}")
        times = pa.timestamp("us", "UTC")
        schema = pa.schema(
            {"account_id": pa.string(), "region": pa.string(), "kind": pa.string()}
            | {"delivered_at": times, "ingested_at": times}
        )
        connection.register("files", pa.Table.from_pylist(list(rows), schema=schema))
        connection.execute("insert into source_objects by name from files")
        found = connection.execute(question_sql("delivery_gaps"), {"days": days})
        gaps_found: list[dict[str, object]] = found.to_arrow_table().to_pylist()
        return gaps_found


def gaps(files: Mapping[Place, Mapping[int, int]], days: int | None = None) -> list[Gap]:
    """Return the gaps, oldest first."""
    found = []
    for row in reversed(answer(rows_of(files), days)):
        first, last, hours = (
            row[name] for name in ("first_hour_at", "last_hour_at", "missing_hours")
        )
        assert isinstance(first, datetime)
        assert isinstance(last, datetime)
        assert isinstance(hours, int)
        assert hours <= (last - first) // HOUR + 1
        account, region = row["account_id"], row["region"]
        assert account is None or isinstance(account, str)
        assert region is None or isinstance(region, str)
        found.append((account, region, (first - START) // HOUR, hours))
    return found


def every_hour(count: int, until: int = 96, without: Iterable[int] = ()) -> dict[int, int]:
    """Return so many files in each hour from 0 on, but for some hours."""
    silent = set(without)
    return {hour: count for hour in range(until) if hour not in silent}


@pytest.mark.parametrize(
    ("missing", "found"),
    [
        ([50], [(50, 1)]),
        ([48], [(48, 1)]),  # the hour after midnight
        ([47], [(47, 1)]),  # and the one before
        ([47, 48], [(47, 2)]),
        ([1], [(1, 1)]),  # after the first hour in which it was heard of
        ([0], []),  # nothing says that it was there yet
        ([94], [(94, 1)]),  # the last whole hour
        ([95], []),  # the newest hour isn't over
        ([93, 94, 95], [(93, 2)]),
        (list(range(20, 80)), [(20, 60)]),
        ([40, 41, 42, 50, 51, 52], [(40, 3), (50, 3)]),  # troubles come together
        (list(range(60, 96)), [(60, 35)]),
    ],
)
def test_hours_without_a_file_of_a_busy_region_are_a_gap(
    missing: list[int], found: list[tuple[int, int]]
) -> None:
    files = {BUSY: every_hour(12, without=missing), OTHER: every_hour(3)}
    assert gaps(files) == [(*BUSY, *gap) for gap in found]


def test_a_gap_says_how_much_is_missing_and_whether_it_goes_on() -> None:
    files = {BUSY: every_hour(12, without=[50, 51, *range(90, 96)]), OTHER: every_hour(3)}
    open_gap, closed = answer(rows_of(files))
    assert (open_gap["missing_hours"], open_gap["is_open"]) == (5, True)
    assert (closed["missing_hours"], closed["is_open"]) == (2, False)
    assert (closed["files_expected"], closed["files_elsewhere"]) == (24, 6)


@pytest.mark.parametrize(
    "quiet",
    [
        pytest.param({40: 100}, id="heard of once"),
        pytest.param(dict.fromkeys(range(0, 96, 2), 12), id="every other hour"),
        pytest.param({hour: 12 for hour in range(96) if 8 <= hour % 24 < 18}, id="office hours"),
        pytest.param({hour: 12 for hour in range(96) if hour % 24 >= 4}, id="quiet at night"),
        pytest.param(every_hour(1, without=range(30, 39)), id="few files, so some hours have none"),
        pytest.param(dict.fromkeys(range(80, 95), 12), id="new, and silent at last"),
        pytest.param({}, id="never heard of"),
    ],
)
def test_a_quiet_region_has_no_gap(quiet: dict[int, int]) -> None:
    assert gaps({BUSY: quiet, OTHER: every_hour(6)}) == []


def test_a_file_an_hour_that_stays_away_for_long_is_a_gap() -> None:
    missing = list(range(40, 51))
    files = {BUSY: every_hour(1, without=missing), OTHER: every_hour(3)}
    assert gaps(files) == [(*BUSY, 40, 11)]


def test_hours_in_which_nothing_comes_from_anywhere_are_one_gap_of_all() -> None:
    missing = [40, 41]
    files = {
        BUSY: every_hour(12, without=missing),
        OTHER: every_hour(12, without=[*missing, 60]),
    }
    assert gaps(files) == [(*ALL, 40, 2), (*OTHER, 60, 1)]


def test_a_lake_of_one_region_can_have_a_gap() -> None:
    assert gaps({BUSY: every_hour(12, without=[48])}) == [(*ALL, 48, 1)]


def test_days_taken_in_apart_are_no_gap_of_each_region() -> None:
    apart = every_hour(12, until=24) | {hour + 96: count for hour, count in every_hour(12).items()}
    assert gaps({BUSY: apart, OTHER: apart}) == [(*ALL, 24, 72)]


def test_the_same_region_of_another_account_has_its_own_gaps() -> None:
    twin = ("2", BUSY[1])
    assert gaps({BUSY: every_hour(12), twin: every_hour(12, without=[50])}) == [(*twin, 50, 1)]


def test_gaps_are_looked_for_in_the_last_days_of_delivery() -> None:
    files = {BUSY: every_hour(12, 240, without=[100, 200]), OTHER: every_hour(3, 240)}
    assert gaps(files, days=3) == [(*BUSY, 200, 1)]
    assert gaps(files, days=7) == [(*BUSY, 100, 1), (*BUSY, 200, 1)]
    assert gaps(files) == gaps(files, days=7)


def test_digests_do_not_stand_for_log_files() -> None:
    rows = rows_of({BUSY: every_hour(12, without=[50]), OTHER: every_hour(3)})
    digests = rows_of({BUSY: every_hour(1)}, kind="cloudtrail_digest")
    assert len(answer([*rows, *digests])) == 1


def test_a_name_with_a_time_to_come_hides_nothing() -> None:
    rows = rows_of({BUSY: every_hour(12, without=[50]), OTHER: every_hour(3)})
    forged = {
        "account_id": "1",
        "region": "eu-central-1",
        "kind": "cloudtrail",
        "delivered_at": datetime(2099, 1, 1, tzinfo=UTC),
        "ingested_at": START,
    }
    assert answer([*rows, forged]) == answer(rows)


# ── in general ───────────────────────────────────────────────────────────────────────────────

counts = st.integers(min_value=1, max_value=20)
some = settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow])


@some
@given(st.lists(st.tuples(counts, counts), min_size=2, max_size=72))
def test_without_a_silent_hour_there_is_no_gap(hours: list[tuple[int, int]]) -> None:
    files = {
        BUSY: dict(enumerate(a for a, _ in hours)),
        OTHER: dict(enumerate(b for _, b in hours)),
    }
    assert gaps(files) == []


@some
@given(st.integers(min_value=26, max_value=80), st.data())
def test_an_hour_taken_from_a_busy_region_is_found(until: int, data: st.DataObject) -> None:
    missing = data.draw(st.integers(min_value=1, max_value=until - 2))
    files = {BUSY: every_hour(12, until, without=[missing]), OTHER: every_hour(1, until)}
    assert gaps(files) == [(*BUSY, missing, 1)]


@some
@given(st.sets(st.integers(min_value=0, max_value=47)), counts)
def test_a_region_with_files_in_less_than_every_other_hour_has_no_gap(
    halves: set[int], count: int
) -> None:
    quiet = {2 * half: count for half in halves}
    assert gaps({BUSY: quiet, OTHER: every_hour(12)}) == []


@some
@given(st.sets(st.integers(min_value=0, max_value=95)), st.randoms(use_true_random=False))
def test_the_order_of_the_ledger_is_irrelevant(missing: set[int], random: Random) -> None:
    rows = rows_of({BUSY: every_hour(6, without=missing), OTHER: every_hour(2)})
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert answer(shuffled) == answer(rows)

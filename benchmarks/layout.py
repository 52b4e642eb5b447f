"""How the events' data files should be laid out: sort order, row groups, bloom filters, encoding.

Usage: python benchmarks/layout.py [EVENTS] [--runs N]
Writes the same made-up month of events in each layout and asks the questions that the dashboard,
`who` and attribution ask. Prints write time, bytes per event and each query's best time as a ratio
to the layout in use, which is the first one.
"""

import argparse
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

DAYS = 30
BLOOM_FILTERS = ("event_id", "access_key_id", "issued_access_key_id")

MADE_UP = """
select
    md5($day || '-' || i) as event_id,
    timestamptz '2026-09-01 00:00:00+00' + to_days($day::integer)
        + to_microseconds(cast(i * 86400e6 / $each as bigint)) as event_time,
    'service-' || (hash(i, 1) % 30) || '.amazonaws.com' as event_source,
    'Api' || cast(floor(400 * power((hash(i, 2) % 10000) / 10000.0, 3)) as integer) as event_name,
    ['eu-central-1', 'us-east-1', 'eu-west-1'][cast(1 + hash(i, 3) % 3 as integer)] as aws_region,
    '10.0.' || (key // 250 % 250) || '.' || (key % 250) as source_ip_address,
    case when hash(i, 4) % 10 < 7 then 'vpce-' || (key % 7) end as vpc_endpoint_id,
    'aws-sdk-dotnet/4.0.' || (key % 20) || ' ua/2.1 os/windows' as user_agent,
    case when hash(i, 5) % 50 = 0 then 'AccessDenied' end as error_code,
    '12345678901' || (key % 5) as recipient_account_id,
    'ASIA' || lpad(cast(key + $day * 10000 as varchar), 16, '0') as access_key_id,
    'arn:aws:iam::123456789012:role/role-' || (key % 60) as issuing_role_arn,
    'PhotonSession' as role_session_name,
    case when hash(i, 6) % 200 = 0
        then 'ASIA' || lpad(cast(hash(i, 7) % 10000 + $day * 10000 as varchar), 16, '0')
    end as issued_access_key_id,
    '{"bucketName":"bucket-' || (hash(i, 8) % 500) || '","key":"' || md5(cast(i as varchar)) || '"}'
        as request_parameters
from (
    select i, cast(floor(8000 * power((hash(i, 0) % 100000) / 100000.0, 2)) as bigint) as key
    from range($each) as events(i)
) as keyed
"""

QUERIES = {
    "top APIs per role session, 7 days": """
        select access_key_id, event_name, count(*) as calls from read_parquet($week)
        group by all order by calls desc limit 100""",
    "one role, 7 days": """
        select event_name, count(*) from read_parquet($week)
        where issuing_role_arn = 'arn:aws:iam::123456789012:role/role-7' group by all""",
    "one access key, all time": """
        select * from read_parquet($month) where access_key_id = 'ASIA0000000000150123'""",
    "one event, all time": """
        select * from read_parquet($month) where event_id = $event_id""",
    "the key's issue, all time": """
        select * from read_parquet($month) where issued_access_key_id = 'ASIA0000000000150123'""",
    "one hour, all columns": """
        select * from read_parquet($month)
        where event_time >= timestamptz '2026-09-15 10:00:00+00'
            and event_time < timestamptz '2026-09-15 11:00:00+00'""",
    "hour and service, 7 days": """
        select date_trunc('hour', event_time) as hour_at, event_source, count(*)
        from read_parquet($week) group by all""",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to write a day's file."""

    name: str
    sort_by: tuple[str, ...] = ("event_time",)
    row_group_rows: int = 120_000
    bloom_filters: tuple[str, ...] = BLOOM_FILTERS
    near_unique: tuple[str, ...] = ("event_id", "request_parameters")
    options: Mapping[str, Any] = field(default_factory=dict)


LAYOUTS = (
    Layout("in use: by time, 120,000 rows, bloom filters, zstd 1, ids without dictionaries"),
    Layout("by role and time", sort_by=("issuing_role_arn", "event_time")),
    Layout("by key and time", sort_by=("access_key_id", "event_time")),
    Layout("30,000 rows to a group", row_group_rows=30_000),
    Layout("480,000 rows to a group", row_group_rows=480_000),
    Layout("no bloom filters", bloom_filters=()),
    Layout("zstd 6", options={"compression_level": 6}),
    Layout("dictionaries for all columns", near_unique=()),
)


def write(layout: Layout, day: pa.Table, path: Path) -> None:
    """Write one day's events in this layout."""
    rows = day.sort_by([(name, "ascending") for name in layout.sort_by])
    options: dict[str, Any] = {
        "compression": "zstd",
        "compression_level": 1,
        "store_schema": False,
        "write_batch_size": 32_768,
        "use_dictionary": [name for name in rows.column_names if name not in layout.near_unique],
        **layout.options,
    }
    size = {"ndv": min(rows.num_rows, layout.row_group_rows), "fpp": 0.01}
    filters = dict.fromkeys(layout.bloom_filters, size) or None
    pq.write_table(
        rows, path, row_group_size=layout.row_group_rows, bloom_filter_options=filters, **options
    )


def asked(folders: Mapping[str, Path], event_id: str, runs: int) -> dict[tuple[str, str], float]:
    """Return each layout's best seconds for each query; layouts take turns within a run."""
    best: dict[tuple[str, str], float] = {}
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set parquet_metadata_cache = true")
        for _ in range(runs):
            for question, query in QUERIES.items():
                for layout, folder in folders.items():
                    files = sorted(str(path) for path in folder.iterdir())
                    given = {"week": files[10:17], "month": files, "event_id": event_id}
                    wanted = {name: given[name] for name in given if f"${name}" in query}
                    started = time.perf_counter()
                    connection.execute(query, wanted).fetchall()
                    seconds = time.perf_counter() - started
                    best[layout, question] = min(seconds, best.get((layout, question), seconds))
    return best


def main() -> None:
    """Write all layouts, ask all questions, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", type=int, nargs="?", default=10_000_000)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    seconds = dict.fromkeys((layout.name for layout in LAYOUTS), 0.0)
    with tempfile.TemporaryDirectory() as scratch, duckdb.connect() as made_up:
        made_up.execute("set timezone = 'UTC'")
        folders = {layout.name: Path(scratch) / str(i) for i, layout in enumerate(LAYOUTS)}
        for folder in folders.values():
            folder.mkdir()
        event_id = ""
        for number in range(DAYS):
            each = given.events // DAYS
            day = made_up.execute(MADE_UP, {"day": number, "each": each}).to_arrow_table()
            event_id = (
                day.column("event_id")[each // 3].as_py() if number == DAYS // 2 else event_id
            )
            for layout in LAYOUTS:
                started = time.process_time()
                write(layout, day, folders[layout.name] / f"{number:02}.parquet")
                seconds[layout.name] += time.process_time() - started
        best = asked(folders, event_id, given.runs)
        sizes = {
            name: sum(path.stat().st_size for path in folder.iterdir())
            for name, folder in folders.items()
        }
    report(given.events, seconds, sizes, best)


def report(
    events: int,
    seconds: Mapping[str, float],
    sizes: Mapping[str, int],
    best: Mapping[tuple[str, str], float],
) -> None:
    """Print the table: the layout in use in milliseconds, the others as ratios to it."""
    names = [layout.name for layout in LAYOUTS]
    print(
        f"| {events:,} events, DuckDB {duckdb.__version__} | CPU s to write | bytes/event | "
        + " | ".join(QUERIES)
        + " |"
    )
    print("|" + "---|" * (3 + len(QUERIES)))
    for name in names:
        cells = [f"{seconds[name]:.1f}", f"{sizes[name] / events:.0f}"]
        for question in QUERIES:
            first = best[names[0], question]
            own = best[name, question]
            cells.append(f"{own * 1000:.0f} ms" if name == names[0] else f"{own / first:.2f}")
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()

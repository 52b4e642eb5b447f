"""Attribution of 10 M events, 50,000 role sessions and 5,000 streaming sessions over 30 days.

Figures: time and peak memory of a full run, and of a run after one late day, as a share of the full
one. Usage: python benchmarks/attribution.py [EVENTS]
"""

import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from lake import Lake, open_lake
from lake.commits import StagedBatch, commit_batch
from lake.data_files import arrow_schema, write_data_files

ROLE_SESSIONS = 50_000
STREAMING_SESSIONS = 5_000
LATE_DAY = date(2026, 9, 20)

STREAMING = f"""
create table streaming as
select
    i as number,
    'streaming-' || i as streaming_session_id,
    'user-' || (i % 700) as user_id,
    'fleet-' || (i % 5) as fleet_name,
    '10.0.' || (i % 5) || '.' || (10 + (i // 5) % 50) as address,
    timestamptz '2026-09-01 08:00:00+00' + to_seconds((i // 250) * 129600 + (i % 97) * 60)
        as started_at
from range({STREAMING_SESSIONS}) as r(i)
"""

KEYS = f"""
create table keys as
select
    i as number,
    'ASIA' || lpad(cast(i as varchar), 16, '0') as access_key_id,
    case when i < 30000 then i // 6 end as streaming_number,
    case when i < 30000 then 'arn:aws:iam::123456789012:role/machine-' || ((i // 6) % 5)
        else 'arn:aws:iam::123456789012:role/app-' || (i % 40) end as role_arn,
    case when i < 30000 then 'PhotonSession' else 'i-' || lpad(to_hex(i), 17, '0') end as name,
    case when i < 30000 then streaming.started_at - interval 10 minute
            + to_seconds((i % 6) * 3600)
        else timestamptz '2026-09-01 00:00:00+00' + to_seconds(i * 48) end as created_at
from range({ROLE_SESSIONS}) as r(i)
left join streaming
    on streaming.number = i // 6
    and i < 30000
"""

EVENTS = """
select
    md5(cast(keys.number * 1000000 + j as varchar)) as event_id,
    greatest(created_at + to_seconds(hash(keys.number, j) % 3600),
        created_at + interval 11 minute) as event_time,
    's3.amazonaws.com' as event_source,
    'Api' || (hash(j, keys.number) % 40) as event_name,
    'eu-central-1' as aws_region,
    case
        when streaming_number is null then '203.0.113.' || (keys.number % 200)
        when hash(j) % 10 < 7 then streaming.address
        else '198.51.100.7'
    end as source_ip_address,
    case when streaming_number is not null and hash(j) % 10 < 7 then 'vpce-1' end
        as vpc_endpoint_id,
    case when hash(keys.number + j) % 50 = 0 then 'AccessDenied' end as error_code,
    'Management' as event_category,
    'AssumedRole' as user_identity_type,
    '123456789012' as recipient_account_id,
    '123456789012' as user_identity_account_id,
    '123456789012' as issuing_role_account_id,
    access_key_id,
    role_arn as issuing_role_arn,
    name as role_session_name,
    created_at as credentials_created_at,
    'aws-sdk-dotnet/4.0 ua/2.1 os/windows' as user_agent,
    '{"bucketName":"bucket-' || (hash(j) % 100) || '"}' as request_parameters
from keys
cross join range($each) as r(j)
left join streaming
    on streaming.number = streaming_number
where cast(created_at as date) = $day
"""

HISTORY = """
select 'h-fleet-' || i as resource_history_id, 'fleet' as resource_type,
    'fleet-' || i as resource_id,
    '123456789012' as account_id, 'eu-central-1' as region, 'observed' as change,
    timestamptz '2026-10-01 00:00:00+00' as valid_from,
    timestamptz '2026-10-01 00:00:00+00' as observed_at, 'aws_cli' as evidence_source,
    'arn:aws:iam::123456789012:role/machine-' || i as iam_role_arn,
    ['subnet-' || i] as subnet_ids, null as vpc_id, null as cidr_block, null as public_ip_address
from range(5) as r(i)
union all
select 'h-subnet-' || i, 'subnet', 'subnet-' || i, '123456789012', 'eu-central-1', 'observed',
    timestamptz '2026-10-01 00:00:00+00', timestamptz '2026-10-01 00:00:00+00', 'aws_cli', null,
    null, 'vpc-1', '10.0.' || i || '.0/24', null
from range(5) as r(i)
union all
select 'h-endpoint', 'vpc_endpoint', 'vpce-1', '123456789012', 'eu-central-1', 'observed',
    timestamptz '2026-10-01 00:00:00+00', timestamptz '2026-10-01 00:00:00+00', 'aws_cli', null,
    null, 'vpc-1', null, null
union all
select 'h-nat', 'nat_gateway', 'nat-1', '123456789012', 'eu-central-1', 'observed',
    timestamptz '2026-10-01 00:00:00+00', timestamptz '2026-10-01 00:00:00+00', 'aws_cli', null,
    null, 'vpc-1', null, '198.51.100.7'
"""

EVIDENCE = """
select 'e-' || number as evidence_id, 'session_report' as evidence_source,
    timestamptz '2026-10-01 00:00:00+00' as observed_at, streaming_session_id,
    '123456789012' as account_id, 'eu-central-1' as region, user_id,
    sha256(user_id) as user_id_sha256,
    fleet_name, 'stack' as stack_name, started_at, started_at + interval 5 hour as ended_at,
    address as eni_private_ip_address, false as is_multisession
from streaming
"""


def write(lake: Lake, tables: dict[str, tuple[str, dict[str, object]]], batch_id: str) -> None:
    """Write the rows of these queries as one batch."""
    files = {}
    for name, (query, parameters) in tables.items():
        schema = arrow_schema(lake.table(name))
        made = MADE_UP.execute(query, parameters).to_arrow_table()
        columns = [
            made.column(field.name).cast(field.type)
            if field.name in made.column_names
            else pa.nulls(made.num_rows, field.type)
            for field in schema
        ]
        rows = pa.table(columns, schema=schema)
        files[name] = tuple(write_data_files(lake.table(name), rows))
    commit_batch(lake, StagedBatch(batch_id, files, None))


def build(folder: Path, events: int) -> None:
    """Make a lake of that many events, but for the late day."""
    lake = open_lake(folder, create=True)
    each = events // ROLE_SESSIONS
    write(
        lake, {"resource_history": (HISTORY, {}), "streaming_session_evidence": (EVIDENCE, {})}, "0"
    )
    days = MADE_UP.execute(
        "select distinct cast(created_at as date) from keys order by 1"
    ).fetchall()
    for (day,) in days:
        if day != LATE_DAY:
            write(lake, {"events": (EVENTS, {"each": each, "day": day})}, str(day))


def timed_run(folder: Path) -> tuple[float, float]:
    """Attribute in a process of its own; return seconds of wall clock and peak GB."""
    code = (
        "import sys; from analysis.attribution import attribute; from lake import open_lake; "
        "print(attribute(open_lake(sys.argv[1])))"
    )
    before = time.monotonic()
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    return time.monotonic() - before, peak


MADE_UP = duckdb.connect()


def main() -> None:
    """Build the lake, time both runs, print the table."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    MADE_UP.execute("set timezone = 'UTC'")
    MADE_UP.execute(STREAMING)
    MADE_UP.execute(KEYS)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "lake"
        started = time.monotonic()
        build(folder, events)
        print(f"built in {time.monotonic() - started:.0f} s", file=sys.stderr)
        full, peak = timed_run(folder)
        each = events // ROLE_SESSIONS
        write(open_lake(folder), {"events": (EVENTS, {"each": each, "day": LATE_DAY})}, "late")
        late, _ = timed_run(folder)
        nothing, _ = timed_run(folder)
    print(f"{datetime.now(tz=UTC):%Y-%m-%d}, {events:,} events, DuckDB {duckdb.__version__}")
    print(f"full run      {full:6.1f} s   peak {peak:.2f} GB")
    print(f"one late day  {late:6.1f} s   {late / full:.2f} of the full run")
    print(f"nothing new   {nothing:6.1f} s   {nothing / full:.2f} of the full run")


if __name__ == "__main__":
    main()

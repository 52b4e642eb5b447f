"""How right attribution is, against the truth of made-up estates: one score per class of events.

Usage: python benchmarks/attribution_accuracy.py [--seeds N] [--variant NAME]
Prints the mean and the worst seed of each figure, as Markdown.
"""

import argparse
import sys
import tempfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from analysis import open_answers
from analysis.attribution import attribute
from analysis.attribution_settings import AttributionSettings
from ingest import ingest
from lake import open_lake
from tests.estate import EstateOptions, build_estate, write_estate

VARIANTS: dict[str, dict[str, Any]] = {
    "clean": {},
    "other_role_session_name": {"machine_role_session_name": "MachineRole"},
    "issuance_events": {"with_issuance_events": True},
    "clock_skew": {"clock_skew_seconds": 3},
    "addresses_reused_at_once": {"address_reuse_minutes": 1},
    "late_and_twice": {"late_share": 0.2, "duplicate_share": 0.1},
    "lost_files": {"lost_file_share": 0.1},
    "few_calls": {"events_per_session": 8},
    "a_day_without_reports": {"missing_report_days": (1,)},
}

# Each figure: of the events in the first condition, the share in the second one.
IN_SESSION = "true_streaming_session_id = streaming_session_id"
NAMED = "session_confidence in ('certain', 'strong') and streaming_session_id is not null"
WITHOUT_ENDPOINT = "single and path in ('nat', 'public', 'other_region')"
FEW_CANDIDATES = """list_contains(candidate_user_ids, true_user_id)
    and len(candidate_user_ids) <= len(true_candidates) + 1"""
FIGURES = {
    "precision, certain + strong": (NAMED, IN_SESSION),
    "person right where only the person is known": (
        """user_id is not null and streaming_session_id is null
        and attribution_method like 'storage_user%'""",
        "true_user_id = user_id",
    ),
    "precision, certain": (f"{NAMED} and session_confidence = 'certain'", IN_SESSION),
    "coverage, in a session through an endpoint": ("single and path = 'endpoint'", IN_SESSION),
    "coverage, NAT and public, key seen at its address": (
        f"{WITHOUT_ENDPOINT} and key_seen",
        IN_SESSION,
    ),
    "coverage, NAT and public, instance seen at its address": (
        f"{WITHOUT_ENDPOINT} and instance_seen",
        IN_SESSION,
    ),
    "coverage, NAT and public, all": (WITHOUT_ENDPOINT, IN_SESSION),
    "coverage, the person of a session through an endpoint": (
        "single and path = 'endpoint'",
        "true_user_id = user_id",
    ),
    "chained, traced to the person": (
        "path = 'chained' and true_user_id is not null",
        f"true_user_id = user_id or (len(true_candidates) > 1 and {FEW_CANDIDATES})",
    ),
    "shared instance, person among the candidates": (
        """len(true_candidates) > 1 and path != 'chained' and true_kind = 'appstream_fleet'
        and true_use = 'inside' and true_user_id is not null""",
        FEW_CANDIDATES,
    ),
    "given to nobody, rightly": (
        "true_user_id is null",
        """user_id is null
        or attribution_method in ('home_folder_key', 'app_settings_key', 'script_log_key')""",
    ),
    "fleet right": (
        "true_fleet is not null and true_kind = 'appstream_fleet'",
        "true_fleet = fleet_name",
    ),
    "fleet not wrong": (
        "true_fleet is not null and fleet_name is not null",
        "true_fleet = fleet_name",
    ),
    "workload kind right": ("true_kind != 'unknown'", "true_kind = workload_kind"),
    "used outside, found": (
        "true_use = 'outside' and true_kind = 'appstream_fleet'",
        "credential_use = 'outside'",
    ),
    "used inside, no alarm": (
        "true_use = 'inside'",
        "credential_use is distinct from 'outside'",
    ),
}

JOINED = """
create table joined as
select
    events.*,
    truth.workload_kind as true_kind,
    truth.fleet_name as true_fleet,
    truth.streaming_session_id as true_streaming_session_id,
    truth.user_id as true_user_id,
    coalesce(string_split(truth.candidate_user_ids, ';'), []) as true_candidates,
    truth.path,
    truth.credential_use as true_use,
    truth.instance,
    truth.key_seen_at_private_address = 'true' as key_seen,
    bool_or(truth.key_seen_at_private_address = 'true') over (partition by truth.instance)
        as instance_seen,
    truth.streaming_session_id is not null
        and truth.workload_kind = 'appstream_fleet'
        and truth.credential_use = 'inside'
        and epoch(events.event_time) between stays.started_at and stays.ended_at
        and len(coalesce(string_split(truth.candidate_user_ids, ';'), [])) <= 1 as single
from events
inner join read_csv($truth, delim = '\t', header = true, all_varchar = true) as truth
    on truth.event_id = events.event_id
    and truth.recipient_account_id = events.recipient_account_id
left join stays
    on stays.streaming_session_id = truth.streaming_session_id
"""


def joined(options: EstateOptions, scratch: Path) -> duckdb.DuckDBPyConnection:
    """Build, ingest and attribute an estate; return each event beside its truth, as `joined`."""
    estate = build_estate(options)
    write_estate(estate, scratch / "estate")
    lake = open_lake(scratch / "lake", create=True)
    ingest(
        lake, [str(scratch / "estate" / name) for name in ("trail", "usage-reports", "inventory")]
    )
    attribute(lake, settings=AttributionSettings())
    events = (
        open_answers(str(scratch / "lake"))
        .sql(
            """select * exclude (request_parameters, response_elements, resources)
        from attributed_events where event_category is distinct from 'NetworkActivity'"""
        )
        .to_arrow_table()
    )
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.register("events", events)
    stays = [
        (stay.streaming_session_id, stay.started_at, stay.ended_at)
        for instance in estate.instances
        for stay in instance.streaming_sessions
    ]
    connection.execute(
        "create table stays (streaming_session_id varchar, started_at bigint, ended_at bigint)"
    )
    connection.executemany("insert into stays values (?, ?, ?)", stays)
    connection.execute(JOINED, {"truth": str(scratch / "estate" / "truth.tsv")})
    return connection


def scores(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """Return, for each figure, how many events count and how many of them are right."""
    result = {}
    for name, (condition, right) in FIGURES.items():
        row = connection.execute(
            f"select count(*), count(*) filter (where {right}) from joined where {condition}"
        ).fetchone()
        assert row is not None  # noqa: S101 - an aggregate gives one row
        result[name] = (row[0], row[1])
    return result


def main() -> None:
    """Score each variant over the seeds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--variant", choices=VARIANTS, action="append")
    given = parser.parse_args()
    for variant in given.variant or VARIANTS:
        collected: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for seed in range(1, given.seeds + 1):
            options = replace(EstateOptions(seed=seed), **VARIANTS[variant])
            with tempfile.TemporaryDirectory() as scratch, joined(options, Path(scratch)) as rows:
                for name, score in scores(rows).items():
                    collected[name].append(score)
            print(f"{variant} {seed}", file=sys.stderr)
        print(f"\n| {variant}, {given.seeds} seeds | mean | worst | events |\n|---|---|---|---|")
        for name, pairs in collected.items():
            counted = [(events, right) for events, right in pairs if events]
            events = sum(events for events, _ in counted)
            if counted:
                mean = sum(right for _, right in counted) / events
                worst = min(right / events for events, right in counted)
                print(f"| {name} | {mean:.2%} | {worst:.2%} | {events:,} |")


if __name__ == "__main__":
    main()

"""How often each rule of findings is wrong on clean estates, and which copied keys are found.

Usage: python benchmarks/findings_accuracy.py [--seeds N] [--days N]
Prints a table as Markdown: per rule, the findings in all clean estates, how many of them are not
true of the estate, and the share of copied keys found in the same estates with such.
"""

import argparse
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from analysis import open_answers
from analysis.attribution import attribute
from analysis.findings import built_in_rules, find
from ingest import ingest
from lake import open_lake
from tests.estate import EstateOptions, build_estate, write_estate

# What the estate is built with, so that finding it is no false alarm.
BUILT_IN = frozenset(
    {
        "chained_into_other_account",
        "fleet_role_changed",
        "photon_instance_calls",
        "role_shared",
        "session_token_in_log",
    }
)
# The rules that a copied key should meet.
OF_COPIED_KEYS = (
    "credentials_outside_network",
    "credentials_after_streaming_session",
    "credentials_on_two_networks",
)


@dataclass(slots=True)
class Counts:
    """What was found in all estates."""

    calls: int = 0
    days: int = 0
    clean: Counter[str] = field(default_factory=Counter)
    copied_keys: int = 0
    keys_found: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--days", type=int, default=14)
    given = parser.parse_args()
    counts = Counts()
    for seed in range(1, given.seeds + 1):
        options = EstateOptions(
            seed=seed, days=given.days, streaming_sessions=20 * given.days, with_copied_keys=False
        )
        measure_clean(options, counts)
        measure_copied(replace(options, with_copied_keys=True), counts)
        print(f"seed {seed} done", file=sys.stderr)
    print(table(counts))


def lake_of(options: EstateOptions, folder: Path) -> str:
    """Write the estate, take it in, attribute it, run the rules; return where the lake is."""
    write_estate(build_estate(options), folder)
    lake = open_lake(folder / "lake", create=True)
    sources = [folder / name for name in ("trail", "usage-reports", "inventory")]
    ingest(lake, sources, processes=1)
    attribute(lake)
    find(lake, built_in_rules())
    return lake.location


def measure_clean(options: EstateOptions, counts: Counts) -> None:
    """Count what is found where nobody does anything wrong."""
    with tempfile.TemporaryDirectory() as folder:
        answers = open_answers(lake_of(options, Path(folder)))
        found = answers.sql("select rule, count(*) from findings group by rule").fetchall()
        counts.clean.update(dict(found))
        (calls,) = answers.sql("select count(*) from events").fetchall()
        counts.calls += calls[0]
        counts.days += options.days


def measure_copied(options: EstateOptions, counts: Counts) -> None:
    """Count which copied keys are found, rule by rule."""
    with tempfile.TemporaryDirectory() as folder:
        answers = open_answers(lake_of(options, Path(folder)))
        copied = _copied_event_ids(Path(folder) / "truth.tsv")
        keys = {
            key
            for (key,) in answers.sql(
                "select distinct access_key_id from events where list_contains($ids, event_id)",
                {"ids": sorted(copied)},
            ).fetchall()
        }
        counts.copied_keys += len(keys)
        rows = answers.sql(
            "select rule, split_part(subject, ' ', 1) from findings "
            "where list_contains($rules, rule)",
            {"rules": list(OF_COPIED_KEYS)},
        ).fetchall()
        for rule in OF_COPIED_KEYS:
            found = {key for name, key in rows if name == rule}
            counts.keys_found[rule] += len(found & keys)
        counts.keys_found["any"] += len({key for _, key in rows} & keys)


def _copied_event_ids(truth: Path) -> set[str]:
    with truth.open() as lines:
        names = next(lines).rstrip("\n").split("\t")
        id_at, use_at = names.index("event_id"), names.index("credential_use")
        rows = (line.rstrip("\n").split("\t") for line in lines)
        return {row[id_at] for row in rows if row[use_at] == "outside"}


def table(counts: Counts) -> str:
    """Return the counts as a table."""
    summary = (
        f"{counts.calls:,} calls in {counts.days} clean days; {counts.copied_keys} copied keys in"
        f" as many days with such, {counts.keys_found['any']} of them found by one rule or more."
    )
    lines = [
        summary,
        "",
        "| rule | findings in clean estates | of these false | a week | copied keys found |",
        "|---|---:|---:|---:|---:|",
    ]
    for rule in built_in_rules():
        found = counts.clean[rule.rule_id]
        false = 0 if rule.rule_id in BUILT_IN else found
        keys = counts.keys_found[rule.rule_id]
        share = f"{keys} of {counts.copied_keys}" if rule.rule_id in OF_COPIED_KEYS else ""
        weekly = 7 * false / counts.days
        lines.append(f"| {rule.rule_id} | {found} | {false} | {weekly:.1f} | {share} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()

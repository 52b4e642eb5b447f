"""The steps of a run that come after attribution: findings, notices, reports, maintenance."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import roletrail
from roletrail.commands.findings import Level, chosen_rules, sigma_rules_in, warn_of_rules
from roletrail.output import all_rows
from roletrail.runs.steps import Done, OnStep, Result
from roletrail.terminal import counted, warn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lake import Lake
    from roletrail.runs.settings import Finding, Maintaining, Notice, Reporting


def findings_step(wanted: "Finding", lake: "Lake", on_step: OnStep) -> Done:
    """Run the rules. The result is found if something is as severe as was asked for."""
    from analysis.findings import built_in_rules, find

    converted = sigma_rules_in(None if wanted.sigma is None else Path(wanted.sigma))
    rules = chosen_rules([*built_in_rules(), *(converted.rules if converted else ())], wanted.rules)
    summary = find(lake, rules, are_all=not wanted.rules, on_step=on_step)
    warn_of_rules(summary, converted)
    total = counted(sum(summary.by_rule.values()), "finding")
    what = f"{counted(len(summary.by_rule), 'rule')} run, {total}, {summary.new:,} new"
    if wanted.fail_at is None:
        return Done(what)
    severe = _severe(
        lake, [rule.rule_id for rule in rules], wanted.fail_at, wanted.fail_within_days
    )
    what += f", {severe:,} at least {wanted.fail_at.value}"
    return Done(what, Result.FOUND if severe else Result.DONE)


def _severe(lake: "Lake", rules: list[str], level: Level, days: int | None) -> int:
    """Return how many findings there are of this level, seen within so many days if they count."""
    rows = all_rows(roletrail.open(lake.location).findings(level.value, rules))
    if days is None:
        return len(rows)
    since = datetime.now(UTC) - timedelta(days=days)
    return sum(
        isinstance(row["last_seen_at"], datetime) and row["last_seen_at"] >= since for row in rows
    )


def notice_step(
    wanted: "Notice", lake: "Lake", _on_step: OnStep, *, dashboard_url: str | None
) -> Done:
    """Tell a channel the findings that are news there."""
    from roletrail.notices.message import message_of
    from roletrail.notices.telling import Memory, tell

    send = wanted.address().sender()
    findings = all_rows(roletrail.open(lake.location).findings(wanted.severity.value))
    quiet = timedelta(days=wanted.quiet_days)

    def send_all(news: "Sequence[Mapping[str, object]]") -> None:
        send(message_of(news, dashboard_url))

    told = tell(Memory(lake), wanted.name, findings, quiet, send_all)
    return Done(f"{counted(told, 'finding')} told" if told else "nothing new to tell")


def report_step(wanted: "Reporting", lake: "Lake", _on_step: OnStep) -> Done:
    """Write a report of the last whole period."""
    from analysis import reports
    from roletrail.report_places import report_place
    from roletrail.report_writing import ReportFormat, write_report

    period = reports.last_whole(reports.Length(wanted.period), datetime.now(UTC))
    scope = reports.Scope(wanted.account, wanted.fleet, wanted.person)
    kinds = [reports.Kind(kind) for kind in dict.fromkeys(wanted.kinds)]
    forms = [ReportFormat(form) for form in dict.fromkeys(wanted.formats)]
    found = reports.report_of(roletrail.open(lake.location), period, scope)
    with report_place(wanted.out) as (folder, went):
        for warning in write_report(found, kinds, forms, folder):
            warn(warning)
    calls = found.totals()["event_count"]
    count = counted(calls if isinstance(calls, int) else 0, "call")
    return Done(f"{period.label}: {count}, {counted(len(went), 'file')}")


def maintain_step(wanted: "Maintaining", lake: "Lake", on_step: OnStep) -> Done:
    """Merge small files, forget old snapshots, delete what nobody needs."""
    from lake.maintenance import maintain

    done = maintain(
        lake,
        snapshots_kept=timedelta(hours=wanted.keep_snapshot_hours),
        keep_days=wanted.keep_days,
        on_step=on_step,
    )
    before = sum(one.files_before for one in done.compactions)
    after = sum(one.files_after for one in done.compactions)
    deleted = sum(garbage.files for garbage in done.garbage)
    what = (
        f"{counted(before, 'file')} merged into {after:,}" if before > after else "nothing to merge"
    )
    if done.dropped.days:
        what += f", {counted(done.dropped.days, 'day')} dropped"
    return Done(f"{what}, {counted(deleted, 'file')} deleted")

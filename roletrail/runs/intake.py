"""The steps of a run that fill the lake: what AWS and the buckets say, and who was behind it."""

from pathlib import Path
from typing import TYPE_CHECKING

from roletrail.commands.ingest import warn_of_rejections
from roletrail.runs.steps import Done, OnStep, Result
from roletrail.terminal import counted, ingest_progress, warn

if TYPE_CHECKING:
    from lake import Lake
    from roletrail.runs.settings import Attributing, Collecting, Source


def collect_step(wanted: "Collecting", lake: "Lake", on_step: OnStep) -> Done:
    """Ask AWS, and say how much was news. Incomplete if AWS refused something."""
    from ingest.collection import collect

    summary = collect(lake, role_arns=wanted.role_arns, regions=wanted.regions, on_step=on_step)
    for refusal in summary.refusals:
        warn(refusal)
    news = summary.items - summary.items_known - summary.items_rejected
    parts = [f"{counted(summary.items, 'item')} from {counted(summary.places, 'region')}"]
    parts.append(f"{news:,} new")
    if summary.items_rejected:
        parts.append(f"{summary.items_rejected:,} rejected")
    if summary.refusals:
        parts.append(f"{counted(len(summary.refusals), 'refusal')}")
    is_whole = not (summary.refusals or summary.items_rejected)
    return Done(", ".join(parts), Result.DONE if is_whole else Result.INCOMPLETE)


def ingest_step(wanted: "Source", lake: "Lake", _on_step: OnStep) -> Done:
    """Take in what is new in a source. Incomplete if something was rejected."""
    from ingest import ingest

    with ingest_progress() as on_progress:
        summary = ingest(
            lake,
            [wanted.source],
            since=wanted.since,
            account_ids=wanted.accounts,
            regions=wanted.regions,
            kinds=wanted.kinds,
            look_back_days=wanted.look_back_days,
            role_arn=wanted.role_arn,
            endpoint_url=wanted.endpoint_url,
            is_requester_pays=wanted.requester_pays,
            processes=wanted.processes,
            on_progress=on_progress,
        )
    warn_of_rejections(summary, lake.location)
    parts = [f"{counted(summary.objects_seen, 'object')}", f"{summary.objects_new:,} new"]
    parts.append(counted(summary.events_written, "event"))
    if evidence := summary.evidence_rows + summary.history_rows:
        parts.append(f"{counted(evidence, 'row')} of evidence")
    rejected = [(summary.objects_rejected, "object"), (summary.records_rejected, "record")]
    parts += [f"{counted(count, noun)} rejected" for count, noun in rejected if count]
    if summary.objects_damaged:
        parts.append(f"{counted(summary.objects_damaged, 'object')} damaged")
    return Done(", ".join(parts), Result.DONE if summary.is_whole else Result.INCOMPLETE)


def attribute_step(wanted: "Attributing", lake: "Lake", on_step: OnStep) -> Done:
    """Work out who was behind each call."""
    from analysis.attribution import attribute
    from analysis.attribution_settings import AttributionSettings

    rules = wanted.workload_rules
    settings = AttributionSettings(
        machine_role_session_name=wanted.machine_role_session_name,
        grace_before_seconds=wanted.grace_before_seconds,
        grace_after_seconds=wanted.grace_after_seconds,
        clock_skew_seconds=wanted.clock_skew_seconds,
        own_workload_rules=None if rules is None else Path(rules),
    )
    summary = attribute(lake, settings=settings, on_step=on_step)
    return Done(
        f"{counted(summary.events, 'call')}, "
        f"{counted(summary.streaming_sessions, 'streaming session')}, "
        f"{counted(summary.days_read, 'day')} read"
    )

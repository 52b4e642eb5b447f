"""`roletrail ingest`: log files, session reports and inventory become rows of the lake."""

from typing import TYPE_CHECKING, Annotated

import typer

from roletrail.errors import ExitCode
from roletrail.options import (
    DEFAULT_LAKE,
    Lake,
    SinceDay,
    UntilDay,
    check_range,
    lake_option,
)
from roletrail.terminal import counted, ingest_progress, note, warn

if TYPE_CHECKING:
    from ingest import IngestSummary


def ingest(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE", help="Folders, files, or s3://bucket/prefix."),
    ],
    *,
    lake: Lake = DEFAULT_LAKE,
    since: SinceDay = None,
    until: UntilDay = None,
    account: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this account; can be repeated.")
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this region; can be repeated.")
    ] = None,
    role_arn: Annotated[
        str | None, typer.Option(metavar="ARN", help="Role to assume for reading S3.")
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, help="Processes that read; by default one per core.")
    ] = None,
) -> ExitCode:
    """Take in log files, session reports and AWS CLI output.

    Run again, it takes only what is new. Every object and record is accounted for: what can't be
    taken is kept aside with its reason, and the exit status is then 1. Days are those on which log
    files were delivered.
    """
    check_range(since, until)
    from ingest import ingest as ingest_sources
    from lake import open_lake

    with ingest_progress() as on_progress:
        summary = ingest_sources(
            open_lake(lake, create=True),
            sources,
            since=since,
            until=until,
            account_ids=tuple(account or ()),
            regions=tuple(region or ()),
            role_arn=role_arn,
            processes=processes,
            on_progress=on_progress,
        )
    typer.echo(ingest_text(summary))
    warn_of_rejections(summary, lake)
    if summary.events_written or summary.evidence_rows or summary.history_rows:
        note(f"next: roletrail attribute{lake_option(lake)}")
    is_whole = not (summary.objects_rejected or summary.records_rejected)
    return ExitCode.OK if is_whole else ExitCode.SOME_REJECTED


def ingest_text(summary: "IngestSummary") -> str:
    """Return the account of every object and record, in a few lines."""
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in summary.objects_by_kind.items())
    objects = (
        f"{counted(summary.objects_seen, 'object')} seen = {summary.objects_new:,} new"
        f" + {summary.objects_known:,} known"
    )
    records = (
        f"{counted(summary.records_read, 'record')} read = {summary.events_written:,} written"
        f" + {summary.duplicates:,} duplicates + {summary.records_rejected:,} rejected"
    )
    evidence = (
        f"{counted(summary.evidence_rows, 'row')} of streaming-session evidence,"
        f" {summary.history_rows:,} of resource history"
    )
    speed = (
        f"{summary.bytes_read / 1e6:.1f} MB in {summary.seconds:.1f} s"
        f" ({summary.records_read / max(summary.seconds, 0.001):,.0f} records/s)"
    )
    lines = (objects, f"new: {kinds}" if kinds else "", records, evidence, speed)
    return "\n".join(line for line in lines if line)


def warn_of_rejections(summary: "IngestSummary", lake: str) -> None:
    """Say what was not taken, and what differs from the copy that was."""
    see = f"see: roletrail status --rejected{lake_option(lake)}"
    first = f". First: {summary.first_rejection}" if summary.first_rejection else ""
    if summary.objects_rejected:
        rejected = f"{summary.objects_rejected:,} of {counted(summary.objects_seen, 'object')}"
        warn(f"{rejected} {_were(summary.objects_rejected)} rejected, {see}{first}")
    elif summary.records_rejected:
        rejected = f"{summary.records_rejected:,} of {counted(summary.records_read, 'record')}"
        warn(f"{rejected} {_were(summary.records_rejected)} rejected, {see}{first}")
    if summary.conflicts:
        copies = counted(summary.conflicts, "duplicate")
        warn(f"{copies} differed from the copy that came first; the first was kept")


def _were(count: int) -> str:
    return "was" if count == 1 else "were"

"""`roletrail ingest`: log files, session reports and inventory become rows of the lake."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from roletrail.errors import ExitCode
from roletrail.options import (
    DEFAULT_LAKE,
    EndpointUrl,
    Lake,
    RequesterPays,
    RoleArn,
    SinceDay,
    UntilDay,
    check_range,
    lake_option,
)
from roletrail.terminal import counted, ingest_progress, note, warn

if TYPE_CHECKING:
    from ingest import IngestSummary


class KindOfObject(StrEnum):
    """What the key of an object says that it is; ingest knows the same ones."""

    CLOUDTRAIL = "cloudtrail"
    NETWORK_ACTIVITY = "cloudtrail_network_activity"
    INSIGHT = "cloudtrail_insight"
    AGGREGATED = "cloudtrail_aggregated"
    DIGEST = "cloudtrail_digest"
    OTHER = "other"


UNCOMPILED = (
    "records were read one by one, which takes several times as long: roletrail was installed where"
    " there is no C compiler. Install one, then roletrail again"
)
KINDS = tuple(kind.value for kind in KindOfObject)


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
    kind: Annotated[
        list[KindOfObject] | None,
        typer.Option(
            metavar="KIND",
            help=f"Only objects of which the key says so; can be repeated. {', '.join(KINDS)}.",
        ),
    ] = None,
    look_back: Annotated[
        int,
        typer.Option(metavar="DAYS", min=0, help="Days of S3 to list again before the newest one."),
    ] = 3,
    role_arn: RoleArn = None,
    endpoint_url: EndpointUrl = None,
    requester_pays: RequesterPays = False,
    processes: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Processes that read; by default one per core."),
    ] = None,
) -> ExitCode:
    """Take in log files, session reports and AWS CLI output.

    Run again, it takes only what is new. Every object and record is accounted for: what can't be
    taken is kept aside with its reason, and the exit status is then 1. Days are those on which log
    files were delivered.
    """
    check_range(since, until)
    from ingest.worker_context import load_early

    if processes != 1:
        load_early(sources, program=["roletrail.cli"])
    from ingest import ingest as ingest_sources
    from ingest import is_compiled
    from lake import open_lake

    with ingest_progress() as on_progress:
        summary = ingest_sources(
            open_lake(lake, create=True),
            sources,
            since=since,
            until=until,
            account_ids=tuple(account or ()),
            regions=tuple(region or ()),
            kinds=tuple(kind or ()),
            look_back_days=look_back,
            role_arn=role_arn,
            endpoint_url=endpoint_url,
            is_requester_pays=requester_pays,
            processes=processes,
            on_progress=on_progress,
        )
    typer.echo(ingest_text(summary))
    warn_of_rejections(summary, lake)
    if summary.events_written and not is_compiled():
        warn(UNCOMPILED)
    if summary.events_written or summary.evidence_rows or summary.history_rows:
        note(f"next: roletrail attribute{lake_option(lake)}")
    return ExitCode.OK if summary.is_whole else ExitCode.SOME_REJECTED


def ingest_text(summary: "IngestSummary") -> str:
    """Return the account of every object and record, in a few lines."""
    taken = summary.objects_new - summary.objects_rejected - summary.objects_skipped
    objects = (
        f"{counted(summary.objects_seen, 'object')} = {summary.objects_known:,} known"
        f" + {taken:,} taken + {summary.objects_rejected:,} rejected"
        f" + {summary.objects_skipped:,} skipped"
    )
    if not summary.objects_new:
        return objects
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in summary.objects_by_kind.items())
    records = (
        f"{counted(summary.records_read, 'record')} = {counted(summary.events_written, 'event')}"
        f" + {summary.evidence_records:,} of reports and inventory"
        f" + {counted(summary.duplicates, 'duplicate')} + {summary.records_rejected:,} rejected"
    )
    evidence = (
        f"learnt: {counted(summary.evidence_rows, 'sighting')} of streaming sessions,"
        f" {counted(summary.history_rows, 'state')} of resources"
    )
    speed = (
        f"{summary.bytes_read / 1e6:.1f} MB in {summary.seconds:.1f} s"
        f" ({summary.records_read / max(summary.seconds, 0.001):,.0f} records/s)"
    )
    return "\n".join((objects, f"new: {kinds}", records, evidence, speed))


def warn_of_rejections(summary: "IngestSummary", lake: str) -> None:
    """Say what was not taken, and what differs from the copy that was."""
    see = f"see: roletrail status --rejected{lake_option(lake)}"
    first = f". First: {summary.first_rejection}" if summary.first_rejection else ""
    if summary.objects_rejected:
        warn(f"{_share(summary.objects_rejected, summary.objects_seen, 'object')}, {see}{first}")
    elif summary.records_rejected:
        warn(f"{_share(summary.records_rejected, summary.records_read, 'record')}, {see}{first}")
    elif summary.objects_damaged:
        damaged = counted(summary.objects_damaged, "damaged object")
        warn(f"of {damaged} only what could be read was taken, {see}{first}")
    if summary.conflicts:
        copies = counted(summary.conflicts, "duplicate")
        warn(f"{copies} differed from the copy that came first; the first was kept")


def _share(rejected: int, total: int, noun: str) -> str:
    return f"{rejected:,} of {counted(total, noun)} {'was' if rejected == 1 else 'were'} rejected"

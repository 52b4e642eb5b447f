"""`roletrail follow`: what a queue says was delivered becomes rows of the lake, as it comes."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from roletrail.errors import ExitCode
from roletrail.options import DEFAULT_LAKE, EndpointUrl, Lake, RequesterPays, RoleArn
from roletrail.stopping import stop_requested
from roletrail.terminal import counted, note
from roletrail.upkeep import maintained

if TYPE_CHECKING:
    from ingest.following import FollowedBatch


def follow(
    queue: Annotated[
        str, typer.Option(metavar="URL", help="Queue that is told of new objects, by its URL.")
    ],
    *,
    lake: Lake = DEFAULT_LAKE,
    role_arn: RoleArn = None,
    endpoint_url: EndpointUrl = None,
    requester_pays: RequesterPays = False,
    batch_objects: Annotated[
        int, typer.Option(metavar="N", min=1, help="Commit when so many objects were named.")
    ] = 1_000,
    batch_seconds: Annotated[
        int, typer.Option(metavar="N", min=1, help="Commit at the latest after so many seconds.")
    ] = 60,
    once: Annotated[bool, typer.Option("--once", help="Stop when the queue is empty.")] = False,
    maintain_every: Annotated[
        int,
        typer.Option(
            metavar="MINUTES", min=0, help="Run `roletrail maintain` beside it; 0 for never."
        ),
    ] = 60,
    keep_days: Annotated[
        int | None,
        typer.Option(metavar="DAYS", min=1, help="Drop older events when maintaining; else none."),
    ] = None,
) -> ExitCode:
    """Take in log files as a queue tells of them, until stopped.

    Messages are deleted after the commit. One whose object can't be read stays in the queue; one
    that names no object is kept aside with its reason and stays for the queue's redrive. SIGTERM
    and Ctrl-C finish the batch. With --once, nothing is maintained, and the exit status is 1 if
    anything was not taken.
    """
    from ingest.following import follow as follow_queue
    from lake import open_lake

    is_whole = True

    def report(batch: "FollowedBatch") -> None:
        nonlocal is_whole
        is_whole = is_whole and batch.is_whole
        note(batch_line(batch))

    opened = open_lake(lake, create=True)
    every = timedelta(minutes=0 if once else maintain_every)
    options = () if keep_days is None else ("--keep-days", str(keep_days))
    with stop_requested() as stop, maintained(opened, every, options) as see_to_upkeep:
        follow_queue(
            opened,
            queue,
            role_arn=role_arn,
            endpoint_url=endpoint_url,
            is_requester_pays=requester_pays,
            batch_objects=batch_objects,
            batch_seconds=batch_seconds,
            is_once=once,
            stop=stop,
            on_batch=report,
            on_wait=see_to_upkeep,
        )
    return ExitCode.OK if is_whole or not once else ExitCode.SOME_REJECTED


def batch_line(batch: "FollowedBatch") -> str:
    """Return what became of a batch's messages, objects and records, in one line."""
    summary = batch.summary
    parts = [
        f"{counted(batch.deleted, 'message')} done",
        f"{counted(summary.objects_new, 'new object')}, {summary.objects_known:,} known",
        f"{counted(summary.events_written, 'event')}, {counted(summary.duplicates, 'duplicate')}",
    ]
    if summary.evidence_records:
        parts.append(f"{summary.evidence_records:,} of reports and inventory")
    if summary.records_rejected:
        parts.append(f"{counted(summary.records_rejected, 'record')} rejected")
    if batch.poison:
        parts.append(f"{counted(batch.poison, 'message')} of no known form")
    if batch.kept:
        parts.append(f"{counted(batch.kept, 'message')} kept, {batch.first_kept}")
    return "; ".join(parts)

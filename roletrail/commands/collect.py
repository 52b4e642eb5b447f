"""`roletrail collect`: ask AWS how fleets, streaming sessions and networks are now."""

from typing import TYPE_CHECKING, Annotated

import typer

from roletrail.errors import ExitCode
from roletrail.options import DEFAULT_LAKE, Lake, lake_option
from roletrail.terminal import counted, note, shown_steps, warn

if TYPE_CHECKING:
    from ingest.collection import CollectSummary


def collect(
    lake: Lake = DEFAULT_LAKE,
    role_arn: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ARN", help="Role to assume, one for each account to ask in; can be repeated."
        ),
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Region to ask in; can be repeated.")
    ] = None,
) -> ExitCode:
    """Ask AWS who is streaming, and how fleets and networks are.

    By default it asks in the account and region of the caller. States of resources are kept when
    they have changed, streaming sessions each time, so run it every few minutes. What AWS refuses
    is named, and the exit status is then 1.
    """
    from ingest.collection import collect as collect_from_aws
    from lake import open_lake

    with shown_steps() as on_step:
        summary = collect_from_aws(
            open_lake(lake, create=True),
            role_arns=tuple(role_arn or ()),
            regions=tuple(region or ()),
            on_step=on_step,
        )
    typer.echo(collection_text(summary))
    for refusal in summary.refusals:
        warn(refusal)
    if summary.items_rejected:
        rejected = counted(summary.items_rejected, "item")
        warn(f"{rejected} couldn't be read, see: roletrail status --rejected{lake_option(lake)}")
    if summary.evidence_rows or summary.history_rows:
        note(f"next: roletrail attribute{lake_option(lake)}")
    is_whole = not (summary.refusals or summary.items_rejected)
    return ExitCode.OK if is_whole else ExitCode.SOME_REJECTED


def collection_text(summary: "CollectSummary") -> str:
    """Return what AWS answered and what of it was new, in three lines."""
    news = summary.answers - summary.answers_known
    new = summary.items - summary.items_known - summary.items_rejected
    return (
        f"{counted(summary.answers, 'answer')} from {counted(summary.places, 'region')}"
        f" = {summary.answers_known:,} known + {news:,} with news, in {summary.seconds:.1f} s\n"
        f"{counted(summary.items, 'item')} = {summary.items_known:,} known + {new:,} new"
        f" + {summary.items_rejected:,} rejected\n"
        f"learnt: {counted(summary.evidence_rows, 'sighting')} of streaming sessions,"
        f" {counted(summary.history_rows, 'state')} of resources"
    )

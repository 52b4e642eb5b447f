"""`roletrail lookup`: CloudTrail's event history becomes rows, where there is no trail."""

from typing import Annotated

import typer

from roletrail.commands.ingest import ingest_text, warn_of_rejections
from roletrail.errors import ExitCode
from roletrail.options import DEFAULT_LAKE, Lake, SinceDay, UntilDay, check_range, lake_option
from roletrail.terminal import note, shown_steps, warn


def lookup(
    lake: Lake = DEFAULT_LAKE,
    since: SinceDay = None,
    until: UntilDay = None,
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
    """Take in CloudTrail's event history of an account without a trail.

    It has the management events of the last 90 days, and gives at most 100 of them a second. Run
    again, it asks only for hours that it hasn't whole.
    """
    check_range(since, until)
    from ingest.looking_up import look_up
    from lake import open_lake

    with shown_steps() as on_step:
        done = look_up(
            open_lake(lake, create=True),
            since=since,
            until=until,
            role_arns=tuple(role_arn or ()),
            regions=tuple(region or ()),
            on_step=on_step,
        )
    typer.echo(ingest_text(done.summary))
    for refusal in done.refusals:
        warn(refusal)
    warn_of_rejections(done.summary, lake)
    if done.summary.events_written:
        note(f"next: roletrail attribute{lake_option(lake)}")
    is_whole = done.summary.is_whole and not done.refusals
    return ExitCode.OK if is_whole else ExitCode.SOME_REJECTED

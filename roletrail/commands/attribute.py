"""`roletrail attribute`: work out who was behind each call, from what was ingested."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from roletrail.options import DEFAULT_LAKE, Lake, SinceDay, UntilDay, check_range
from roletrail.terminal import counted, shown_steps

if TYPE_CHECKING:
    from analysis.attribution import AttributionSummary

CONFIDENCES = ("certain", "strong", "weak", "not_attributable")


def attribute(
    lake: Lake = DEFAULT_LAKE,
    since: SinceDay = None,
    until: UntilDay = None,
    workload_rules: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Workload rules of your own, before the built-in ones."),
    ] = None,
    machine_role_session_name: Annotated[
        str, typer.Option(metavar="NAME", help="Role session name of AppStream's machine roles.")
    ] = "PhotonSession",
) -> None:
    """Work out which person made each call.

    Run it after each ingest: late log files and session reports make earlier claims surer. Only
    days with news are read again.
    """
    check_range(since, until)
    from analysis.attribution import attribute as attribute_lake
    from analysis.attribution_settings import AttributionSettings
    from lake import open_lake

    settings = AttributionSettings(
        machine_role_session_name=machine_role_session_name, own_workload_rules=workload_rules
    )
    with shown_steps() as on_step:
        summary = attribute_lake(
            open_lake(lake), since=since, until=until, settings=settings, on_step=on_step
        )
    typer.echo(attribution_text(summary))


def attribution_text(summary: "AttributionSummary") -> str:
    """Return the summary in words, a line each for what was read and what was claimed."""
    fleet_calls = ", ".join(
        f"{summary.by_confidence.get(name, 0):,} {name.replace('_', ' ')}" for name in CONFIDENCES
    )
    return (
        f"{counted(summary.events, 'call')}, {counted(summary.role_sessions, 'role session')},"
        f" {counted(summary.streaming_sessions, 'streaming session')};"
        f" {counted(summary.days_read, 'day')} read in {summary.seconds:.1f} s\n"
        f"calls behind AppStream fleets: {fleet_calls}"
    )

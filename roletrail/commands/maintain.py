"""`roletrail maintain`: keep a lake quick and small, while others read and write."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from roletrail.options import DEFAULT_LAKE, Lake, lake_option
from roletrail.terminal import counted, note, shown_steps

if TYPE_CHECKING:
    from lake.compaction import Compaction
    from lake.maintenance import Maintenance

SNAPSHOT_HOURS = 24


def maintain(
    *,
    lake: Lake = DEFAULT_LAKE,
    keep_snapshots: Annotated[
        int,
        typer.Option(
            metavar="HOURS", min=1, help="How long a reader can go on with what was replaced."
        ),
    ] = SNAPSHOT_HOURS,
    keep_days: Annotated[
        int | None,
        typer.Option(
            metavar="DAYS", min=1, help="Drop events older than this many UTC days; else none are."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")
    ] = False,
) -> None:
    """Merge small files, forget old snapshots, and delete files that nobody needs.

    Others may read and write meanwhile. Files younger than a day are never deleted.
    """
    from lake import open_lake
    from lake.maintenance import maintain as maintain_lake

    with shown_steps() as on_step:
        done = maintain_lake(
            open_lake(lake),
            snapshots_kept=timedelta(hours=keep_snapshots),
            keep_days=keep_days,
            dry_run=dry_run,
            on_step=on_step,
        )
    typer.echo(maintenance_text(done))
    if dry_run:
        note("nothing was changed: this is what a run would do now")
    elif done.dropped.days:
        note(f"next: roletrail attribute{lake_option(lake)}")


def maintenance_text(done: "Maintenance") -> str:
    """Return what was done, a line for each table that had files to merge and for each step."""
    lines = [_compaction_text(compaction) for compaction in done.compactions if _merged(compaction)]
    if done.dropped.days:
        days, events = counted(done.dropped.days, "day"), counted(done.dropped.events, "event")
        lines.append(f"{days} dropped with {events}")
    expired = sum(done.snapshots_expired.values())
    files = sum(garbage.files for garbage in done.garbage)
    size = sum(garbage.bytes for garbage in done.garbage)
    lines.append(
        f"{counted(expired, 'snapshot')} expired, {counted(files, 'file')} deleted"
        f" ({size / 1e6:.1f} MB) in {done.seconds:.1f} s"
    )
    return "\n".join(lines)


def _merged(compaction: "Compaction") -> bool:
    return compaction.files_after != compaction.files_before


def _compaction_text(compaction: "Compaction") -> str:
    copies = f", {counted(compaction.copies, 'copy', 'copies')} taken out"
    return (
        f"{compaction.table}: {counted(compaction.files_before, 'file')}"
        f" ({compaction.bytes_before / 1e6:.1f} MB) -> {compaction.files_after:,}"
        f" ({compaction.bytes_after / 1e6:.1f} MB){copies if compaction.copies else ''}"
    )

"""`roletrail verify`: which of a trail's files are as CloudTrail delivered them."""

from operator import itemgetter
from typing import TYPE_CHECKING, Annotated

import typer

import roletrail
from roletrail.errors import ExitCode
from roletrail.options import (
    DEFAULT_LAKE,
    EndpointUrl,
    Format,
    FormatOption,
    Lake,
    RequesterPays,
    RoleArn,
    SinceDay,
    UntilDay,
    check_range,
)
from roletrail.output import ArrowRows, Shown, all_rows, write_rows
from roletrail.terminal import counted, note, shown_steps, warn

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from ingest.digest_verdicts import Status
    from ingest.verification import Verification
    from lake import Lake as OpenLake

VERIFIED = "verified"


def verify(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE", help="Folders or s3://bucket/prefix, digests included."),
    ],
    *,
    lake: Lake = DEFAULT_LAKE,
    public_keys: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="Output of aws cloudtrail list-public-keys; by default CloudTrail is asked.",
        ),
    ] = None,
    since: SinceDay = None,
    until: UntilDay = None,
    role_arn: RoleArn = None,
    endpoint_url: EndpointUrl = None,
    requester_pays: RequesterPays = False,
    form: FormatOption = Format.TABLE,
) -> ExitCode:
    """Verify log files by CloudTrail's digests.

    Walks every chain of digests, checks signatures and hashes, and lists what is missing, altered
    or unsigned; the exit status is then 1. The result is kept with each object in the lake. Days
    are those on which the digests end.
    """
    check_range(since, until)
    from ingest.verification import verify as verify_sources

    opened = _lake_if_any(lake)
    with shown_steps() as on_step:
        found = verify_sources(
            sources,
            lake=opened,
            public_key_files=tuple(public_keys or ()),
            since=since,
            until=until,
            role_arn=role_arn,
            endpoint_url=endpoint_url,
            is_requester_pays=requester_pays,
            on_progress=None
            if on_step is None
            else lambda done, total: on_step(f"verifying digests: {done:,} of {total:,}"),
        )
    summary = verification_text(found)
    if opened is not None:
        summary += f"\n{_events_text(lake)}"
    if form is Format.TABLE:
        typer.echo(summary)
    else:
        for line in summary.splitlines():
            note(line)
    if found.findings and form is Format.TABLE:
        typer.echo()
    if found.findings or form is not Format.TABLE:
        write_rows(ArrowRows(_table(found)), form, COLUMNS)
    _note_chained(found)
    return ExitCode.SOME_REJECTED if found.findings else ExitCode.OK


def verification_text(found: "Verification") -> str:
    """Return how many digests and log files got which result, in a few lines."""
    lines = [
        f"{counted(found.chains, 'chain')} of digests",
        _sum(found.digests, "digest"),
        _sum(found.log_files, "log file"),
        counted(len(found.findings), "finding"),
    ]
    if found.ledger_rows is not None:
        lines.append(f"{counted(found.ledger_rows, 'object')} of the lake marked anew")
    return "\n".join(lines)


def _sum(counts: "Mapping[Status, int]", noun: str) -> str:
    total = counted(sum(counts.values()), noun)
    parts = " + ".join(f"{count:,} {status}" for status, count in sorted(counts.items()))
    return f"{total} = {parts}" if parts else total


def _events_text(lake: str) -> str:
    events = {
        row["digest_status"]: int(str(row["event_count"]))
        for row in all_rows(roletrail.open(lake).ask("digest_statuses"))
    }
    total = sum(events.values())
    share = events.get(VERIFIED, 0) / total if total else 0
    return f"{share:.1%} of the lake's {counted(total, 'event')} rest on verified log files"


def _lake_if_any(location: str) -> "OpenLake | None":
    from lake import LakeError, open_lake

    try:
        return open_lake(location)
    except LakeError as error:
        warn(f"the result isn't kept, it is only shown: {error}")
        return None


def _note_chained(found: "Verification") -> None:
    from ingest.digest_verdicts import Status

    count = found.log_files.get(Status.CHAINED, 0)
    if count:
        note(
            f"{counted(count, 'log file')} {'agrees' if count == 1 else 'agree'} with the newest"
            " digest of a chain, whose signature a folder doesn't keep. A later digest, or the"
            " bucket itself, settles it"
        )


def _table(found: "Verification") -> "pa.Table":
    import pyarrow as pa

    rows = [
        {
            "finding": finding.status.value,
            "object": "digest" if finding.is_digest else "log file",
            "account_id": finding.chain.account_id,
            "region": finding.chain.region,
            "trail": finding.chain.trail,
            "uri": finding.uri,
            "reason": finding.reason,
        }
        for finding in found.findings
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in NAMES]))


COLUMNS = (
    Shown("finding", itemgetter("finding"), is_whole=True),
    Shown("of", itemgetter("object"), is_whole=True),
    # The name says account, region, trail and time as well.
    Shown("name", lambda row: str(row["uri"]).rpartition("/")[2]),
    Shown("reason", itemgetter("reason"), narrowest=30),
)
NAMES = ("finding", "object", "account_id", "region", "trail", "uri", "reason")

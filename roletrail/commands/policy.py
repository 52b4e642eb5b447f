"""`roletrail policy`: the IAM policy that what was observed needs."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import roletrail
from roletrail.cells import json_text, visible
from roletrail.errors import ExitCode, FrontDoorError
from roletrail.options import DEFAULT_LAKE, Account, Lake, Region, Since, Until, check_range
from roletrail.terminal import counted, note, warn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analysis.policies import Comparison, LeastPrivilege

MOST_SERVICES = 20  # with unused actions, a line each
MOST_NAMED = 8  # unused actions of a service on one line; --format json has them all


class PolicyFormat(StrEnum):
    """How it is written: the policy alone, or all that is known about it."""

    POLICY = "policy"
    JSON = "json"


def policy(
    role: Annotated[
        str | None, typer.Argument(metavar="ROLE", help="A role's name or ARN.", show_default=False)
    ] = None,
    *,
    lake: Lake = DEFAULT_LAKE,
    fleet: Annotated[str | None, typer.Option(metavar="NAME", help="Of this fleet.")] = None,
    person: Annotated[str | None, typer.Option(metavar="ID", help="Of this person.")] = None,
    streaming_session: Annotated[
        str | None, typer.Option(metavar="ID", help="Of this streaming session.")
    ] = None,
    since: Since = None,
    until: Until = None,
    account: Account = None,
    region: Region = None,
    shorten: Annotated[
        bool,
        typer.Option(
            "--shorten", help="Grant fewer, wider resources, until IAM takes it as one policy."
        ),
    ] = False,
    compare: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Compare with this policy; several are one together."),
    ] = None,
    from_iam: Annotated[
        bool,
        typer.Option("--from-iam", help="Compare with the policies that IAM grants the role now."),
    ] = False,
    role_arn: Annotated[
        str | None, typer.Option(metavar="ARN", help="Role to assume for asking IAM.")
    ] = None,
    fail: Annotated[
        bool, typer.Option("--fail", help="When comparing: exit status 1 if anything differs.")
    ] = False,
    form: Annotated[
        PolicyFormat,
        typer.Option(
            "--format", metavar="FORM", help="policy (for IAM), or json (all that is known)."
        ),
    ] = PolicyFormat.POLICY,
) -> ExitCode:
    """Write the least-privilege IAM policy of a role, fleet, person or streaming session.

    Standard output is the policy alone; what was denied, unknown or out of sight stands on
    standard error. With --compare or --from-iam it is the differences instead.
    """
    check_range(since, until)
    if fail and not (compare or from_iam):
        raise FrontDoorError(
            "--fail says what a comparison ends with. Add: --compare FILE, or --from-iam"
        )
    if role_arn and not from_iam:
        raise FrontDoorError("--role-arn is for asking IAM. Add: --from-iam")
    found = roletrail.open(lake).policy(
        role,
        fleet=fleet,
        person=person,
        streaming_session=streaming_session,
        since=since,
        until=until,
        account_id=account,
        region=region,
        shorten=shorten,
    )
    texts = {str(file): _text(file) for file in compare or ()}
    if from_iam:
        texts |= _granted(found.observed.role_arns, role_arn)
    comparison = found.compared_with(texts) if texts or from_iam else None
    if form is PolicyFormat.JSON:
        report = found.report() | ({"comparison": comparison.report()} if comparison else {})
        typer.echo(json_text(report))
    else:
        _write(found, comparison)
    return ExitCode(fail and comparison is not None and comparison.has_differences)


def _write(found: "LeastPrivilege", comparison: "Comparison | None") -> None:
    for line in found.notes():
        note(line)
    if comparison is None:
        typer.echo(json.dumps(found.document, indent=2))
    else:
        for line in _differences(comparison):
            typer.echo(visible(line))
    if found.is_too_large and comparison is None:
        warn(
            "IAM does not take this as one managed policy. Add --shorten for fewer, wider "
            "resources, or take the several policies under parts of --format json"
        )


def _granted(role_arns: "Sequence[str]", assume: str | None) -> dict[str, str]:
    """Return the policies that IAM has of these roles, by name, and say how many there are."""
    from ingest.role_policies import role_policies

    texts: dict[str, str] = {}
    for granted in role_policies(tuple(role_arns), assume):
        note(
            f"compared with {counted(len(granted.policies), 'policy', 'policies')} of "
            f"{granted.role_arn} in IAM"
        )
        if granted.boundary_arn:
            note(f"its boundary {granted.boundary_arn} is left out of account")
        texts |= granted.policies
    return texts


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except UnicodeDecodeError:
        raise FrontDoorError(f"{file} is no policy: it isn't UTF-8 text") from None


def _differences(found: "Comparison") -> "Iterator[str]":
    """Yield a comparison in lines."""
    yield (
        f"{found.granted_count:,} actions granted, {found.used_count:,} used; "
        f"{sum(map(len, found.unused.values())):,} granted and never used"
    )
    if found.is_conditional:
        yield "conditions of the granted policies are taken as met"
    for pattern in found.unknown_patterns:
        yield f"granted, but no action of IAM's: {pattern}"
    for action, resources in found.missing.items():
        yield f"used, not granted: {action} on {', '.join(resources)}"
    for action, resources in found.wider.items():
        yield f"granted more widely than used: {action} on {', '.join(resources)}"
    unused = sorted(found.unused.items())
    for service, actions in unused[:MOST_SERVICES]:
        names = ", ".join(action.partition(":")[2] for action in actions[:MOST_NAMED])
        more = len(actions) - MOST_NAMED
        yield f"granted, never used: {service}: {names}" + (
            f" and {more:,} more" if more > 0 else ""
        )
    if len(unused) > MOST_SERVICES:
        more = len(unused) - MOST_SERVICES
        yield f"granted, never used: {more:,} more services; --format json names them all"

"""`roletrail findings`: what the rules find in the lake, and who was behind it."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import roletrail
from roletrail.errors import ExitCode, FrontDoorError
from roletrail.options import (
    DEFAULT_LAKE,
    Account,
    Filters,
    Format,
    FormatOption,
    Lake,
    Region,
    Since,
    Until,
    lake_option,
)
from roletrail.output import Shown, all_rows, write_rows
from roletrail.terminal import counted, note, shown_steps, warn

if TYPE_CHECKING:
    from analysis.findings import FindingsSummary, Rule
    from analysis.findings.sigma import SigmaRules

WHOLE_ID = 24
UNTIL_MINUTE = "%Y-%m-%d %H:%M"


class Level(StrEnum):
    """The severities, for the command line: analysis has the same scale."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


def findings(
    *,
    lake: Lake = DEFAULT_LAKE,
    since: Since = None,
    until: Until = None,
    account: Account = None,
    region: Region = None,
    rule: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only this rule; can be given several times."),
    ] = None,
    severity: Annotated[
        Level, typer.Option(metavar="LEVEL", help="Only what is at least so severe.")
    ] = Level.INFO,
    fail_at: Annotated[
        Level | None,
        typer.Option(metavar="LEVEL", help="Exit with 1 if anything shown is at least so severe."),
    ] = None,
    sigma: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Run the Sigma rules of this folder as well."),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> ExitCode:
    """Run the rules over the attributed lake and list what they find.

    Levels are info, low, medium, high and critical. Findings are kept in the lake's table
    `findings`; running it again changes only what is new or gone. Those of Sigma rules are gone
    without --sigma. roletrail explain ID tells one in words.
    """
    filters = Filters(since, until, account, region)
    from analysis.findings import built_in_rules, find
    from lake import open_lake

    converted = sigma_rules_in(sigma)
    rules = chosen_rules([*built_in_rules(), *(converted.rules if converted else ())], rule)
    opened = open_lake(lake)
    with shown_steps() as on_step:
        summary = find(opened, rules, are_all=not rule, on_step=on_step)
    rows = roletrail.open(lake).ask(
        "findings",
        **filters.parameters(),
        rules=[one.rule_id for one in rules],
        severity=severity.value,
    )
    found = [Level(str(row["severity"])) for row in all_rows(rows.project("severity"))]
    write_rows(rows, form, COLUMNS)
    _say(summary, converted, len(found), lake)
    levels = list(Level)
    has_failed = fail_at is not None and any(
        levels.index(level) >= levels.index(fail_at) for level in found
    )
    return ExitCode.SOME_REJECTED if has_failed else ExitCode.OK


def sigma_rules_in(folder: Path | None) -> "SigmaRules | None":
    """Return the Sigma rules of a folder; None if no folder is named."""
    if folder is None:
        return None
    from analysis.findings.sigma import sigma_rules

    return sigma_rules(folder)


def chosen_rules(rules: Sequence["Rule"], wanted: Sequence[str] | None) -> list["Rule"]:
    """Return the rules of these ids, or all; raise FrontDoorError for an id that none has."""
    if not wanted:
        return list(rules)
    known = {rule.rule_id: rule for rule in rules}
    if unknown := [rule_id for rule_id in wanted if rule_id not in known]:
        from difflib import get_close_matches

        near = get_close_matches(unknown[0], known, n=1)
        meant = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
        raise FrontDoorError(f"there is no rule {unknown[0]}; {meant}")
    return [known[rule_id] for rule_id in dict.fromkeys(wanted)]


def _say(summary: "FindingsSummary", converted: "SigmaRules | None", shown: int, lake: str) -> None:
    """Say on standard error what was run and what couldn't be."""
    total = sum(summary.by_rule.values())
    text = (
        f"{counted(len(summary.by_rule), 'rule')} run, {counted(total, 'finding')},"
        f" {summary.new:,} new"
    )
    note(f"{text}; {shown:,} shown" if shown != total else text)
    if summary.abandoned:
        whose = counted(summary.abandoned, "finding")
        note(f"{whose} of Sigma rules that were not given dropped; --sigma FOLDER finds them anew")
    warn_of_rules(summary, converted)
    if not total:
        note(
            "that nothing is found doesn't prove that nothing happened:"
            f" see roletrail status{lake_option(lake)} for what is missing"
        )


def warn_of_rules(summary: "FindingsSummary", converted: "SigmaRules | None") -> None:
    """Say on standard error which rules found too much, and which were not run."""
    for rule_id, count in summary.overflowing.items():
        warn(f"{rule_id} found {count:,}; only the newest are kept. Narrow or leave out the rule")
    for rule_id, reason in summary.failed.items():
        warn(f"not run: {rule_id}: {reason}")
    for failure in converted.failures if converted else ():
        warn(f"not converted: {failure.source}: {failure.reason}")


def who(row: Mapping[str, object]) -> str:
    """Return who it was: people, else those who it may have been, else what called."""
    from analysis.findings.wording import who_text

    names = (row[name] for name in ("user_ids", "candidate_user_ids", "callers"))
    return who_text(*(list(one) if isinstance(one, list) else [] for one in names))


def rule_name(row: Mapping[str, object]) -> object:
    """Return the rule's id, or of a Sigma rule, whose id is a number, its title."""
    return row["title"] if str(row["rule"]).startswith("sigma:") else row["rule"]


def when(row: Mapping[str, object]) -> str:
    """Return the first and last time, to the minute."""
    first, last = (f"{row[name]:{UNTIL_MINUTE}}" for name in ("first_seen_at", "last_seen_at"))
    return first if first == last else f"{first} to {last}"


COLUMNS = (
    Shown("severity", itemgetter("severity"), is_whole=True),
    Shown("rule", rule_name),
    Shown("subject", itemgetter("subject")),
    Shown("who", who),
    Shown("seen (UTC)", when),
    Shown("events", itemgetter("event_count"), is_number=True),
    Shown("id", itemgetter("finding_id"), is_whole=True, narrowest=WHOLE_ID),
)

"""`roletrail explain`: one claim, link by link, in words."""

import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

import roletrail
from roletrail.cells import terminal_cell, visible
from roletrail.errors import FrontDoorError
from roletrail.options import DEFAULT_LAKE, Lake
from roletrail.output import all_rows
from roletrail.tables import line_width

if TYPE_CHECKING:
    from analysis import Answers

INDENT = "    "
FINDING = "finding-"


def explain(
    subject: Annotated[
        str,
        typer.Argument(metavar="ID", help="An event id, a streaming session's, or a finding's."),
    ],
    lake: Lake = DEFAULT_LAKE,
) -> None:
    """Say who was behind an event, how sure that is, and why."""
    width = line_width()
    answers = roletrail.open(lake)
    if subject.startswith(FINDING):
        text = finding_text(answers, subject)
    else:
        text = answers.explain(subject).text()
    for line in text.splitlines():
        folded = textwrap.fill(
            visible(line),
            width,
            subsequent_indent=INDENT,
            break_long_words=False,
            break_on_hyphens=False,
        )
        typer.echo(folded)


def finding_text(answers: "Answers", finding_id: str) -> str:
    """Return a finding in words, with its evidence and what to do.

    Raises FrontDoorError if the last run of the rules left none of that id.
    """
    rows = all_rows(answers.ask("finding_by_id", finding_id=finding_id))
    if not rows:
        raise FrontDoorError(f"there is no finding {finding_id}. List them: roletrail findings")
    (row,) = rows
    evidence = row["evidence_event_ids"]
    references = row["reference_uris"]
    lines = [
        f"{row['title']} ({row['severity']})",
        " ".join(str(row["explanation"]).split()),
        f"To do: {' '.join(str(row['remedy']).split())}",
        f"Seen from {terminal_cell(row['first_seen_at'])} to {terminal_cell(row['last_seen_at'])}.",
        f"Evidence: {plain_list(evidence) or 'no events'}",
        f"ATT&CK: {plain_list(row['attack_tags']) or 'none'}",
        f"Read on: {plain_list(references) or 'nothing'}",
    ]
    return "\n".join(lines)


def plain_list(values: object) -> str:
    """Return a list of texts with commas between them."""
    return ", ".join(str(value) for value in values) if isinstance(values, list) else ""

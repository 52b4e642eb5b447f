"""`roletrail who`: who was behind an event, a key, a streaming session, or an address at a time."""

from collections.abc import Mapping
from operator import itemgetter
from typing import Annotated

import typer

import roletrail
from roletrail.options import DEFAULT_LAKE, Format, FormatOption, Lake
from roletrail.output import Shown, write_rows
from roletrail.terminal import note

NOBODY = "not attributable"


def who(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="Event id, access key, streaming session id, or ADDRESS@TIME (UTC).",
        ),
    ],
    lake: Lake = DEFAULT_LAKE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say who it was, and how sure that is. `roletrail explain` says why."""
    rows = roletrail.open(lake).who(subject)
    if not write_rows(rows, form, COLUMNS):
        note(f"nobody is known to have been at {subject}")


def person(row: Mapping[str, object]) -> object:
    """Return the person; the candidates where there are several; else that there is none."""
    candidates = row["candidate_user_ids"]
    if row["user_id"]:
        return row["user_id"]
    if isinstance(candidates, list) and candidates:
        return "one of: " + ", ".join(str(candidate) for candidate in candidates)
    return NOBODY


def workload(row: Mapping[str, object]) -> str:
    """Return kind and name of the workload, as far as they are known."""
    return ": ".join(str(row[name]) for name in ("workload_kind", "workload_name") if row[name])


COLUMNS = (
    Shown("who", person),
    Shown("confidence", itemgetter("confidence")),
    Shown("from (UTC)", itemgetter("valid_from")),
    Shown("until (UTC)", itemgetter("valid_to")),
    Shown("method", itemgetter("method")),
    Shown("workload", workload),
    Shown("streaming session", itemgetter("streaming_session_id")),
)

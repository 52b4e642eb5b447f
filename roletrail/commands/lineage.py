"""`roletrail lineage`: the STS calls that lead to credentials, and what they issued themselves."""

from operator import itemgetter
from typing import Annotated

import typer

import roletrail
from roletrail.options import DEFAULT_LAKE, Format, FormatOption, Lake
from roletrail.output import Shown, write_rows
from roletrail.terminal import note


def lineage(
    role_session: Annotated[
        str, typer.Argument(metavar="ACCESS_KEY", help="Access key, or a role session's id.")
    ],
    lake: Lake = DEFAULT_LAKE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Follow credentials back to whom they were issued to first, and on to what they issued."""
    rows = roletrail.open(lake).lineage(role_session)
    if not write_rows(rows, form, COLUMNS):
        note(f"no STS event that issued {role_session}, or that it made, is in {lake}")


COLUMNS = (
    Shown("step", itemgetter("depth"), is_number=True),
    Shown("when (UTC)", itemgetter("assumed_at")),
    Shown("call", itemgetter("assume_event_name")),
    Shown("by", lambda row: row["parent_role_session_id"] or row["parent_principal_arn"]),
    Shown("issued", itemgetter("child_role_session_id")),
    Shown("role", itemgetter("issuing_role_arn")),
    Shown("named", itemgetter("role_session_name")),
)

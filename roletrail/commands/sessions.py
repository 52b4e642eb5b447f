"""`roletrail sessions`: the streaming sessions, who they were, and what they called."""

from collections.abc import Mapping
from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Annotated

import typer

import roletrail
from roletrail.errors import FrontDoorError
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
from roletrail.terminal import counted, note

if TYPE_CHECKING:
    from analysis import Answers

HALF_AN_ID = 19  # an id of 36 characters breaks once
UNTIL_MINUTE = "%Y-%m-%d %H:%M"


def sessions(
    *,
    lake: Lake = DEFAULT_LAKE,
    since: Since = None,
    until: Until = None,
    account: Account = None,
    region: Region = None,
    fleet: Annotated[str | None, typer.Option(metavar="NAME", help="Only this fleet.")] = None,
    user: Annotated[str | None, typer.Option(metavar="ID", help="Only this person.")] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """List the streaming sessions: who, where, when, and their calls.

    A streaming session is in the range if any part of it is; its calls are counted whole.
    """
    filters = Filters(since, until, account, region)
    answers = roletrail.open(lake)
    rows = answers.ask("who_called_what", **filters.parameters(), fleet_name=fleet, user_id=user)
    if not write_rows(rows, form, SESSION_COLUMNS):
        note(nothing_matches(answers, lake, filters))


def nothing_matches(answers: "Answers", lake: str, filters: Filters) -> str:
    """Return what was looked at in vain, as a line.

    Raises FrontDoorError if nothing can match, because the lake is empty or not attributed yet.
    """
    (seen,) = all_rows(
        answers.ask("looked_at", account_id=filters.account_id, region=filters.region)
    )
    newest = seen["newest_event_at"]
    if not isinstance(newest, datetime):
        if filters.account_id or filters.region:
            return f"no streaming sessions match: {lake} has no events of this account or region"
        command = f"roletrail ingest SOURCE{lake_option(lake)}"
        raise FrontDoorError(f"{lake} has no events yet. Run: {command}")
    if not seen["role_session_count"]:
        message = f"nothing in {lake} is attributed yet. Run: roletrail attribute"
        raise FrontDoorError(f"{message}{lake_option(lake)}")
    since, until = filters.since or seen["oldest_event_at"], filters.until or newest
    accounts = counted(int(str(seen["account_count"])), "account")
    return (
        f"no streaming sessions match. Looked at {since:%Y-%m-%d}..{until:%Y-%m-%d}, {accounts};"
        f" newest event here {newest:{UNTIL_MINUTE}} UTC (CloudTrail delivers late)"
    )


def who(row: Mapping[str, object]) -> object:
    """Return the person; their hash, shortened, where that is all that was seen of them."""
    digest = row["user_id_sha256"]
    return row["user_id"] or (f"sha256 {str(digest)[:12]}…" if digest else "unknown")


def place(row: Mapping[str, object]) -> str:
    """Return fleet and stack, as far as they are known."""
    return ", ".join(str(row[name]) for name in ("fleet_name", "stack_name") if row[name])


def when(row: Mapping[str, object]) -> str:
    """Return start and end to the minute; a later day than the first is counted: +1d."""
    started, ended = row["started_at"], row["ended_at"]
    if not isinstance(started, datetime):
        return "unknown"
    if not isinstance(ended, datetime):
        return f"{started:{UNTIL_MINUTE}}, running"
    days = (ended.date() - started.date()).days
    return f"{started:{UNTIL_MINUTE}}-{ended:%H:%M}" + (f" +{days}d" if days else "")


_WHO_WHERE_WHEN = (
    Shown("who", who),
    Shown("fleet, stack", place),
    Shown("when (UTC)", when),
    Shown("calls", itemgetter("call_count"), is_number=True),
    Shown("certain", itemgetter("certain_count"), is_number=True),
    Shown("strong", itemgetter("strong_count"), is_number=True),
    Shown("denied", itemgetter("denied_count"), is_number=True),
)
SESSION_COLUMNS = (
    *_WHO_WHERE_WHEN,
    Shown("streaming session", itemgetter("streaming_session_id"), narrowest=HALF_AN_ID),
)
ANSWER_COLUMNS = (*_WHO_WHERE_WHEN, Shown("most called", itemgetter("top_apis")))

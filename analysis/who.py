"""`who`: the one question behind all others, asked by whatever is at hand."""

import ipaddress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from analysis.errors import AnalysisError

if TYPE_CHECKING:
    import duckdb

    from analysis.answers import Answers

# What an id can be of, the smallest table first: the question, the table and its column.
BY_ID = (
    ("who_was_in_streaming_session", "streaming_sessions", "streaming_session_id"),
    ("who_used_role_session", "role_sessions", "role_session_id"),
    ("who_made_event", "events", "event_id"),
)


def who(answers: "Answers", subject: str) -> "duckdb.DuckDBPyRelation":
    """Return who was behind an event, credentials, a streaming session, or `ADDRESS@TIME`.

    The rows have valid_from, valid_to (UTC), user_id, candidate_user_ids, confidence, method,
    streaming_session_id, fleet_name, stack_name, workload_kind, workload_name, role_session_id
    and origin_principal_arn. Raises AnalysisError if the lake knows nothing by that name.
    """
    address, sign, moment = subject.partition("@")
    if sign and _is_address(address):
        return answers.ask("who_had_address", address=address, at=_time(moment))
    for question, table, column in BY_ID:
        known = f"select {column} from {table} where {column} = $subject limit 1"  # noqa: S608 - constants
        if answers.sql(known, {"subject": subject}).fetchone() is not None:
            return answers.ask(question, **{column: subject})
    message = (
        f"the lake has no event, credentials or streaming session {subject}. "
        "Ask for an event id, an access key, a streaming session id, or 10.0.0.5@2026-01-31T22:41"
    )
    raise AnalysisError(message)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no time. Write 10.0.0.5@2026-01-31T22:41; UTC is meant"
        raise AnalysisError(message) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

"""From a number back to its rows: the query that gives the events, or log files, behind it.

The queries are for people to run. Values in them come from logs, so a text stands in a query only
if it is short and plain; of any other, its SHA-256 does.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

# Neither a shell's double quotes nor a terminal make anything else of these.
_PLAIN = re.compile(r"[A-Za-z0-9 _.,:;/@+=()\[\]{}<>?*|&%#~^'-]{0,120}", re.ASCII)

ACCOUNT = "recipient_account_id"
OF_A_FLEET = "workload_kind = 'appstream_fleet'"
FLEET = f"coalesce(fleet_name, case when {OF_A_FLEET} then workload_name end)"
# As in the view person_activity.
PERSON = (
    "coalesce(user_id, case when workload_kind in ('iam_user', 'root_user', "
    "'identity_center_user', 'saml_user', 'web_identity', 'cognito_identity') "
    "then workload_name end, case when contains(origin_principal_arn, ':user/') "
    "or contains(origin_principal_arn, ':assumed-role/AWSReservedSSO_') "
    "then split_part(origin_principal_arn, '/', -1) end)"
)
WAY = (
    "case when workload_kind = 'appstream_service' then 'appstream_service' "
    "when workload_kind = 'assumed_role' then 'chained_role' "
    "when user_id is not null then 'streaming_session' else 'sign_in' end"
)


@dataclass(frozen=True, slots=True)
class RowsBehind:
    """Where the rows behind a table's numbers are, and which of them are behind one row of it.

    `keys` maps columns of the table to expressions over `relation`; together they name a row.
    """

    relation: str
    columns: str
    order: str
    conditions: tuple[str, ...] = ()
    keys: Mapping[str, str] | None = None

    def sql(self, more: Iterable[str], row: Mapping[str, object] | None = None) -> str:
        """Return the query for a row of the table, or for all of it, with these conditions too."""
        keys = {} if row is None else (self.keys or {})
        named = [] if row is None else [same(keys[name], row[name]) for name in keys]
        implied = {f"{expression} is not null" for expression in keys.values()}
        fixed = [condition for condition in self.conditions if condition not in implied]
        conditions = dict.fromkeys((*more, *fixed, *named))
        where = f" where {' and '.join(conditions)}" if conditions else ""
        return f"select {self.columns} from {self.relation}{where} order by {self.order}"  # noqa: S608 -
        # never run here, and values in it are plain or digests


def same(expression: str, value: object) -> str:
    """Return the condition that an expression has this value, whatever characters it is of."""
    if value is None:
        return f"{expression} is null"
    text = str(value)
    if _PLAIN.fullmatch(text):
        return f"{expression} = '{text.replace(chr(39), chr(39) * 2)}'"
    return f"sha256({expression}) = '{sha256(text.encode()).hexdigest()}'"


def moment(time: datetime) -> str:
    """Return a UTC time as a literal of SQL."""
    return f"'{time:%Y-%m-%d %H:%M:%S}Z'"


def events_behind(conditions: Iterable[str] = (), **keys: str) -> RowsBehind:
    """Return calls as they are in `attributed_events`, with what tells most about each."""
    return RowsBehind(
        relation="attributed_events",
        columns=(
            "event_time, event_id, event_source, event_name, result, user_id, session_confidence"
        ),
        order="event_time, event_id",
        conditions=(
            "coalesce(event_category, '') not in ('NetworkActivity', 'Insight')",
            *conditions,
        ),
        keys=keys,
    )

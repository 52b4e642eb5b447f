"""What readers' views and their columns mean, for whoever looks at them in a shell or a notebook.

A view says it in the comment that its SQL begins with. Its columns mean what those of the tables
mean that they come from, but for those in `column_comments.toml`.
"""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from lake.tables import TABLES

# Tables to take a column's meaning from, the first one that has it.
FROM_TABLES: Mapping[str, tuple[str, ...]] = {
    "attributed_events": (
        "events",
        "session_activity",
        "attributions",
        "role_sessions",
        "role_session_sightings",
        "endpoint_ownership",
    ),
    "role_session_events": ("events", "role_session_sightings", "session_activity"),
    "person_activity": ("session_activity",),
    "known_users": ("streaming_session_evidence",),
    "streaming_session_sightings": ("streaming_sessions", "streaming_session_evidence"),
}
OF_RESOURCES = ("resource_history", "streaming_session_evidence")


@cache
def view_comment(sql: str) -> str:
    """Return what a row of a view is: the comment that its SQL begins with, in one line."""
    lines = [line for line in sql.splitlines() if line.startswith("--")]
    return " ".join(line.removeprefix("--").strip() for line in lines)


def column_comments(view: str, columns: Iterable[str]) -> dict[str, str]:
    """Return what each column of a readers' view means, as far as it is written down."""
    meanings: dict[str, str] = {}
    for table in reversed(FROM_TABLES.get(view, OF_RESOURCES)):
        meanings |= {column.name: column.comment for column in TABLES[table].columns}
    meanings |= _own_comments().get(view, {})
    return {name: meanings[name] for name in columns if name in meanings}


@cache
def _own_comments() -> Mapping[str, Mapping[str, str]]:
    text = files("analysis").joinpath("sql", "column_comments.toml").read_text()
    return tomllib.loads(text)

"""The SQL files in their order of creation: each is one relation, named like its file.

Files with parameters are steps of attribution only; the others are also views for readers, unless
a table of the lake keeps their rows.
"""

from functools import cache
from importlib.resources import files

import duckdb

from analysis.view_comments import column_comments, view_comment
from lake.connection import quoted

# From the events of a span of days; the rows are kept in the lake, day by day.
DAILY = ("role_session_events", "role_session_sightings", "credential_issues", "shared_calls")

# From those rows and from what ingest observed, over all days.
STEPS = (
    "known_subnets",
    "known_vpc_endpoints",
    "known_users",
    "own_accounts",
    "own_public_addresses",
    "network_interface_lives",
    "interface_public_addresses",
    "appstream_resources",
    "endpoint_ownership",
    "reached_endpoints",
    "role_session_lives",
    "role_session_issues",
    "role_session_addresses",
    "streaming_session_sightings",
    "streaming_instances",
    "streaming_instance_segments",
    "role_session_instances",
    "machine_role_session_names",
    "appstream_carriers",
    "role_session_carriers",
    "role_session_facts",
    "role_session_workloads",
    "lineage_links",
    "role_session_origins",
    "credential_lineage",
    "role_sessions",
    "egress_addresses",
    "role_session_networks",
    "instance_claims",
    "streaming_machines",
    "machine_keys",
    "renewal_rhythm",
    "role_session_renewals",
    "renewal_claims",
    "chained_claims",
    "source_identity_claims",
    "storage_user_claims",
    "claim_pieces",
    "storage_key_claims",
    "app_id_claims",
    "attributions",
)

# The answers, from events and claims.
ANSWERS = ("attributed_events", "session_activity", "streaming_sessions", "person_activity")

VIEWS = (*DAILY, *STEPS, *ANSWERS)

# What a reader finds beside the tables.
READER_VIEWS = (
    "known_subnets",
    "known_vpc_endpoints",
    "known_users",
    "own_public_addresses",
    "network_interface_lives",
    "interface_public_addresses",
    "appstream_resources",
    "streaming_session_sightings",
    "role_session_events",
    "attributed_events",
    "person_activity",
)


@cache
def view_sql(name: str) -> str:
    """Return the text of a view's SQL file."""
    return files("analysis").joinpath("sql", f"{name}.sql").read_text()


def create_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the readers' views over the tables of the lake."""
    for name in READER_VIEWS:
        connection.execute(f"create view {name} as {view_sql(name)}")


def comment_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Put the comments of the readers' views and of their columns on them."""
    for name in READER_VIEWS:
        comment = quoted(view_comment(view_sql(name)))
        connection.execute(f"comment on view {name} is {comment}")
        columns = [column for column, *_ in connection.execute(f"describe {name}").fetchall()]
        for column, meaning in column_comments(name, columns).items():
            connection.execute(f"comment on column {name}.{column} is {quoted(meaning)}")

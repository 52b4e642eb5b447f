"""A lake for somebody's own DuckDB: an SQL script that makes the same tables and views there.

The script needs nothing of ours. It names the files of the snapshot that is current now, so that it
is to be written anew to see newer data, or once `roletrail maintain` has replaced its files.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from analysis.views import READER_VIEWS, view_sql
from lake.connection import quoted, table_views

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.answers import Answers

# Statements that DuckDB itself answers with what it has: each view's comment, and its columns'.
COMMENTS = """
    select view_name, null, comment
    from duckdb_views()
    where list_contains($names, view_name) and comment is not null
    union all
    select table_name, column_name, comment
    from duckdb_columns()
    where list_contains($names, table_name) and comment is not null
    order by all
"""
S3 = "s3://"


def duckdb_script(answers: "Answers") -> str:
    """Return SQL that makes the lake's tables and views, with their comments, in another DuckDB.

    For a lake in S3 it also makes a secret, of whoever runs it: keys of this lake's own catalog
    are never part of the script.
    """
    return "\n".join(_lines(answers))


def _lines(answers: "Answers") -> Iterator[str]:
    tables = list(table_views(answers.lake))
    location = answers.lake.location.encode("unicode_escape").decode()
    yield f"-- The tables and views of {location} as they are now, by roletrail duckdb-init."
    yield "-- Write it again to see newer data, or when a file that it names is gone."
    yield "set timezone = 'UTC';"
    files = [file for table in tables for file in table.files]
    existing = next((one.iceberg_table for one in tables if one.iceberg_table is not None), None)
    if existing is not None:
        yield from _object_store_lines(files, existing.io.properties)
    for table in tables:
        yield f"\ncreate or replace view {identifier(table.name)} as\n{table.sql}\n;"
    for name in READER_VIEWS:
        yield f"\ncreate or replace view {identifier(name)} as\n{view_sql(name).rstrip()}\n;"
    yield ""
    names = [*(table.name for table in tables), *READER_VIEWS]
    for view, column, comment in answers.cursor().execute(COMMENTS, {"names": names}).fetchall():
        what = f"view {identifier(view)}"
        if column is not None:
            what = f"column {identifier(view)}.{identifier(column)}"
        yield f"comment on {what} is {quoted(comment)};"
    yield ""


def _object_store_lines(files: Sequence[str], properties: "Mapping[str, str]") -> Iterator[str]:
    """Yield what DuckDB needs to read the files that are in S3, if any are."""
    buckets = sorted({urlsplit(file).netloc for file in files if file.startswith(S3)})
    if not buckets:
        return
    yield "\n-- Reading S3 takes two extensions of DuckDB's, which it downloads once, and your own"
    yield "-- credentials, found as the AWS CLI finds them. For others, write your own secret."
    for extension in ("httpfs", "aws"):
        yield f"install {extension};\nload {extension};"
    options = ["type s3", "provider credential_chain"]
    if region := properties.get("s3.region"):
        options.append(f"region {quoted(region)}")
    if endpoint := properties.get("s3.endpoint"):
        where = urlsplit(endpoint)
        use_ssl = "false" if where.scheme == "http" else "true"
        options += [f"endpoint {quoted(where.netloc)}", "url_style 'path'", f"use_ssl {use_ssl}"]
    for number, bucket in enumerate(buckets, start=1):
        scope = f"scope {quoted(S3 + bucket)}"
        yield f"create or replace secret roletrail_{number} ({', '.join([*options, scope])});"


def identifier(name: str) -> str:
    """Return the name as SQL takes it, whatever it is."""
    return '"' + name.replace('"', '""') + '"'

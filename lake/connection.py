"""DuckDB over the lake: one view per table, over the files of its current snapshot.

PyIceberg plans the files and DuckDB reads them by field id, so renamed and added columns are
found, and files that compaction left behind are not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
from pyiceberg.schema import Schema
from pyiceberg.table import Table as IcebergTable
from pyiceberg.types import (
    BooleanType,
    DoubleType,
    IcebergType,
    ListType,
    LongType,
    StringType,
    StructType,
    TimestamptzType,
)

from lake.batches import FOLLOWERS, files_under_way
from lake.catalog import Lake
from lake.derived_tables import DERIVED_TABLES
from lake.events_table import EVENTS
from lake.publication import last_publication
from lake.tables import TABLES

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config

DERIVED = frozenset(table.name for table in DERIVED_TABLES)
SIMPLE_TYPES: Mapping[type[IcebergType], str] = {
    StringType: "varchar",
    BooleanType: "boolean",
    LongType: "bigint",
    DoubleType: "double",
    TimestamptzType: "timestamptz",
}


def connect(lake: Lake, tables: Iterable[str] = TABLES) -> duckdb.DuckDBPyConnection:
    """Return an in-memory DuckDB connection in UTC, with a view for each table.

    The views see the snapshot that is current now; connect again to see newer data. A batch of
    ingest is seen in all its tables or in none, also while it is committed to one after the other.
    Derived tables are read at the snapshots that the last complete attribution published together.
    Tables and columns that a lake of an older release lacks are empty.
    """
    connection = duckdb.connect(":memory:")
    # Global, so that both hold for the connection's cursors, too.
    connection.execute("set global parquet_metadata_cache = true")
    connection.execute("set global timezone = 'UTC'")
    connection.execute("set enable_progress_bar = false")
    readable: list[str] = []
    for view in table_views(lake, tables):
        if view.iceberg_table is not None:
            register_object_store(connection, view.iceberg_table, view.files)
        connection.execute(f"create view {view.name} as {view.sql}")
        readable += view.files
    connection.execute("set allowed_paths = $paths", {"paths": readable})
    return connection


@dataclass(frozen=True, slots=True)
class TableView:
    """A table as DuckDB reads it: its name, a query, the files in it, and the table if it exists.

    Files are as DuckDB takes them, those of a local lake without a scheme.
    """

    name: str
    sql: str
    files: tuple[str, ...]
    iceberg_table: IcebergTable | None


def table_views(lake: Lake, tables: Iterable[str] = TABLES) -> Iterator[TableView]:
    """Yield how DuckDB reads each table at the snapshot that is current now: see `connect`."""
    existing = lake.table_names()
    snapshots = last_publication(lake).snapshots
    wanted = list(tables)
    loaded = _loaded(lake, [name for name in wanted if name in existing])
    for name in wanted:
        files: list[str] = []
        iceberg_table = loaded[name] if name in existing else None
        if iceberg_table is not None:
            # What a run has written and not published yet, nobody sees.
            if name not in DERIVED or name in snapshots:
                files = planned_files(iceberg_table, snapshots.get(name))
            if name in FOLLOWERS:
                under_way = files_under_way(loaded[EVENTS.name], iceberg_table)
                files = sorted({*files, *map(duckdb_path, under_way)})
        schema = TABLES[name].schema() if iceberg_table is None else iceberg_table.schema()
        sql = with_missing_columns(relation_sql(schema, files), name, schema)
        yield TableView(name, sql, tuple(files), iceberg_table)


def _loaded(lake: Lake, names: Iterable[str]) -> dict[str, IcebergTable]:
    """Return the tables, and `events` with those that follow it, loaded after them."""
    ordered = sorted({*names}, key=lambda name: name == EVENTS.name)
    loaded = {name: lake.table(name) for name in ordered}
    if EVENTS.name not in loaded and not loaded.keys().isdisjoint(FOLLOWERS):
        loaded[EVENTS.name] = lake.table(EVENTS.name)
    return loaded


def with_missing_columns(relation: str, name: str, schema: Schema) -> str:
    """Return the query with nulls for the columns that a lake of an older release lacks."""
    known = set(schema.column_names)
    missing = ", ".join(
        f"null::{duckdb_type(field.field_type)} as {field.name}"
        for field in TABLES[name].schema().fields
        if field.name not in known
    )
    if not missing:
        return relation
    return f"select *, {missing} from ({relation})"  # noqa: S608 - names of our own


def close_to_outside(connection: duckdb.DuckDBPyConnection) -> None:
    """Let the connection read the files of the lake and nothing else, for good."""
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def planned_files(iceberg_table: IcebergTable, snapshot_id: int | None = None) -> list[str]:
    """Return the data files of a snapshot (the current one by default), as DuckDB takes them."""
    if iceberg_table.current_snapshot() is None:
        return []
    tasks = iceberg_table.scan(snapshot_id=snapshot_id).plan_files()
    return sorted(duckdb_path(task.file.file_path) for task in tasks)


def duckdb_path(location: str) -> str:
    """Return the path of a data file without the scheme that DuckDB doesn't take."""
    return location.removeprefix("file://")


def relation_sql(schema: Schema, files: Sequence[str]) -> str:
    """Return a query over the files whose columns are those of the schema, found by field id."""
    columns = [
        (field.field_id, field.name, duckdb_type(field.field_type)) for field in schema.fields
    ]
    if not files:
        nothing = ", ".join(f"null::{kind} as {name}" for _, name, kind in columns)
        return f"select {nothing} where false"
    fields = ", ".join(
        f"{number}: {{name: '{name}', type: '{kind}', default_value: null}}"
        for number, name, kind in columns
    )
    paths = ", ".join(quoted(path) for path in files)
    return (
        f"select * from read_parquet([{paths}], schema = map {{{fields}}})"  # noqa: S608 - names of
        # columns are constants of this package, and paths are quoted
    )


def quoted(text: str) -> str:
    """Return the text as an SQL string literal; views can't carry parameters."""
    return "'" + text.replace("'", "''") + "'"


def duckdb_type(kind: IcebergType) -> str:
    """Return DuckDB's name of an Iceberg type."""
    if isinstance(kind, ListType):
        return f"{duckdb_type(kind.element_type)}[]"
    if isinstance(kind, StructType):
        members = ", ".join(
            f"{field.name} {duckdb_type(field.field_type)}" for field in kind.fields
        )
        return f"struct({members})"
    return SIMPLE_TYPES[type(kind)]


def comment_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Put the tables' and their columns' comments on the views, for people who look around."""
    for name, table in TABLES.items():
        connection.execute(f"comment on view {name} is {quoted(table.comment)}")
        for column in table.columns:
            meaning = quoted(column.comment)
            connection.execute(f"comment on column {name}.{column.name} is {meaning}")


def register_object_store(
    connection: duckdb.DuckDBPyConnection, iceberg_table: IcebergTable, files: Sequence[str]
) -> None:
    """Let DuckDB read those of the files that are in S3, through obstore.

    DuckDB's own httpfs is a download, not in the wheel.
    """
    if all(path.startswith("/") for path in files) or connection.list_filesystems():
        return
    from obstore.fsspec import FsspecStore

    properties = iceberg_table.io.properties
    config: S3Config = {}
    if endpoint := properties.get("s3.endpoint"):
        config["endpoint"] = endpoint
    if region := properties.get("s3.region"):
        config["region"] = region
    if key_id := properties.get("s3.access-key-id"):
        config["access_key_id"] = key_id
        config["secret_access_key"] = properties["s3.secret-access-key"]
    if token := properties.get("s3.session-token"):
        config["session_token"] = token
    options: ClientConfig = {"allow_http": str(endpoint).startswith("http://")}
    connection.register_filesystem(FsspecStore("s3", config=config, client_options=options))

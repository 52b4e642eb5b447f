"""Where a lake is and how its tables are reached: PyIceberg's catalogs, nothing of our own.

A folder is a lake with an embedded SQLite catalog. Any other catalog (Glue, REST, SQL) is named
`catalog:NAME` and configured as PyIceberg documents it, by `.pyiceberg.yaml` or by
`PYICEBERG_CATALOG__NAME__…` variables.
"""

import contextlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pyiceberg.exceptions import (
    CommitFailedException,
    NamespaceAlreadyExistsError,
    NoSuchNamespaceError,
    NoSuchTableError,
    TableAlreadyExistsError,
)
from pyiceberg.table import Table as IcebergTable
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from lake.columns import Table
from lake.errors import LakeError
from lake.tables import INGESTED_TABLES

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog

NAMESPACE = "roletrail"
CATALOG_PREFIX = "catalog:"
CATALOG_FILE = "catalog.db"
ATTEMPTS = 10
SETTINGS = ("commit.", "write.")  # what Iceberg itself keeps as it is given
LOCKED_SECONDS = 60  # to wait for others who write to the catalog; each takes milliseconds
DEFAULT_LOCATION = "./roletrail-lake"


@dataclass(frozen=True, slots=True)
class Lake:
    """An open lake: its location as the user named it, and the catalog behind it."""

    location: str
    catalog: "Catalog" = field(repr=False)

    def table(self, name: str) -> IcebergTable:
        """Return the Iceberg table at its newest metadata.

        Raises LakeError if the lake hasn't got that table.
        """
        try:
            return self.catalog.load_table((NAMESPACE, name))
        except NoSuchTableError as error:
            message = f"{self.location} has no table {name}. Run: roletrail ingest sample_logs"
            raise LakeError(message) from error

    def table_names(self) -> set[str]:
        """Return the names of the tables that the lake has."""
        try:
            return {identifier[-1] for identifier in self.catalog.list_tables(NAMESPACE)}
        except NoSuchNamespaceError:
            return set()


def open_lake(location: str | Path | None = None, *, create: bool = False) -> Lake:
    """Return the lake at `location`: a folder, or `catalog:NAME`.

    Without a location, `ROLETRAIL_LAKE` and then `./roletrail-lake` is taken. With `create`,
    the folder and the tables that ingest writes to are made, and those of an older release get the
    columns that they lack; other tables come with what fills them. Raises LakeError if there is no
    lake or it can't be reached.
    """
    place = str(location or os.environ.get("ROLETRAIL_LAKE") or DEFAULT_LOCATION)
    lake = Lake(
        place,
        _named_catalog(place)
        if place.startswith(CATALOG_PREFIX)
        else _folder_catalog(place, create=create),
    )
    if create:
        ensure_tables(lake, INGESTED_TABLES)
    return lake


def _folder_catalog(place: str, *, create: bool) -> "Catalog":
    folder = Path(place).expanduser().resolve()
    if not create and not (folder / CATALOG_FILE).exists():
        message = f"{place} has no events yet. Run: roletrail ingest sample_logs --lake {place}"
        raise LakeError(message)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"can't make the lake folder {place}: {error.strerror}. Name another: --lake DIR"
        raise LakeError(message) from error
    try:
        try:
            return _sql_catalog(folder)
        except OperationalError:
            # Somebody else makes the same catalog at this moment.
            return _sql_catalog(folder)
    except DatabaseError as error:
        message = f"{folder / CATALOG_FILE} is no catalog of a lake. Name another: --lake DIR"
        raise LakeError(message) from error


def _sql_catalog(folder: Path) -> "Catalog":
    from pyiceberg.catalog.sql import SqlCatalog

    return SqlCatalog(
        NAMESPACE,
        uri=f"sqlite:///{folder / CATALOG_FILE}?timeout={LOCKED_SECONDS}",
        warehouse=f"file://{folder}",
    )


def _named_catalog(place: str) -> "Catalog":
    from pyiceberg.catalog import load_catalog

    name = place.removeprefix(CATALOG_PREFIX)
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    try:
        # PyIceberg's file access doesn't read AWS_ENDPOINT_URL by itself.
        return load_catalog(name, **({"s3.endpoint": endpoint} if endpoint else {}))
    except (ValueError, OSError) as error:
        message = f"can't open the PyIceberg catalog {name}: {error}. Check .pyiceberg.yaml"
        raise LakeError(message) from error


def ensure_tables(lake: Lake, tables: Iterable[Table]) -> None:
    """Make the tables, and the columns and settings of an older release's, that the lake lacks."""
    # The second error is what a SQL catalog has for two who are first at the same moment.
    with contextlib.suppress(NamespaceAlreadyExistsError, IntegrityError):
        lake.catalog.create_namespace(NAMESPACE)
    existing = lake.table_names()
    for table in tables:
        if table.name in existing:
            _add_missing_properties(_with_all_columns(lake, table), table.properties())
        else:
            _create_table(lake, table)


def _create_table(lake: Lake, table: Table) -> None:
    schema = table.schema()
    properties = {
        **table.properties(),
        "schema.name-mapping.default": schema.name_mapping.model_dump_json(),
    }
    try:
        lake.catalog.create_table(
            (NAMESPACE, table.name),
            schema,
            partition_spec=table.partition_spec(),
            properties=properties,
        )
    except TableAlreadyExistsError:
        # Another writer was first; its table is the same.
        return


def _with_all_columns(lake: Lake, table: Table) -> IcebergTable:
    for _ in range(ATTEMPTS):
        iceberg_table = lake.table(table.name)
        known = {column.name for column in iceberg_table.schema().fields}
        missing = [column for column in table.schema().fields if column.name not in known]
        if not missing:
            return iceberg_table
        # Somebody else who opens the lake may be adding them too.
        with (
            contextlib.suppress(CommitFailedException, OperationalError),
            iceberg_table.update_schema() as update,
        ):
            for column in missing:
                update.add_column(column.name, column.field_type, doc=column.doc)
    message = f"{lake.location}: {table.name} was changed {ATTEMPTS} times meanwhile. Run it again"
    raise LakeError(message)


def _add_missing_properties(iceberg_table: IcebergTable, wanted: Mapping[str, str]) -> None:
    missing = {
        name: value
        for name, value in wanted.items()
        if name.startswith(SETTINGS) and name not in iceberg_table.properties
    }
    if not missing:
        return
    # If another writer comes first, whoever opens the lake next does it.
    with (
        contextlib.suppress(CommitFailedException, OperationalError),
        iceberg_table.transaction() as transaction,
    ):
        transaction.set_properties(missing)

"""Taking data files out of a table, and others in, in one commit beside which others can write."""

from collections.abc import Collection, Sequence

from pyiceberg.exceptions import CommitFailedException
from pyiceberg.expressions import AlwaysTrue
from pyiceberg.io.pyarrow import parquet_files_to_data_files
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table as IcebergTable
from sqlalchemy.exc import OperationalError

from lake.catalog import Lake

ATTEMPTS = 50


def current_files(iceberg_table: IcebergTable) -> list[DataFile]:
    """Return the data files of the current snapshot, in order of their locations."""
    if iceberg_table.current_snapshot() is None:
        return []
    tasks = iceberg_table.scan().plan_files()
    return sorted((task.file for task in tasks), key=lambda file: file.file_path)


def replace_files(
    lake: Lake, name: str, removed: Collection[DataFile], added: Sequence[str]
) -> bool:
    """Put the added files in the place of the removed ones; files that others add meanwhile stay.

    Returns False, and changes nothing, if another writer has taken one of the files out, or if
    other writers kept coming first. The added files then belong to nothing.
    """
    expected = {file.file_path for file in removed}
    for _ in range(ATTEMPTS):
        iceberg_table = lake.table(name)
        present = {file.file_path for file in current_files(iceberg_table)}
        if added and set(added) <= present:
            # The attempt before was told that it failed, but hadn't.
            return True
        if not expected <= present:
            return False
        try:
            _commit(iceberg_table, removed, added)
        except (CommitFailedException, OperationalError):
            continue
        return True
    return False


def _commit(
    iceberg_table: IcebergTable, removed: Collection[DataFile], added: Sequence[str]
) -> None:
    new_files = parquet_files_to_data_files(iceberg_table.io, iceberg_table.metadata, iter(added))
    with (
        iceberg_table.transaction() as transaction,
        transaction.update_snapshot().overwrite() as overwrite,
    ):
        # Without it PyIceberg looks for the files by partition only, and in a table that has none
        # it finds nothing. It deletes no rows by itself.
        overwrite.delete_by_predicate(AlwaysTrue())
        for file in removed:
            overwrite.delete_data_file(file)
        for file in new_files:
            overwrite.append_data_file(file)

"""The tables: schemas, Iceberg storage, commits, and a DuckDB connection over the current snapshot."""

from lake.catalog import Lake, open_lake
from lake.errors import LakeError

__all__ = ["Lake", "LakeError", "open_lake"]

"""The tables: schemas, Iceberg storage, commits, and DuckDB over the current snapshot."""

from lake.catalog import Lake, open_lake
from lake.errors import LakeError

__all__ = ["Lake", "LakeError", "open_lake"]

"""The tables: schemas, Iceberg storage, commits, and DuckDB over the current snapshot."""

from typing import TYPE_CHECKING

from lake.errors import LakeError

if TYPE_CHECKING:
    from lake.catalog import Lake, open_lake

__all__ = ["Lake", "LakeError", "open_lake"]


def __getattr__(name: str) -> object:
    """Return what loads PyIceberg only when it is asked for: workers write files without it."""
    if name in {"Lake", "open_lake"}:
        from lake import catalog

        return getattr(catalog, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)

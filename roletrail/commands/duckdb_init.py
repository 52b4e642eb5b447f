"""`roletrail duckdb-init`: the lake's tables and views for somebody's own DuckDB shell."""

import typer

import roletrail
from roletrail.options import DEFAULT_LAKE, Lake


def duckdb_init(lake: Lake = DEFAULT_LAKE) -> None:
    """Write SQL that gives your own DuckDB the lake's tables and views.

    For a shell over them: duckdb -init <(roletrail duckdb-init). The script names the files that
    are current now, so write it again to see newer data.
    """
    from analysis.duckdb_script import duckdb_script

    typer.echo(duckdb_script(roletrail.open(lake)), nl=False)

"""`roletrail sql`: any question, over the tables and views of the lake."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

import roletrail
from roletrail.errors import FrontDoorError
from roletrail.options import DEFAULT_LAKE, Format, FormatOption, Lake
from roletrail.output import write_rows

NO_QUERY = 'no query. Write it behind the command, as in: roletrail sql "show tables"'
_POSITION = re.compile(r"\n\nLINE \d+:.*", re.DOTALL)


def sql(
    query: Annotated[
        str | None,
        typer.Argument(metavar="QUERY", help="One query; taken from standard input if left out."),
    ] = None,
    lake: Lake = DEFAULT_LAKE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Answer a query over the tables and views; it only reads.

    `show tables` names them; attributed_events has a row per event and who was behind it.
    """
    text = _standard_input() if query is None else query
    if not text.strip():
        raise FrontDoorError(NO_QUERY)
    answers = roletrail.open(lake)
    with query_errors():
        write_rows(answers.sql(text), form)


def _standard_input() -> str:
    if sys.stdin.isatty():
        raise FrontDoorError(NO_QUERY)
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        raise FrontDoorError(f"the query isn't {error.encoding} text") from error


@contextmanager
def query_errors() -> Iterator[None]:
    """Turn what DuckDB finds wrong with the user's query into FrontDoorError, with its hint."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise FrontDoorError(_POSITION.sub("", str(error))) from error

"""Answers to questions that anybody may write: with a limit on rows and on time."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

import duckdb

from analysis.answers import Answers, question_sql
from analysis.errors import AnalysisError

if TYPE_CHECKING:
    import pyarrow as pa

MOST_ROWS = 10_000
MOST_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class BoundedAnswer:
    """An answer, and whether there was more of it than the limit on rows lets through."""

    table: "pa.Table"
    is_cut: bool


@dataclass(frozen=True, slots=True)
class SavedQuestion:
    """A question by name: what a row of its answer is, its SQL, and the parameters it takes."""

    name: str
    meaning: str
    sql: str
    parameters: tuple[str, ...]


def bounded_answer(
    answers: Answers,
    query: str,
    parameters: Mapping[str, object] | None = None,
    most_rows: int = MOST_ROWS,
    most_seconds: float = MOST_SECONDS,
) -> BoundedAnswer:
    """Return the answer to one query that reads, its first `most_rows` rows at most.

    Raises AnalysisError, in one line, for anything else, for a query that is wrong, and for one
    that takes longer than `most_seconds`.
    """
    cursor = answers.cursor()
    timer = threading.Timer(most_seconds, cursor.interrupt)
    timer.start()
    try:
        relation = answers.sql(query, parameters, cursor)
        table = relation.limit(most_rows + 1).to_arrow_table()
    except duckdb.InterruptException as error:
        message = (
            f"the query took longer than {most_seconds:g} s. Narrow it down, by time above all"
        )
        raise AnalysisError(message) from error
    except duckdb.Error as error:
        raise AnalysisError(str(error).partition("\n\nLINE ")[0].replace("\n", " ")) from error
    finally:
        timer.cancel()
    return BoundedAnswer(table.slice(0, most_rows), table.num_rows > most_rows)


def parameters_of(query: str) -> tuple[str, ...]:
    """Return the names of a query's `$name` parameters in order; none if it can't be read."""
    try:
        statements = duckdb.extract_statements(query)
    except duckdb.Error:
        return ()
    return tuple(sorted({name for one in statements for name in one.named_parameters}))


def saved_questions() -> tuple[SavedQuestion, ...]:
    """Return the saved questions in alphabetical order."""
    return tuple(_saved())


def _saved() -> Iterator[SavedQuestion]:
    folder = files("analysis").joinpath("questions")
    for name in sorted(file.name.removesuffix(".sql") for file in folder.iterdir()):
        sql = question_sql(name)
        lines = sql.splitlines()
        comment = [line.removeprefix("--").strip() for line in lines if line.startswith("--")]
        yield SavedQuestion(name, " ".join(comment), sql, parameters_of(sql))

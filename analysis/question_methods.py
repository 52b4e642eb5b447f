"""The saved questions as methods: `lake.questions.denied_calls(since="2026-09-14")`.

Dashboard, command line and notebook ask the same files; here each has a signature and a help text.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from analysis.bounded_answers import SavedQuestion, saved_questions
from analysis.notebook_display import table_as_html

if TYPE_CHECKING:
    import duckdb

    from analysis.answers import Answers

HEADS = ("method", "parameters", "a row is")
WIDEST: Mapping[str, datetime] = {
    "since": datetime(1970, 1, 1, tzinfo=UTC),
    "until": datetime(9999, 1, 1, tzinfo=UTC),
}


class QuestionMethods:
    """A method for each saved question of a lake, which returns its answer as a DuckDB relation.

    Parameters are those of the question, each by its name; one that is left out narrows nothing.
    Times are UTC, as text or datetime, half open.
    """

    def __init__(self, answers: "Answers") -> None:
        self._answers = answers

    def __dir__(self) -> list[str]:
        return list(_questions())

    def __getattr__(self, name: str) -> Callable[..., "duckdb.DuckDBPyRelation"]:
        if name not in _questions():
            message = f"there is no question {name}; dir(lake.questions) names them all"
            raise AttributeError(message)
        return _method(self._answers, _questions()[name])

    def __repr__(self) -> str:
        return "\n".join(f"{name}({parameters}): {row}" for name, parameters, row in _listing())

    def _repr_html_(self) -> str:
        return table_as_html("Saved questions", HEADS, _listing())


@cache
def _questions() -> Mapping[str, SavedQuestion]:
    return {question.name: question for question in saved_questions()}


def _listing() -> Iterator[tuple[str, str, str]]:
    for one in _questions().values():
        yield one.name, ", ".join(one.parameters), one.meaning


def _method(
    answers: "Answers", question: SavedQuestion
) -> Callable[..., "duckdb.DuckDBPyRelation"]:
    # Some questions take a null time for all times, the others are given all times.
    widest = {
        name: moment
        for name, moment in WIDEST.items()
        if name in question.parameters and f"${name} is null" not in question.sql
    }

    def ask(**parameters: object) -> "duckdb.DuckDBPyRelation":
        given = {name: value for name, value in parameters.items() if value is not None}
        return answers.ask(question.name, **{**widest, **given})

    ask.__name__ = ask.__qualname__ = question.name
    ask.__doc__ = question.meaning
    by_name = inspect.Parameter.KEYWORD_ONLY
    signature = inspect.Signature(
        [inspect.Parameter(name, by_name, default=None) for name in question.parameters]
    )
    ask.__dict__["__signature__"] = signature  # where inspect looks for one that isn't in the code
    return ask

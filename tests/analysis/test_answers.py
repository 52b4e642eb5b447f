"""Asking: only reading, only known questions, only their parameters."""

import pytest

from analysis import AnalysisError, Answers, open_answers
from analysis.answers import question_sql
from analysis.views import READER_VIEWS
from lake import open_lake
from tests.conftest import REPOSITORY

QUESTIONS = sorted(path.stem for path in (REPOSITORY / "analysis" / "questions").glob("*.sql"))


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """Return the answers of a lake with tables and nothing in them."""
    location = str(tmp_path_factory.mktemp("empty") / "lake")
    open_lake(location, create=True)
    return open_answers(location)


@pytest.mark.parametrize(
    "query",
    [
        "copy (select 1) to 'file.csv'",
        "create table t as select 1",
        "attach 'other.duckdb'",
        "set threads = 1",
        "select 1; select 2",
        "",
        "install httpfs",
    ],
)
def test_only_one_query_that_reads_is_taken(answers: Answers, query: str) -> None:
    with pytest.raises(AnalysisError, match="only one query that reads"):
        answers.sql(query)


@pytest.mark.parametrize(
    "query", ["from events", "describe events", "show tables", "explain from events"]
)
def test_every_way_of_reading_is_taken(answers: Answers, query: str) -> None:
    answers.sql(query).fetchall()


def test_a_value_travels_as_a_parameter(answers: Answers) -> None:
    hostile = "'; drop view events; --"
    assert answers.sql("select $value as v", {"value": hostile}).fetchall() == [(hostile,)]


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_saved_question_can_be_asked_of_an_empty_lake(answers: Answers, question: str) -> None:
    answers.ask(question).fetchall()


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_saved_question_says_what_it_answers(question: str) -> None:
    assert question_sql(question).startswith("-- ")


@pytest.mark.parametrize("question", ["none_such", "../sql/attributions", "a.b", ""])
def test_an_unknown_question_is_refused(answers: Answers, question: str) -> None:
    with pytest.raises(AnalysisError, match="no question"):
        answers.ask(question)


def test_an_unknown_parameter_is_refused(answers: Answers) -> None:
    with pytest.raises(AnalysisError, match="has no parameter colour"):
        answers.ask("event_by_id", colour="red")


def test_an_id_that_nothing_has_says_where_ids_are_found(answers: Answers) -> None:
    with pytest.raises(AnalysisError, match="no event and no streaming session"):
        answers.explain("nothing")


@pytest.mark.parametrize("view", READER_VIEWS)
def test_each_view_says_what_a_row_is(answers: Answers, view: str) -> None:
    row = answers.sql(
        "select comment from duckdb_views() where view_name = $view", {"view": view}
    ).fetchone()
    assert row is not None
    assert len(row[0]) > 20


def test_answers_can_be_asked_from_several_threads(answers: Answers) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: answers.ask("event_by_id").fetchall(), range(40)))
    assert counts == [[]] * 40

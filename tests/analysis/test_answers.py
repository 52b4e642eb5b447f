"""Asking: only reading, only known questions, only their parameters."""

import inspect
import re
from pathlib import Path

import pytest

from analysis import AnalysisError, Answers, Explanation, open_answers
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


# ── in a notebook ────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def sample(sample_lake: Path) -> Answers:
    return open_answers(str(sample_lake))


@pytest.mark.parametrize(
    ("method", "argument"),
    [
        ("streaming_sessions", None),
        ("people", None),
        ("api_calls", None),
        ("findings", None),
        ("attribution", "select event_id from attributed_events where user_id = 'hoge' limit 1"),
        ("lineage", "select child_role_session_id from credential_lineage limit 1"),
    ],
)
def test_a_method_names_the_columns_of_its_answer(
    sample: Answers, method: str, argument: str | None
) -> None:
    given = [] if argument is None else [sample.sql(argument).fetchall()[0][0]]
    answer = getattr(sample, method)(*given)
    words = re.findall(r"\w+", inspect.getdoc(getattr(Answers, method)) or "")
    named = [word for word in dict.fromkeys(words) if word in answer.columns]
    assert named == answer.columns
    assert method == "findings" or len(answer.df())


def test_what_a_method_is_narrowed_to_is_all_that_it_gives(sample: Answers) -> None:
    since, until = "2026-09-15", "2026-09-16"
    of_hoge = sample.api_calls(person="hoge", since=since, until=until)
    every = sample.api_calls()
    assert 0 < len(of_hoge.fetchall()) < len(every.fetchall())
    assert set(of_hoge.project("user_id").fetchall()) == {("hoge",)}
    assert sample.people(person="hoge").fetchall()[0][0] == "hoge"
    fleets = sample.streaming_sessions(fleet="lab-fleet").project("fleet_name")
    assert set(fleets.fetchall()) == {("lab-fleet",)}
    with pytest.raises(AnalysisError, match="has no event nothing"):
        sample.attribution("nothing")


def test_every_saved_question_is_a_method_with_its_parameters(sample: Answers) -> None:
    assert dir(sample.questions) == QUESTIONS
    denied = sample.questions.denied_calls
    named = set(re.findall(r"\$(\w+)", question_sql("denied_calls")))
    assert set(inspect.signature(denied).parameters) == named
    assert str(denied.__doc__).startswith("One row per API and caller")
    assert len(denied(limit=3).fetchall()) == 3
    assert denied(since="2026-09-14", until="2026-09-15").fetchall() != denied().fetchall()
    with pytest.raises(AttributeError, match="no question none_such"):
        _ = sample.questions.none_such


def test_a_lake_shows_itself_with_its_extent_and_nothing_of_it_is_html(
    sample: Answers, answers: Answers, tmp_path: Path
) -> None:
    assert re.search(r" events, .* to 2026-09-16 \d\d:\d\d UTC\n", repr(sample))
    assert "not attributed yet" in repr(answers)
    location = str(tmp_path / "<script>\x1b[2J")
    open_lake(location, create=True)
    html = open_answers(location)._repr_html_()
    assert "<script>" not in html
    assert r"&lt;script&gt;\x1b[2J" in html
    told = Explanation("e", "<b>who\x1b[2J</b>", ("<i>line</i>",), ())
    assert told._repr_html_().count("<") == 2  # those of our own <pre>
    assert r"\x1b[2J" in repr(told)
    assert "<td>denied_calls</td>" in sample.questions._repr_html_()

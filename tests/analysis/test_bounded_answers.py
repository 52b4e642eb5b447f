from pathlib import Path

import pytest

from analysis import AnalysisError, Answers, open_answers
from analysis.bounded_answers import bounded_answer, parameters_of, saved_questions
from analysis.lake_version import lake_version
from lake import open_lake
from lake.catalog import ensure_tables
from lake.derived_tables import ATTRIBUTIONS
from lake.publication import Publication, last_publication, publish

ENDLESS = "select count(*) from range(10000000000) as a, range(10000000000) as b"


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    folder = tmp_path_factory.mktemp("bounded") / "lake"
    open_lake(folder, create=True)
    return open_answers(str(folder))


def test_an_answer_ends_at_the_limit_and_says_that_there_is_more(answers: Answers) -> None:
    cut = bounded_answer(answers, "select * from range(5)", most_rows=3)
    assert (cut.table.num_rows, cut.is_cut) == (3, True)
    whole = bounded_answer(answers, "select * from range(3)", most_rows=3)
    assert (whole.table.num_rows, whole.is_cut) == (3, False)


def test_a_query_that_takes_too_long_is_stopped(answers: Answers) -> None:
    with pytest.raises(AnalysisError, match=r"longer than 0\.2 s"):
        bounded_answer(answers, ENDLESS, most_seconds=0.2)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("select nonsense from events", "nonsense"),
        ("drop view events", "only one query that reads"),
        ("select 1; select 2", "only one query that reads"),
        ("copy (select 1) to '/tmp/copy'", "only one query that reads"),
        ("select * from read_text('/etc/hostname')", "disabled by configuration"),
        ("set enable_external_access = true", "only one query that reads"),
    ],
)
def test_what_is_not_answered_says_why_in_one_line(
    answers: Answers, query: str, reason: str
) -> None:
    with pytest.raises(AnalysisError, match=reason) as refusal:
        bounded_answer(answers, query)
    assert "\n" not in str(refusal.value)


def test_parameters_are_values_never_sql(answers: Answers) -> None:
    text = "x' or 1 = 1 --"
    answer = bounded_answer(answers, "select $text as text", {"text": text})
    assert answer.table.to_pylist() == [{"text": text}]


def test_parameters_of_a_query_are_found_and_a_broken_one_has_none() -> None:
    assert parameters_of("select $b, $a") == ("a", "b")
    assert parameters_of("selec") == ()


def test_each_saved_question_says_what_a_row_is_and_can_be_asked(answers: Answers) -> None:
    for question in saved_questions():
        assert question.meaning.endswith("."), question.name
        nulls = dict.fromkeys(question.parameters)
        given = {"bucket": "day", "days": 7, "offset": 0, "limit": 1} | {
            name: 1 for name in question.parameters if name.startswith("most_")
        }
        values = {name: given.get(name, nulls[name]) for name in nulls}
        bounded_answer(answers, question.sql, values)


def test_a_lake_has_another_version_once_an_attribution_is_published(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake", create=True)
    ensure_tables(lake, (ATTRIBUTIONS,))
    before = lake_version(str(tmp_path / "lake"))
    assert lake_version(str(tmp_path / "lake")) == before
    publish(lake, Publication(), last_publication(lake))
    assert lake_version(str(tmp_path / "lake")) != before


def test_a_lake_that_is_not_there_has_no_version(tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match="nowhere"):
        lake_version(str(tmp_path / "nowhere"))

"""The example notebook, run as a script on the sample logs."""

import ast
import re
import runpy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import REPOSITORY

if TYPE_CHECKING:
    from marimo import App


def test_the_notebook_answers_its_questions(
    sample_lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLETRAIL_LAKE", str(sample_lake))
    app: App = runpy.run_path(str(REPOSITORY / "examples" / "questions.py"))["app"]
    _, answers = app.run()
    assert set(answers["listed_buckets"]["user_id"].dropna()) == {"hoge"}
    assert "hoge, certain" in answers["reason"].headline
    assert {"streaming_session", "chained_role", "sign_in"} <= set(answers["her_calls"]["way"])
    assert (answers["denied"]["denied_count"] > 0).all()
    assert len(answers["denied_apis"]) == 10
    assert len(answers["left_the_vpc"]) == 2
    holders = answers["holders"].loc["ASIA7AC4A3ZLQBMJK3U7", "candidate_user_ids"]
    assert {name for names in holders for name in names} == {"tomas.novak@example.com"}
    assert "oluwaseun.ade@example.com" in set(answers["behind_data_reader"]["user_id"])
    assert "AssumeRole" in set(answers["chain"]["assume_event_name"])


def test_no_frame_is_shown_by_marimos_own_table() -> None:
    """That one loads pictures from addresses in values, which whoever is logged can choose."""
    tree = ast.parse((REPOSITORY / "examples" / "questions.py").read_text())
    shown = [
        ast.unparse(statement.value)
        for cell in tree.body
        if isinstance(cell, ast.FunctionDef)
        for statement in cell.body
        if isinstance(statement, ast.Expr)
    ]
    mine = re.compile(r"mo\.(plain|md)\(|pd\.set_option\(|warnings\.|lake$|reason$")
    assert len(shown) > 10
    assert not [text for text in shown if not mine.match(text)]

"""What each page of the dashboard asks when it is opened: the page runs, what it asks is kept."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import duckdb
import streamlit as st
from streamlit import config
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from analysis import Answers
from analysis.answers import question_sql
from analysis.bounded_answers import saved_questions

APP = Path(__file__).parents[1] / "dashboard" / "app.py"
SLOWEST_PAGE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Page:
    """A page as its address opens it, under the name that the table gives it."""

    name: str
    address: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """One query that a page sent, by the name of its question, with its parameters."""

    question: str
    query: str
    parameters: Mapping[str, object]

    @property
    def key(self) -> str:
        """Return what is the same for the same query with the same parameters."""
        return repr((self.query, sorted(self.parameters.items())))


def questions_of(page: Page, lake: Path) -> list[Asked]:
    """Return what the page asks this lake on its first load, in order, each query once."""
    names = {question_sql(saved.name): saved.name for saved in saved_questions()}
    asked: list[Asked] = []
    send = Answers.sql

    def keep(
        answers: Answers,
        query: str,
        parameters: Mapping[str, object] | None = None,
        cursor: duckdb.DuckDBPyConnection | None = None,
    ) -> duckdb.DuckDBPyRelation:
        one = Asked(names.get(query, "a query of its own"), query, dict(parameters or {}))
        if one not in asked:
            asked.append(one)
        return send(answers, query, parameters, cursor)

    os.environ["ROLETRAIL_LAKE"] = str(lake)
    config.set_option("server.address", "localhost")  # as the command serves it by default
    st.cache_data.clear()
    with patch.object(Answers, "sql", keep):
        app = AppTest.from_file(str(APP), default_timeout=SLOWEST_PAGE_SECONDS)
        app._page_hash = calc_hash(page.address)  # noqa: SLF001 - AppTest itself knows no addresses
        for name, text in page.parameters.items():
            app.query_params[name] = text
        app.run()
    if app.exception or not asked:
        message = f"{page.name} did not open: {app.exception}"
        raise SystemExit(message)
    return asked

"""Asking analysis on behalf of a page: the lake is opened once for all, answers are kept a while.

A lake is opened as it is at that time, so it is opened again after a minute: new data shows up
without a restart, and pages of that minute agree with each other.
"""

import os
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import streamlit as st

from analysis import AnalysisError, Answers, Explanation, open_answers
from dashboard.filters import Extent

if TYPE_CHECKING:
    import pyarrow as pa

KEPT_FOR = timedelta(minutes=1)
ANSWERS_KEPT = 500

Row = dict[str, Any]


class LakeUnavailableError(Exception):
    """The lake can't be opened; the message says why and what to do next, in one line."""


@dataclass(frozen=True, slots=True)
class OpenLake:
    """A lake opened for reading, with an id of its own: answers of another opening don't count."""

    answers: Answers
    opening_id: str = field(default_factory=lambda: uuid.uuid4().hex)


def open_lake_for_reading() -> OpenLake:
    """Return the lake that ROLETRAIL_LAKE names. Raises LakeUnavailableError if it can't be had."""
    return _open(os.environ.get("ROLETRAIL_LAKE"))


@st.cache_resource(ttl=KEPT_FOR, show_spinner="Opening the lake …")
def _open(location: str | None) -> OpenLake:
    try:
        return OpenLake(open_answers(location))
    except Exception as error:  # whatever keeps a lake from opening is for the page to say
        raise LakeUnavailableError(str(error)) from error


def rows(question: str, /, **parameters: object) -> list[Row]:
    """Return the answer to a saved question, row by row. Raises AnalysisError if there is none."""
    answer: list[Row] = table(question, **parameters).to_pylist()
    return answer


def table(question: str, /, **parameters: object) -> "pa.Table":
    """Return the answer to a saved question as an Arrow table, for files. Raises as `rows`."""
    lake = open_lake_for_reading()
    return _answer(lake.opening_id, question, tuple(sorted(parameters.items())), lake)


def extent() -> Extent:
    """Return what the lake holds."""
    return Extent(**rows("lake_extent")[0])


def explanation(subject: str) -> Explanation | None:
    """Return the chain of evidence behind an event or streaming session; None if there is none."""
    lake = open_lake_for_reading()
    return _explanation(lake.opening_id, subject, lake)


# The id of the opening is part of the key under which an answer is kept; the lake itself is not.


@st.cache_data(ttl=KEPT_FOR, max_entries=ANSWERS_KEPT, show_spinner=False)
def _answer(
    opening_id: str,  # noqa: ARG001 - part of the key
    question: str,
    parameters: tuple[tuple[str, object], ...],
    _lake: OpenLake,
) -> "pa.Table":
    try:
        answer = _lake.answers.ask(question, **dict(parameters)).to_arrow_table()
    except duckdb.Error as error:
        # Files can go while a lake is open: it is opened again by whoever asks next.
        _open.clear()
        reason = str(error).partition("\n")[0]
        raise LakeUnavailableError(f"{reason}. Reload the page") from error
    return _whole_numbers(answer)


@st.cache_data(ttl=KEPT_FOR, max_entries=ANSWERS_KEPT, show_spinner=False)
def _explanation(
    opening_id: str,  # noqa: ARG001 - part of the key
    subject: str,
    _lake: OpenLake,
) -> Explanation | None:
    try:
        return _lake.answers.explain(subject)
    except AnalysisError:
        return None


def _whole_numbers(answer: "pa.Table") -> "pa.Table":
    """Return the table with DuckDB's sums, which are decimals of 38 digits, as integers."""
    import pyarrow as pa

    return answer.cast(
        pa.schema(
            column.with_type(pa.int64()) if pa.types.is_decimal(column.type) else column
            for column in answer.schema
        )
    )

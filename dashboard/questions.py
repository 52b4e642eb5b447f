"""Asking analysis on behalf of a page: the lake is opened once for all, answers are kept a while.

A lake is opened as it is at that time. Every few seconds it is looked whether it has changed, and
then it is opened again: new data shows up without a restart, and until then all pages agree.
"""

import os
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import streamlit as st

from analysis import AnalysisError, Answers, Explanation, open_answers
from analysis.bounded_answers import BoundedAnswer, bounded_answer
from analysis.lake_state import LakeState, lake_state
from analysis.lake_version import lake_version
from dashboard.filters import Extent

if TYPE_CHECKING:
    import pyarrow as pa

    from analysis.policies import LeastPrivilege

LOOKED_AT_EVERY = timedelta(seconds=5)
KEPT_FOR = timedelta(hours=1)
OPENINGS_KEPT = 2
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
    location = os.environ.get("ROLETRAIL_LAKE")
    return _open(location, version(location))


def version(location: str | None = None) -> str:
    """Return what changes when the lake does, at most some seconds old. Raises as above."""
    try:
        return _version(location or os.environ.get("ROLETRAIL_LAKE"))
    except Exception as error:  # whatever keeps a lake from opening is for the page to say
        raise LakeUnavailableError(str(error)) from error


@st.cache_data(ttl=LOOKED_AT_EVERY, show_spinner=False)
def _version(location: str | None) -> str:
    return lake_version(location)


@st.cache_resource(max_entries=OPENINGS_KEPT, show_spinner="Opening the lake …")
def _open(location: str | None, version: str) -> OpenLake:  # noqa: ARG001 - part of the key
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


def needed_policy(role_arn: str, /, **narrowed: object) -> "LeastPrivilege":
    """Return the policy that a role's calls needed. Raises AnalysisError if it made none.

    `narrowed` to since, until, account_id and region.
    """
    lake = open_lake_for_reading()
    return _needed_policy(lake.opening_id, role_arn, tuple(sorted(narrowed.items())), lake)


def free_answer(query: str, parameters: dict[str, object]) -> BoundedAnswer:
    """Return the answer to a query that somebody wrote. Raises AnalysisError if there is none."""
    return bounded_answer(open_lake_for_reading().answers, query, parameters)


def state() -> LakeState:
    """Return how far attribution has come, and how large the lake is."""
    lake = open_lake_for_reading()
    return _state(lake.opening_id, lake)


@st.cache_data(ttl=LOOKED_AT_EVERY, show_spinner=False)
def _state(
    opening_id: str,  # noqa: ARG001 - part of the key
    _lake: OpenLake,
) -> LakeState:
    return lake_state(_lake.answers)


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
        _version.clear()
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


@st.cache_data(ttl=KEPT_FOR, max_entries=ANSWERS_KEPT, show_spinner=False)
def _needed_policy(
    opening_id: str,  # noqa: ARG001 - part of the key
    role_arn: str,
    narrowed: tuple[tuple[str, Any], ...],
    _lake: OpenLake,
) -> "LeastPrivilege":
    return _lake.answers.policy(role_arn, **dict(narrowed))


def _whole_numbers(answer: "pa.Table") -> "pa.Table":
    """Return the table with DuckDB's sums, which are decimals of 38 digits, as integers."""
    import pyarrow as pa

    return answer.cast(
        pa.schema(
            column.with_type(pa.int64()) if pa.types.is_decimal(column.type) else column
            for column in answer.schema
        )
    )

"""Columns of tables: the same thing looks the same and is explained the same on every page."""

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import streamlit as st

from dashboard.clock import zone_hint
from dashboard.escaping import DASH, visible
from dashboard.palette import CONFIDENCE, RESULT, SEVERITY
from dashboard.wording import CONFIDENCE_HELP, RESULT_HELP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamlit.elements.lib.column_types import ColumnConfig

# What a column of times shows, and how wide that is in pixels.
SECONDS = ("YYYY-MM-DD HH:mm:ss", 165)
MINUTES = ("YYYY-MM-DD HH:mm", 135)
DAYS_OF_A_YEAR = ("MM-DD HH:mm", 110)


def time_column(
    label: str, explained: str | None = None, shows: tuple[str, int] = SECONDS
) -> "ColumnConfig":
    """Return a column of UTC times, to the second or as the constants above say."""
    pattern, width = shows
    return st.column_config.DatetimeColumn(
        f"{label} (UTC)",
        format=pattern,
        timezone="UTC",
        help=f"{explained} {zone_hint()}" if explained else zone_hint(),
        width=width,
    )


def count_column(label: str, explained: str | None = None, width: int = 85) -> "ColumnConfig":
    """Return a column of whole numbers."""
    return st.column_config.NumberColumn(label, format="localized", help=explained, width=width)


def text_column(
    label: str, explained: str | None = None, width: int | None = None
) -> "ColumnConfig":
    """Return a column of text."""
    return st.column_config.TextColumn(label, help=explained, width=width)


def confidence_column(width: int = 130) -> "ColumnConfig":
    """Return a column of confidences, as coloured words."""
    return st.column_config.MultiselectColumn(
        "Confidence",
        options=CONFIDENCE.domain,
        color=CONFIDENCE.range,
        help=CONFIDENCE_HELP,
        width=width,
    )


def result_column(width: int = 90) -> "ColumnConfig":
    """Return a column of results, as coloured words."""
    return st.column_config.MultiselectColumn(
        "Result", options=RESULT.domain, color=RESULT.range, help=RESULT_HELP, width=width
    )


def severity_column(width: int = 90) -> "ColumnConfig":
    """Return a column of severities, as coloured words."""
    return st.column_config.MultiselectColumn(
        "Severity",
        options=SEVERITY.domain,
        color=SEVERITY.range,
        help="How much it matters if it is what it looks like, from critical to info.",
        width=width,
    )


def shown(rows: "Sequence[Mapping[str, Any]]", **columns: "ColumnConfig") -> dict[str, Any]:
    """Return the arguments of `st.dataframe` for these columns of the rows, in this order.

    Text is cut and its hidden characters are made visible.
    """
    cells = {name: [_cell(row[name]) for row in rows] for name in columns}
    return {
        "data": pa.table(cells),
        "column_config": columns,
        "hide_index": True,
        "placeholder": DASH,
    }


def level_names(row: "Mapping[str, Any]") -> list[str]:
    """Return the confidences that the calls of a row have, from its counts of each."""
    return [name for name in ("certain", "strong", "weak") if row[f"{name}_count"]]


def one(word: str | None) -> list[str]:
    """Return a cell of a column of coloured words."""
    return [] if word is None else [word]


def _cell(content: object) -> object:
    return visible(content) if isinstance(content, str) else content

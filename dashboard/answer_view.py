"""The answer to a query that somebody wrote: as a table, as a chart, and as a file."""

from typing import TYPE_CHECKING

import pyarrow as pa
import streamlit as st

from dashboard.answer_chart import answer_chart, axes_of
from dashboard.chosen_row import height_of
from dashboard.download_buttons import show_downloads
from dashboard.escaping import TABLE_CELL, visible
from dashboard.wording import count_of

if TYPE_CHECKING:
    from analysis.bounded_answers import BoundedAnswer

MOST_SHOWN = 2_000
MOST_CHARTED = 1_000


def show_answer(answer: "BoundedAnswer") -> None:
    """Show an answer."""
    table = answer.table
    cut = ", the first ones of more" if answer.is_cut else ""
    st.caption(
        f"{count_of(table.num_rows, 'row')}{cut}  ·  {count_of(table.num_columns, 'column')}"
    )
    if not table.num_rows:
        st.info("The query is right, and nothing matches it.", icon=":material/search_off:")
        return
    as_table, as_chart = st.tabs(["Table", "Chart"])
    with as_table:
        if table.num_rows > MOST_SHOWN:
            st.caption(f"The table shows {MOST_SHOWN:,} of them, the files have all.")
        st.dataframe(
            readable(table.slice(0, MOST_SHOWN)),
            height=height_of(table.num_rows, most=15),
            hide_index=True,
            column_config={name: visible(name, 80) for name in table.column_names},
            alt="Answer to the query",
        )
    with as_chart:
        _show_chart(table)
    show_downloads("answer", lambda: table)


def readable(table: pa.Table) -> pa.Table:
    """Return the table with hidden characters visible, and all but plain values as text."""
    return pa.table(
        [_readable(column) for column in table.columns],
        names=[f"{name}" for name in table.column_names],
    )


def _readable(column: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    kind = column.type
    if pa.types.is_decimal(kind):
        return column.cast(pa.float64())
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind):
        return column
    if pa.types.is_timestamp(kind):
        return column
    return pa.array(
        [
            None if value is None else visible(str(value), TABLE_CELL)
            for value in column.to_pylist()
        ],
        pa.string(),
    )


def _show_chart(table: pa.Table) -> None:
    along, measures = axes_of(table)
    if not measures or not along:
        st.caption("A chart needs a column of numbers, and another one to put them along.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        x = st.selectbox("Along", along, width=240, format_func=visible)
        y = st.selectbox("Numbers", measures, width=240, format_func=visible)
    if table.num_rows > MOST_CHARTED:
        st.caption(f"The first {MOST_CHARTED:,} rows.")
    chart = answer_chart(readable(table.slice(0, MOST_CHARTED)), x, y)
    st.altair_chart(chart, width="stretch", alt="The answer as a chart")

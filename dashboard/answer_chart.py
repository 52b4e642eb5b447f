"""A plain chart of any answer: numbers along times, or along names."""

from datetime import datetime

import altair as alt
import pyarrow as pa

from dashboard.escaping import visible
from dashboard.palette import BLUE

MOST_BARS = 40
BAR = 24  # pixels
FRAME = 60


def axes_of(table: pa.Table) -> tuple[list[str], list[str]]:
    """Return the columns that a chart can go along, and those with numbers to show."""
    measures = [
        name
        for name, kind in zip(table.column_names, table.schema.types, strict=True)
        if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    ]
    return [name for name in table.column_names if name not in measures], measures


def answer_chart(table: pa.Table, along: str, measure: str) -> alt.Chart:
    """Return bars of the measure's sums: over time if `along` has times, else the largest ones."""
    sums: dict[object, float] = {}
    for place, number in zip(table[along].to_pylist(), table[measure].to_pylist(), strict=True):
        sums[place] = sums.get(place, 0) + (number or 0)
    title = visible(measure, 60)
    if pa.types.is_timestamp(table[along].type):
        return _over_time(sums, title)
    most = sorted(sums.items(), key=lambda pair: pair[1], reverse=True)[:MOST_BARS]
    rows = [{"place": visible(f"{place}", 60), "number": number} for place, number in most]
    bars: alt.Chart = (
        alt.Chart(pa.Table.from_pylist(rows))
        .mark_bar(color=BLUE)
        .encode(
            x=alt.X("number:Q", title=title),
            y=alt.Y("place:N", sort=None, title=None, axis=alt.Axis(labelLimit=260)),
            tooltip=[alt.Tooltip("place:N", title="of"), alt.Tooltip("number:Q", format=",")],
        )
        .properties(height=FRAME + BAR * len(rows))
    )
    return bars


def _over_time(sums: dict[object, float], title: str) -> alt.Chart:
    rows = [
        {"at": time, "when": f"{time:%Y-%m-%d %H:%M:%S}", "number": number}
        for time, number in sums.items()
        if isinstance(time, datetime)
    ]
    bars: alt.Chart = (
        alt.Chart(pa.Table.from_pylist(rows))
        .mark_bar(color=BLUE)
        .encode(
            x=alt.X("at:T", scale=alt.Scale(type="utc"), title=None),
            y=alt.Y("number:Q", title=title),
            tooltip=[alt.Tooltip("when:N", title="UTC"), alt.Tooltip("number:Q", format=",")],
        )
        .properties(height=320)
    )
    return bars

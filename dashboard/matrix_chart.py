"""The matrix of streaming sessions and APIs, as an Altair declaration."""

from typing import Any

import altair as alt
import pyarrow as pa

from dashboard.palette import BLUE, DARK_INK, LIGHT_INK, VERMILLION

Drawing = alt.LayerChart | alt.FacetChart
Rows = list[dict[str, Any]]

LIGHTEST = "#D6E9F5"
CELL = 26  # pixels
FRAME = 170
LABEL_WIDTH = 270


def matrix_chart(rows: Rows) -> Drawing:
    """Return a cell per streaming session and API with calls, darker for more of them.

    `rows` has streaming_session_id, streaming_session (its label), started_at, fleet, api,
    event_count, denied_count, text (the cell's) and calls (in words). The selection `cell` has
    the id of the chosen one.
    """
    most = max(row["event_count"] for row in rows)
    base = alt.Chart(pa.Table.from_pylist(rows)).encode(
        x=alt.X(
            "api:N",
            sort=alt.EncodingSortField("event_count", op="sum", order="descending"),
            title=None,
            axis=alt.Axis(
                labelAngle=-40,
                labelLimit=190,
                labelOverlap=False,
                ticks=False,
                domain=False,
                orient="top",
            ),
        ),
        y=alt.Y(
            "streaming_session:N",
            sort=alt.EncodingSortField("started_at", op="max", order="descending"),
            title=None,
            axis=alt.Axis(
                labelLimit=LABEL_WIDTH,
                labelOverlap=False,
                labelFlush=False,
                labelBound=False,
                ticks=False,
                domain=False,
            ),
        ),
        tooltip=[
            alt.Tooltip("streaming_session:N", title="who, from (UTC)"),
            alt.Tooltip("fleet:N", title="fleet"),
            alt.Tooltip("api:N", title="API"),
            alt.Tooltip("calls:N", title="calls"),
        ],
    )
    cells = base.mark_rect(cornerRadius=2, strokeWidth=2).encode(
        color=alt.Color(
            "event_count:Q",
            scale=alt.Scale(type="log", domain=[1, max(most, 2)], range=[LIGHTEST, BLUE]),
            legend=None,
        ),
        stroke=alt.condition(
            alt.datum.denied_count > 0, alt.value(VERMILLION), alt.value("transparent")
        ),
    )
    numbers = base.mark_text(fontSize=11).encode(
        text="text:N",
        color=alt.condition(
            alt.datum.event_count * alt.datum.event_count > most,
            alt.value(LIGHT_INK),
            alt.value(DARK_INK),
        ),
    )
    chosen = alt.selection_point(name="cell", fields=["streaming_session_id"])
    height = FRAME + len({row["streaming_session_id"] for row in rows}) * CELL
    return alt.layer(cells.add_params(chosen), numbers).properties(height=height)

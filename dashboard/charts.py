"""The charts, as Altair declarations. Text in them is data to the drawing, never code or HTML.

Every axis of time is UTC. Colours come from palette.py; legends and labels say the same in words.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import altair as alt
import pyarrow as pa

from dashboard.palette import (
    CONFIDENCE,
    DARK_INK,
    LIGHT_INK,
    NETWORK,
    RESULT,
    RESULT_SHAPES,
    WORKLOAD,
    Scale,
)

Rows = list[dict[str, Any]]
Drawing = alt.Chart | alt.LayerChart | alt.FacetChart

TIME_UNITS: dict[str, Literal["utcyearmonthdatehours", "utcyearmonthdate", "utcyearmonth"]] = {
    "hour": "utcyearmonthdatehours",
    "day": "utcyearmonthdate",
    "month": "utcyearmonth",
}
LABELLED_SHARE = 0.07
FRAME = 90  # pixels that the legend and the axis of time take of a chart's height
LABEL_WIDTH = 260
LEGEND_COLUMNS = 4


def activity_chart(rows: Rows, since: datetime, until: datetime, bucket: str, by: str) -> Drawing:
    """Return stacked bars of calls over time.

    `rows` has bucket_at, event_count and the column `by`: "workload" (a family) or "result".
    """
    scale = WORKLOAD if by == "workload" else RESULT
    return _stacked(rows, (since, until), bucket, (by, scale))


def ways_chart(rows: Rows, since: datetime, until: datetime, bucket: str) -> Drawing:
    """Return stacked bars of calls over time by `network`: the way that they took."""
    return _stacked(rows, (since, until), bucket, ("network", NETWORK))


def _stacked(
    rows: Rows, span: tuple[datetime, datetime], bucket: str, colouring: tuple[str, Scale]
) -> Drawing:
    by, scale = colouring
    ends = alt.Scale(domain=[_utc(time) for time in span])
    bars: Drawing = (
        alt.Chart(pa.Table.from_pylist(rows))
        .mark_bar()
        .encode(
            x=alt.X("bucket_at:T", timeUnit=TIME_UNITS[bucket], scale=ends, title=None),
            y=alt.Y("sum(event_count):Q", title="calls", axis=alt.Axis(tickMinStep=1)),
            color=_colour(by, scale, rows, columns=3),
            order=alt.Order("position:Q"),
            tooltip=[
                alt.Tooltip("when:N", title=f"{bucket} from, UTC"),
                alt.Tooltip("when_there:N", title="in your zone"),
                alt.Tooltip(f"{by}:N", title=by),
                alt.Tooltip("sum(event_count):Q", title="calls", format=","),
            ],
        )
        .properties(height=300)
    )
    return bars


def coverage_chart(rows: Rows) -> Drawing:
    """Return one bar per fleet, whole length 100 %: how sure the attribution of its calls is.

    `rows` has fleet, confidence, event_count, share (of the fleet's calls), start and end of the
    part (0 to 1) and fleet_count, the fleet's calls.
    """
    fleets = alt.Y(
        "fleet:N",
        sort=alt.EncodingSortField("fleet_count", op="max", order="descending"),
        title=None,
        axis=alt.Axis(labelLimit=LABEL_WIDTH, ticks=False, domain=False),
    )
    part = alt.Chart(pa.Table.from_pylist(rows)).encode(y=fleets)
    bars = part.mark_bar(size=20).encode(
        x=alt.X("start:Q", axis=alt.Axis(format="%", title=None)),
        x2="end:Q",
        color=_colour("confidence", CONFIDENCE, rows),
        tooltip=[
            alt.Tooltip("fleet:N", title="fleet"),
            alt.Tooltip("confidence:N", title="confidence"),
            alt.Tooltip("event_count:Q", title="calls", format=","),
            alt.Tooltip("share:Q", title="share", format=".1%"),
        ],
    )
    shares = (
        part.transform_filter(alt.datum.share >= LABELLED_SHARE)
        .transform_calculate(middle="(datum.start + datum.end) / 2")
        .mark_text(fontSize=12)
        .encode(
            x="middle:Q",
            text=alt.Text("share:Q", format=".0%"),
            color=alt.condition(
                alt.datum.confidence == "certain", alt.value(LIGHT_INK), alt.value(DARK_INK)
            ),
        )
    )
    return alt.layer(bars, shares).properties(
        height=FRAME + len({row["fleet"] for row in rows}) * 36
    )


def timeline_chart(
    rows: Rows, stays: Rows, unit: str = "minute", detail: str = "confidence"
) -> Drawing:
    """Return calls over time: a row per API or service, a mark per stretch of time and result.

    `rows` has at, when and when_there (as text), api, result, detail, event_count, position (what
    is drawn above what) and first_at (of its API). `stays` are the grey fields behind them, from
    and until: streaming sessions.
    """
    times = [row["at"] for row in rows] + [stay[end] for stay in stays for end in ("from", "until")]
    clock = "%H:%M" if max(times) - min(times) < timedelta(hours=20) else "%b %d, %H:%M"
    field = (
        alt.Chart(pa.Table.from_pylist(stays))
        .mark_rect(opacity=0.14, color="#888888")
        .encode(x=alt.X("from:T", scale=alt.Scale(type="utc"), title=None), x2="until:T")
    )
    marks = (
        alt.Chart(pa.Table.from_pylist(rows))
        .mark_point(filled=True)
        .encode(
            x=alt.X(
                "at:T",
                scale=alt.Scale(type="utc"),
                title=None,
                axis=alt.Axis(format=clock, grid=True, labelOverlap=True),
            ),
            y=alt.Y(
                "api:N",
                sort=alt.EncodingSortField("first_at", op="min", order="ascending"),
                title=None,
                axis=alt.Axis(labelLimit=LABEL_WIDTH, grid=True, ticks=False),
            ),
            color=_colour("result", RESULT, rows),
            shape=alt.Shape(
                "result:N",
                scale=alt.Scale(domain=RESULT_SHAPES.domain, range=RESULT_SHAPES.range),
                legend=_legend("result", RESULT, rows),
            ),
            size=alt.Size(
                "event_count:Q",
                scale=alt.Scale(type="sqrt", domainMin=1, range=[60, 320]),
                legend=None,
            ),
            order=alt.Order("position:Q"),
            # What failed stands out from the dots that it lies on.
            opacity=alt.condition(alt.datum.result == "ok", alt.value(0.7), alt.value(1)),
            stroke=alt.condition(
                alt.datum.result == "ok", alt.value("transparent"), alt.value(LIGHT_INK)
            ),
            strokeWidth=alt.value(1),
            tooltip=[
                alt.Tooltip("when:N", title=f"{unit}, UTC"),
                alt.Tooltip("when_there:N", title="in your zone"),
                alt.Tooltip("api:N", title="what"),
                alt.Tooltip("result:N", title="result"),
                alt.Tooltip("detail:N", title=detail),
                alt.Tooltip("event_count:Q", title="calls", format=","),
            ],
        )
    )
    layers = [field, marks] if stays else [marks]
    return alt.layer(*layers).properties(height=FRAME + len({row["api"] for row in rows}) * 28)


def _colour(column: str, scale: Scale, rows: Rows, columns: int = LEGEND_COLUMNS) -> alt.Color:
    return alt.Color(
        f"{column}:N",
        scale=alt.Scale(domain=scale.domain, range=scale.range),
        legend=_legend(column, scale, rows, columns),
    )


def _legend(column: str, scale: Scale, rows: Rows, columns: int = LEGEND_COLUMNS) -> alt.Legend:
    """Return a legend of the values that occur, in the order of the scale."""
    seen = {row[column] for row in rows}
    return alt.Legend(
        title=None,
        orient="top",
        columns=columns,
        labelLimit=LABEL_WIDTH,
        values=[name for name in scale.domain if name in seen],
    )


def _utc(time: datetime) -> alt.DateTime:
    """Return a time for a scale; without its own word for UTC it would be the browser's zone."""
    time = time.astimezone(UTC)
    return alt.DateTime(
        year=time.year,
        month=time.month,
        date=time.day,
        hours=time.hour,
        minutes=time.minute,
        utc=True,
    )

"""Charts of a report as plain numbers for its SVG templates: bars over time, and bars by name.

Nothing is said by colour alone: each value of a scale has a pattern of its own, the legend has the
words, and the numbers stand in a table beneath.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from analysis.reports import Period
from dashboard.palette import Scale
from roletrail.status_tables import share_text

WIDTH = 960
PLOT_TOP, PLOT_HEIGHT = 12, 180
LEFT, RIGHT = 64, 8
LABEL_WIDTH, TOTAL_WIDTH = 240, 90
ROW_HEIGHT, BAR_HEIGHT = 30, 20
TICKS = 4
MOST_LABELS = 14
LABEL_CHARACTERS = 28
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

# Steps between an axis's marks, times a power of ten.
NICE = (1, 2, 2.5, 5, 10)

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of a chart; `pattern` is the place of its value in the scale."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    pattern: int
    words: str


@dataclass(frozen=True, slots=True)
class Label:
    """Words, or a mark of an axis, at a place."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A value of the scale that occurs, with its number and its share of the chart."""

    word: str
    colour: str
    pattern: int
    count: int
    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart in SVG's units: `across` are the labels along x, `up` those along y.

    `shown` are the counts by value of the scale, for each stretch of time or name.
    """

    form: str
    title: str
    height: int
    bars: Sequence[Bar]
    across: Sequence[Label] = ()
    up: Sequence[Label]
    totals: Sequence[Label] = ()
    shown: Sequence[tuple[str, Counts]]
    scale: Scale

    @property
    def legend(self) -> list[LegendEntry]:
        """The values that occur, in the order of the scale."""
        sums = {
            value: sum(one.get(value, 0) for _, one in self.shown) for value in self.scale.domain
        }
        total = sum(sums.values())
        return [
            LegendEntry(
                value,
                self.scale.colours[value],
                pattern,
                sums[value],
                share_text(sums[value], total),
            )
            for pattern, value in enumerate(self.scale.domain)
            if sums[value]
        ]

    @property
    def words(self) -> str:
        """What it shows in all, as a sentence."""
        parts = ", ".join(f"{one.count:,} {one.word} ({one.share})" for one in self.legend)
        return f"{self.title}. In all: {parts}."

    @property
    def numbers(self) -> list[list[object]]:
        """What it shows as rows: the name, then the count of each value in the legend."""
        words = [entry.word for entry in self.legend]
        return [[name, *(one.get(word, 0) for word in words)] for name, one in self.shown]


def bars_over_time(
    title: str, counts: Mapping[datetime, Counts], scale: Scale, period: Period
) -> Chart:
    """Return stacked bars, one for each bucket of the period; a bucket without calls has none."""
    buckets = list(_buckets(period))
    highest = max((sum(one.values()) for one in counts.values()), default=0)
    top, step = _nice(highest)
    slot = (WIDTH - LEFT - RIGHT) / len(buckets)
    bars: list[Bar] = []
    for place, bucket in enumerate(buckets):
        base = float(PLOT_TOP + PLOT_HEIGHT)
        for pattern, (value, count) in enumerate(_in_order(counts.get(bucket, {}), scale)):
            if not count:
                continue
            height = PLOT_HEIGHT * count / top
            base -= height
            words = f"{_bucket_words(bucket, period)}: {count:,} {value}"
            x = LEFT + place * slot + slot * 0.1
            bars.append(_bar((x, base, slot * 0.8, height), scale, pattern, words))
    every = -(-len(buckets) // MOST_LABELS)
    across = [
        Label(round(LEFT + (place + 0.5) * slot, 2), _bucket_words(bucket, period))
        for place, bucket in enumerate(buckets)
        if place % every == 0
    ]
    up = [
        Label(round(PLOT_TOP + PLOT_HEIGHT * (1 - mark * step / top), 2), f"{mark * step:,}")
        for mark in range(top // step + 1)
    ]
    return Chart(
        form="time",
        title=title,
        height=PLOT_TOP + PLOT_HEIGHT + 26,
        bars=bars,
        across=across,
        up=up,
        shown=[(_bucket_words(one, period), counts[one]) for one in buckets if one in counts],
        scale=scale,
    )


def bars_by_name(
    title: str, counts: Sequence[tuple[str, Counts]], scale: Scale, *, is_share: bool = False
) -> Chart:
    """Return a bar for each name, its parts by value; with `is_share` each is the whole width."""
    plot = WIDTH - LABEL_WIDTH - TOTAL_WIDTH
    longest = max((sum(one.values()) for _, one in counts), default=1) or 1
    bars: list[Bar] = []
    up: list[Label] = []
    totals: list[Label] = []
    for place, (name, one) in enumerate(counts):
        total = sum(one.values())
        top, x = place * ROW_HEIGHT + 6, float(LABEL_WIDTH)
        for pattern, (value, count) in enumerate(_in_order(one, scale)):
            if not count:
                continue
            width = plot * count / (total if is_share else longest)
            words = f"{name}: {count:,} {value} ({count / total:.1%})"
            bars.append(_bar((x, top, width, BAR_HEIGHT), scale, pattern, words))
            x += width
        middle = top + BAR_HEIGHT / 2
        up.append(Label(middle, _short(name)))
        totals.append(Label(middle, f"{total:,}"))
    return Chart(
        form="name",
        title=title,
        height=len(counts) * ROW_HEIGHT + 6,
        bars=bars,
        up=up,
        totals=totals,
        shown=counts,
        scale=scale,
    )


def _bar(place: Iterable[float], scale: Scale, pattern: int, words: str) -> Bar:
    """Return a rectangle at x and y, of this width and height."""
    x, y, width, height = (round(number, 2) for number in place)
    return Bar(x, y, width, height, scale.range[pattern], pattern, words)


def _in_order(counts: Counts, scale: Scale) -> Iterator[tuple[str, int]]:
    return ((value, counts.get(value, 0)) for value in scale.domain)


def _buckets(period: Period) -> Iterator[datetime]:
    bucket = period.since
    match period.bucket:
        case "day":
            bucket = bucket.replace(hour=0)
        case "month":
            bucket = bucket.replace(day=1, hour=0)
    while bucket < period.until:
        yield bucket
        match period.bucket:
            case "hour":
                bucket += HOUR
            case "day":
                bucket += DAY
            case _:
                bucket = (bucket + 31 * DAY).replace(day=1)


def _bucket_words(bucket: datetime, period: Period) -> str:
    match period.bucket:
        case "hour":
            is_one_day = period.until - period.since <= DAY
            return f"{bucket:%H:%M}" if is_one_day else f"{bucket.day} {bucket:%b %H:%M}"
        case "day":
            return f"{bucket:%a} {bucket.day} {bucket:%b}"
        case _:
            return f"{bucket:%b %Y}"


def _nice(highest: int) -> tuple[int, int]:
    """Return where the axis ends and the step between its marks, both round numbers."""
    if highest <= TICKS:
        return max(highest, 1), 1
    rough = highest / TICKS
    power = 10 ** (len(str(int(rough))) - 1)
    step = next(
        int(nice * power) for nice in NICE if nice * power >= rough and nice * power % 1 == 0
    )
    return -(-highest // step) * step, step


def _short(name: str) -> str:
    return name if len(name) <= LABEL_CHARACTERS else f"{name[: LABEL_CHARACTERS - 1]}…"

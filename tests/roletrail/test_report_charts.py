from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.reports import Length, containing
from dashboard.palette import RESULT
from roletrail.report_charts import PLOT_HEIGHT, WIDTH, bars_by_name, bars_over_time

COUNTS = st.dictionaries(st.sampled_from(RESULT.domain), st.integers(0, 10**9), min_size=1)


@settings(max_examples=20)
@given(COUNTS, st.sampled_from(Length))
def test_bars_over_time_stand_on_each_other_below_the_top_of_the_axis(
    counts: dict[str, int], length: Length
) -> None:
    period = containing(length, date(2026, 9, 16))
    chart = bars_over_time("calls", {period.since: counts}, RESULT, period)
    total = sum(counts.values())
    assert len(chart.bars) == len([count for count in counts.values() if count])
    marks = [int(label.words.replace(",", "")) for label in chart.up]
    assert marks[0] == 0
    assert marks[-1] >= total
    assert 2 <= len(marks) <= 6
    assert len({after - before for before, after in pairwise(marks)}) == 1
    height = sum(bar.height for bar in chart.bars)
    assert height == pytest.approx(PLOT_HEIGHT * total / marks[-1], abs=0.05)
    assert sum(entry.count for entry in chart.legend) == total


@settings(max_examples=20)
@given(st.lists(st.tuples(st.text(), COUNTS), max_size=5))
def test_bars_by_name_stay_inside_the_drawing(counts: list[tuple[str, dict[str, int]]]) -> None:
    for is_share in (False, True):
        chart = bars_by_name("calls", counts, RESULT, is_share=is_share)
        assert all(0 <= bar.x <= bar.x + bar.width <= WIDTH for bar in chart.bars)
        assert [row[0] for row in chart.numbers] == [name for name, _ in counts]


def test_a_value_has_its_own_pattern_beside_its_colour() -> None:
    chart = bars_by_name("calls", [("one", dict.fromkeys(RESULT.domain, 1))], RESULT)
    assert [bar.pattern for bar in chart.bars] == [0, 1, 2]
    assert [(entry.word, entry.pattern) for entry in chart.legend] == [
        ("ok", 0),
        ("denied", 1),
        ("error", 2),
    ]

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roletrail.durations import duration_of, duration_text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("15m", 900), ("2h", 7200), ("3d", 259_200), ("1h30m", 5400), ("0s", 0)],
)
def test_a_duration_is_a_number_and_a_unit_or_several(text: str, seconds: int) -> None:
    assert duration_of(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "2", "h", "2 h", "-2h", "2H", "30m1h", "1.5h", "٣h", "2h\n", "9" * 9 + "d"]
)
def test_anything_else_is_refused_with_a_way_to_write_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no duration\. Write 90s, 15m, 2h"):
        duration_of(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.9, "0s"),
        (59, "59s"),
        (60, "1m"),
        (3599.9, "59m59s"),
        (3600, "1h"),
        (3660, "1h1m"),
        (3601, "1h"),
        (90_000, "1d1h"),
        (-120, "-2m"),
    ],
)
def test_a_duration_is_read_in_its_two_largest_units(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


@given(st.integers(min_value=0, max_value=10**8))
def test_what_is_shown_can_be_typed_in_and_leaves_out_little(seconds: int) -> None:
    shown = duration_of(duration_text(seconds)).total_seconds()
    assert 0 <= seconds - shown <= seconds / 24

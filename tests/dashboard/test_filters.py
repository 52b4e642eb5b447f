from datetime import UTC, datetime, timedelta

import pytest

from dashboard.filters import CUSTOM, Extent, Filter, parsed_time, time_range

OLDEST = datetime(2026, 1, 1, 6, 30, tzinfo=UTC)
NEWEST = datetime(2026, 1, 31, 22, 41, 17, tzinfo=UTC)
EXTENT = Extent(10, 10, OLDEST, NEWEST, NEWEST)
FIRST_HOUR = datetime(2026, 1, 1, 6, tzinfo=UTC)
JUST_AFTER = datetime(2026, 1, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("preset", "since"),
    [
        ("24 hours", datetime(2026, 1, 30, 23, tzinfo=UTC)),
        ("7 days", datetime(2026, 1, 24, 23, tzinfo=UTC)),
        ("All time", FIRST_HOUR),
    ],
)
def test_a_range_counts_back_from_the_newest_and_still_holds_it(
    preset: str, since: datetime
) -> None:
    assert time_range(preset, "", "", EXTENT) == (since, JUST_AFTER)


@pytest.mark.parametrize(
    ("start", "end", "bounds"),
    [
        ("2026-01-02T03:00", "2026-01-02T04:00", (
            datetime(2026, 1, 2, 3, tzinfo=UTC), datetime(2026, 1, 2, 4, tzinfo=UTC))),
        ("2026-01-02T03:04", "2026-01-02T04:00:01", (
            datetime(2026, 1, 2, 3, tzinfo=UTC), datetime(2026, 1, 2, 5, tzinfo=UTC))),
        ("2026-01-02T03:10", "9999-12-31T23:30", (
            datetime(2026, 1, 2, 3, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC))),
        ("", "2026-01-02T04:00", (FIRST_HOUR, datetime(2026, 1, 2, 4, tzinfo=UTC))),
        ("yesterday", "", (FIRST_HOUR, JUST_AFTER)),
        ("2026-01-03T00:00", "2026-01-02T00:00", None),
        ("2026-01-03T00:00", "2026-01-03T00:00", None),
    ],
)  # fmt: skip
def test_a_custom_range_is_the_full_hours_around_what_the_address_says_or_none(
    start: str, end: str, bounds: tuple[datetime, datetime] | None
) -> None:
    assert time_range(CUSTOM, start, end, EXTENT) == bounds


def test_a_lake_with_nothing_in_it_has_a_range_too() -> None:
    bounds = time_range("7 days", "", "", Extent(0, 0, None, None, None))
    assert bounds is not None
    assert bounds[0] < bounds[1]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-01-02T03:04", datetime(2026, 1, 2, 3, 4, tzinfo=UTC)),
        ("2026-01-02T03:04+02:00", datetime(2026, 1, 2, 1, 4, tzinfo=UTC)),
        ("2026-01-02", datetime(2026, 1, 2, tzinfo=UTC)),
        ("<script>", None),
        ("", None),
    ],
)
def test_a_time_without_an_offset_is_utc(text: str, time: datetime | None) -> None:
    assert parsed_time(text) == time


@pytest.mark.parametrize(
    ("days", "bucket"), [(1, "hour"), (8, "hour"), (9, "day"), (200, "day"), (201, "month")]
)
def test_a_chart_has_no_more_bars_than_it_can_draw(days: int, bucket: str) -> None:
    assert Filter(OLDEST, OLDEST + timedelta(days=days)).bucket() == bucket

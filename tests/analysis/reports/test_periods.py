from datetime import UTC, date, datetime

import pytest

from analysis import AnalysisError
from analysis.reports import Length, between, containing, last_whole


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("length", "day", "since", "until", "label"),
    [
        (Length.DAY, "2026-02-28", "2026-02-28", "2026-03-01", "2026-02-28"),
        (Length.WEEK, "2026-09-14", "2026-09-14", "2026-09-21", "2026-W38"),
        (Length.WEEK, "2026-09-20", "2026-09-14", "2026-09-21", "2026-W38"),
        (Length.WEEK, "2027-01-02", "2026-12-28", "2027-01-04", "2026-W53"),
        (Length.MONTH, "2026-12-31", "2026-12-01", "2027-01-01", "2026-12"),
        (Length.MONTH, "2028-02-29", "2028-02-01", "2028-03-01", "2028-02"),
    ],
)
def test_a_day_lies_in_one_period_of_each_length(
    length: Length, day: str, since: str, until: str, label: str
) -> None:
    period = containing(length, date.fromisoformat(day))
    assert (period.since, period.until, period.label) == (at(since), at(until), label)


@pytest.mark.parametrize(
    ("length", "now", "label"),
    [
        (Length.DAY, "2026-03-01T00:00", "2026-02-28"),
        (Length.WEEK, "2026-09-20T23:59", "2026-W37"),
        (Length.WEEK, "2026-09-21T00:00", "2026-W38"),
        (Length.MONTH, "2026-01-31T12:00", "2025-12"),
    ],
)
def test_the_last_whole_period_is_over(length: Length, now: str, label: str) -> None:
    assert last_whole(length, at(now)).label == label


def test_any_other_period_is_widened_to_whole_hours() -> None:
    period = between(at("2026-09-14T10:30"), at("2026-09-14T12:00:00.000001"))
    assert (period.since, period.until) == (at("2026-09-14T10:00"), at("2026-09-14T13:00"))
    assert period.label == "2026-09-14T10Z-2026-09-14T13Z"
    assert between(period.since, period.until) == period


@pytest.mark.parametrize("year", [1, 1989, 2200, 9999])
def test_a_year_that_no_log_is_of_is_refused(year: int) -> None:
    with pytest.raises(AnalysisError, match=f"{year} is no year of logs"):
        containing(Length.WEEK, date(year, 12, 31))
    with pytest.raises(AnalysisError, match=f"{year} is no year of logs"):
        between(datetime(year, 1, 1, tzinfo=UTC), at("2026-01-01"))

import re
import tomllib
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest

from dashboard.palette import (
    CONFIDENCE,
    NETWORK,
    NOT_ATTRIBUTABLE,
    RESULT,
    RESULT_SHAPES,
    SEVERITY,
    WORKLOAD,
    Scale,
)
from dashboard.wording import (
    CONFIDENCE_MEANING,
    WORKLOAD_KINDS,
    api_label,
    count_of,
    duration,
    listed,
    stretch,
    workload_family,
    workload_label,
)


def kinds_of_workload() -> set[str]:
    rules = tomllib.loads(files("analysis").joinpath("workloads.toml").read_text())["rule"]
    view = files("analysis").joinpath("sql", "attributed_events.sql").read_text()
    from_identities = re.findall(r"when '\w+' then '(\w+)'", view)
    return {rule["kind"] for rule in rules} | set(from_identities) | {"unknown"}


def test_each_kind_of_workload_has_a_name_and_a_colour() -> None:
    assert kinds_of_workload() <= set(WORKLOAD_KINDS)
    assert {family for family, _ in WORKLOAD_KINDS.values()} == set(WORKLOAD.domain)


def test_a_kind_that_is_new_is_shown_all_the_same() -> None:
    assert workload_family("quantum_job") == workload_family(None) == "AWS and others"
    assert workload_label("quantum_job") == "quantum job"


def test_each_confidence_has_a_meaning_and_a_colour() -> None:
    assert list(CONFIDENCE_MEANING) == CONFIDENCE.domain
    assert CONFIDENCE.domain == ["certain", "strong", "weak", NOT_ATTRIBUTABLE]


@pytest.mark.parametrize("scale", [CONFIDENCE, NETWORK, RESULT, RESULT_SHAPES, SEVERITY, WORKLOAD])
def test_no_two_values_of_a_scale_look_the_same(scale: Scale) -> None:
    assert len(set(scale.range)) == len(scale.domain)


def test_results_differ_in_shape_as_well_as_in_colour() -> None:
    assert RESULT_SHAPES.domain == RESULT.domain == ["ok", "denied", "error"]


def test_an_api_is_written_as_policies_write_actions() -> None:
    assert api_label("s3.amazonaws.com", "ListBuckets") == "s3:ListBuckets"


@pytest.mark.parametrize(
    ("names", "line"),
    [
        (["sts", "s3", None], "s3, sts"),
        (["e", "d", "c", "b", "a"], "a, b, c, d + 1"),
        ([], None),
        (None, None),
    ],
)
def test_names_are_listed_in_order_and_the_rest_is_counted(
    names: list[str | None] | None, line: str | None
) -> None:
    assert listed(names) == line


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(minutes=12, seconds=59), "12 min"),
        (timedelta(hours=4, minutes=5), "4 h 5 min"),
        (timedelta(days=2, hours=3, minutes=9), "2 d 3 h"),
        (timedelta(seconds=-1), "0 min"),
    ],
)
def test_a_length_of_time_is_said_in_its_two_largest_units(length: timedelta, words: str) -> None:
    assert duration(length) == words


def test_a_stretch_names_the_day_of_its_end_only_if_it_is_another() -> None:
    start = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
    assert stretch(start, start + timedelta(hours=1)) == "2026-01-02 09:00 \N{EN DASH} 10:00"
    assert stretch(start, start + timedelta(days=1)) == (
        "2026-01-02 09:00 \N{EN DASH} 2026-01-03 09:00"
    )
    assert stretch(start, None) == "2026-01-02 09:00 \N{EN DASH} \N{EN DASH}"


def test_a_noun_agrees_with_its_number() -> None:
    assert count_of(1, "call") == "1 call"
    assert count_of(1204, "call") == "1,204 calls"
    assert count_of(2, "person", "people") == "2 people"

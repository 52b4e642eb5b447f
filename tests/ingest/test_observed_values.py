from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.observed_values import (
    count_of,
    elements_of,
    exact_text_of,
    fields_of,
    flag_of,
    is_private_address,
    json_of,
    stable_id,
    text_of,
    texts_of,
    time_of,
    user_id_hash,
)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=7), inner),
    max_leaves=6,
)


def test_blanks_around_a_text_are_dropped_but_kept_where_they_count() -> None:
    assert (text_of(" a "), text_of("  "), text_of(7)) == ("a", None, None)
    assert (exact_text_of(" a "), exact_text_of("  "), exact_text_of(7)) == (" a ", None, None)


@pytest.mark.parametrize(
    ("value", "flag"),
    [(True, True), (False, False), ("True", True), (" false ", False), (1, None), (None, None)],
)
def test_a_flag_is_json_or_a_word(value: object, flag: object) -> None:
    assert flag_of(value) is flag


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (0, 0),
        (5, 5),
        ("5", 5),
        (2**31 - 1, 2**31 - 1),
        (2**31, None),
        (10**30, None),
        (-1, None),
        (True, None),
        (1.5, None),
        ("x", None),
        ("²", None),
        ("", None),
        (None, None),
    ],
)
def test_a_count_is_a_small_whole_number(value: object, count: int | None) -> None:
    assert count_of(value) == count


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "2026-13-01T00:00:00Z",
        "2026-09-14T08:12:60Z",
        "9" * 400,
        10**400,
        float("nan"),
        float("inf"),
        -(10**18),
        True,
        None,
        [],
        {"time": 1},
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_what_is_not_a_time_is_null(value: object) -> None:
    assert time_of(value) is None


def test_eight_digits_are_a_day_and_more_are_seconds_since_1970() -> None:
    assert time_of("20260914") == datetime(2026, 9, 14, tzinfo=UTC)
    assert time_of("178937355") == datetime(1975, 9, 3, 0, 49, 15, tzinfo=UTC)
    assert time_of(0) == datetime(1970, 1, 1, tzinfo=UTC)


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)))  # noqa: DTZ001 - the zone is given below
def test_a_time_survives_being_written(moment: datetime) -> None:
    utc = moment.replace(tzinfo=UTC)
    assert time_of(utc.isoformat()) == utc
    assert time_of(f"{moment.isoformat(' ')} UTC") == utc


@given(anything)
def test_nothing_raises_and_a_time_is_utc(value: object) -> None:
    moment = time_of(value)
    assert moment is None or moment.utcoffset() == datetime.now(UTC).utcoffset()
    assert count_of(value) is None or isinstance(count_of(value), int)
    assert all(isinstance(text, str) for text in texts_of(value, "name") or [])
    assert isinstance(fields_of(value), dict)


@pytest.mark.parametrize(
    ("value", "elements"),
    [
        (None, []),
        ("", []),
        ("a", ["a"]),
        (["a", "b"], ["a", "b"]),
        ({"items": ["a"]}, ["a"]),
        ({"items": [{"item": "a"}]}, [{"item": "a"}]),
        ({"item": {"groupId": "sg-1"}}, [{"groupId": "sg-1"}]),
        ({"tag": 1, "content": "a"}, ["a"]),
        ({"Items": None}, []),
        ({"groupId": "sg-1"}, [{"groupId": "sg-1"}]),
    ],
)
def test_a_list_is_unwrapped(value: object, elements: list[object]) -> None:
    assert elements_of(value) == elements


def test_texts_are_elements_or_a_field_of_theirs() -> None:
    mixed = ["sg-1", {"GroupId": "sg-2", "GroupName": "x"}, {"tag": 3, "content": "sg-3"}, {}, None]
    assert texts_of(mixed, "groupId") == ["sg-1", "sg-2", "sg-3"]
    assert texts_of({}, "groupId") == []
    assert texts_of(None, "groupId") is None


def test_names_are_found_in_any_case() -> None:
    assert fields_of({"VpcConfig": {"SubnetIds": 1}}) == {"vpcconfig": {"SubnetIds": 1}}
    assert fields_of("text") == {}


def test_what_is_not_json_says_nothing() -> None:
    assert json_of('{"a": 1}') == {"a": 1}
    assert json_of(None) is None
    assert json_of("{") is None
    assert json_of("[" * 100_000 + "]" * 100_000) is None


def test_an_address_is_private_or_not() -> None:
    assert is_private_address("100.127.255.255")
    assert not is_private_address("100.128.0.0")
    assert not is_private_address("10.0.0.1 ")
    assert not is_private_address(None)


def test_a_hash_is_of_the_name_in_utf_8() -> None:
    assert user_id_hash("안녕") == (
        "e8f817f346d1d411cc59d5bdda64fab3763890e1f0f8f4c15805cf78874d68bf"
    )
    assert user_id_hash(None) is None


def test_an_id_depends_on_every_part_and_on_where_it_ends() -> None:
    assert stable_id("a", 1, None) == stable_id("a", 1, None)
    ids = {stable_id("a", "b"), stable_id("ab"), stable_id("a", None), stable_id("a", "1")}
    assert len(ids | {stable_id("a", 1)}) == 5
    assert all(len(text) == 32 for text in ids)

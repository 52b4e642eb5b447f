import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from roletrail.wrapping import GAP, widths_in, wrapped

PRINTABLE = st.text(st.characters(exclude_categories=("C", "M", "Z")) | st.just(" "))


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 5, [""]),
        ("short", 5, ["short"]),
        ("s3:GetObject, s3:PutObject", 14, ["s3:GetObject,", "s3:PutObject"]),
        ("amelia.hart@example.com", 14, ["amelia.hart", "@example.com"]),
        ("2026-09-16 22:50, running", 11, ["2026-09-16", "22:50,", "running"]),
        ("arn:aws:iam::123456789012:role/any", 13, ["arn:aws:iam::", "123456789012:", "role/any"]),
        ("31a70d63-ba59-401f", 14, ["31a70d63-ba59-", "401f"]),
        ("unbreakable", 4, ["unbr", "eaka", "ble"]),
        ("한국어 말", 4, ["한국", "어", "말"]),  # each takes two cells
    ],
)
def test_text_breaks_where_it_can_be_read(text: str, width: int, lines: list[str]) -> None:
    assert wrapped(text, width) == lines


@given(PRINTABLE, st.integers(min_value=2, max_value=30))
def test_wrapping_keeps_every_character_and_the_width(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(cell_len(line) <= width for line in lines)


def test_columns_that_fit_are_as_wide_as_their_texts() -> None:
    assert widths_in(100, [["who", "hoge"], ["calls", "12"]], [1], [0, 0]) == [4, 5]


def test_the_column_that_needs_least_gets_it_first() -> None:
    short, long = ["one two three"], ["word " * 30]
    assert widths_in(40, [short, long], [], [0, 0]) == [len("one two three"), 40 - GAP - 13]


def test_a_whole_column_is_never_broken() -> None:
    assert widths_in(24, [["2026-01-31 22:41:00Z"], ["ab cd ef"]], [0], [0, 0]) == [20, 2]


def test_columns_that_cannot_be_read_have_no_widths() -> None:
    assert widths_in(20, [["unbreakable"]] * 3, [], [0] * 3) == []


@given(st.lists(st.lists(PRINTABLE, min_size=1), min_size=1, max_size=6), st.integers(10, 120))
def test_columns_never_take_more_than_the_line(texts: list[list[str]], total: int) -> None:
    widths = widths_in(total, texts, [], [0] * len(texts))
    assert sum(widths) + GAP * (len(widths) - 1) <= total or not widths

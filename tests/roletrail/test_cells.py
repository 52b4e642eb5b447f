from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest

from roletrail.cells import (
    interval_text,
    json_text,
    plain_text,
    spreadsheet_cell,
    terminal_cell,
    visible,
)


@pytest.mark.parametrize(
    ("logged", "shown"),
    [
        ("\x1b[2J\x1b]0;owned\x07", r"\x1b[2J\x1b]0;owned\x07"),  # clear screen, set title
        ("\x9b31m", r"\x9b31m"),  # the same code in one character
        ("user\u202egpj.exe", r"user\u202egpj.exe"),  # turns the rest around
        ("\u2066left\u2069", r"\u2066left\u2069"),
        ("two\r\nlines\tand\x00nul", r"two\r\nlines\tand\x00nul"),
        ("\u2028", r"\u2028"),
        ("\U000e0041", r"\U000e0041"),  # an invisible tag
        ("Zoë 한국 😀", "Zoë 한국 😀"),
    ],
)
def test_nothing_that_a_terminal_acts_on_is_left(logged: str, shown: str) -> None:
    assert visible(logged) == shown
    assert visible(logged).isprintable()


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "true"),
        (1234567, "1234567"),
        (0.1, "0.1"),
        (Decimal("1.50"), "1.50"),
        (datetime(2026, 1, 31, 22, 41, tzinfo=UTC), "2026-01-31 22:41:00Z"),
        (datetime(2026, 1, 31, 22, 41, 0, 5, tzinfo=UTC), "2026-01-31 22:41:00.000005Z"),
        (
            datetime(2026, 1, 31, 23, 41, tzinfo=timezone(timedelta(hours=1))),
            "2026-01-31 22:41:00Z",
        ),
        (datetime(2026, 1, 31, 22, 41), "2026-01-31 22:41:00"),  # noqa: DTZ001 - that is the case
        (date(2026, 1, 31), "2026-01-31"),
        (time(22, 41), "22:41:00"),
        (["hoge", None, "\x1b"], r"hoge, , \x1b"),
        ([{"arn": "\x1b"}], r'[{"arn":"\u001b"}]'),
        (b"\x00\xff", "00ff"),
    ],
)
def test_a_value_in_a_table(value: object, cell: str) -> None:
    assert terminal_cell(value) == cell


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\uff1d1+1",
        "-",
        "+a",
    ],
)
def test_a_formula_is_written_as_text(text: str) -> None:
    assert spreadsheet_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+5", "-0.5", "-.5", "-1e-9", "arn:aws:iam::1", "a=b", ""])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert spreadsheet_cell(text) == text


def test_a_negative_number_stays_a_number() -> None:
    assert spreadsheet_cell(-5) == "-5"
    assert spreadsheet_cell(Decimal("-0.5")) == "-0.5"


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        ((0, 0, 0), "00:00:00"),
        ((0, 0, 5_400_000_000_000), "01:30:00"),
        ((0, 0, -1_500_000_000), "-00:00:01.5"),
        ((1, 2, 0), "1 month 2 days"),
        ((0, -1, 90_000_000_000_000), "-1 day 25:00:00"),
    ],
)
def test_an_interval_in_words(interval: tuple[int, int, int], text: str) -> None:
    assert interval_text(*interval) == text
    assert plain_text(interval) == text


def test_json_keeps_every_value_and_escapes_what_a_terminal_acts_on() -> None:
    value = {
        "at": datetime(2026, 1, 31, 22, 41, tzinfo=UTC),
        "codes": "\x1b[31m\x9b\u202e\U000e0041",
        "exact": Decimal("12345678901234567890.5"),
        "no number": float("nan"),
        "nested": [{"lasted": (0, 0, 1_000_000_000)}, None],
    }
    assert json_text(value) == (
        r'{"at":"2026-01-31T22:41:00Z","codes":"\u001b[31m\u009b\u202e\udb40\udc41",'
        r'"exact":12345678901234567890.5,"no number":null,"nested":[{"lasted":"00:00:01"},null]}'
    )

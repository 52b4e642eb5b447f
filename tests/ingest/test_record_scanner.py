"""The compiled scanner: what it takes for JSON, and that its columns say what the text said."""

import contextlib
import json
import random
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise, product
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.rebuild import written_time
from ingest.record_scanner import RecordScanner
from ingest.records import COLUMN_OF, FIELDS_AND_FORMS
from ingest.redaction import CLUES, LOWER
from ingest.tolerant import DEEPEST, Fault, event_of
from tests.ingest.drawn_records import UNDOCUMENTED, documented, escaped, letters, moments, records
from tests.ingest.fuzz.targets import check_scan, scanner_of_records
from tests.ingest.log_files import record, text
from tests.ingest.scanned import CODES, COLUMNS, EPOCH, Row, columns_of, list_of, rows_of, scanned

REPEATABLE = settings(deadline=None, derandomize=True, max_examples=60)
# One after the other, they are the ways in which JSON begins, goes on, ends or breaks.
TOKENS = (*'[]{},:" ', *("\\", "0", "-", "1.", "e", '"a"', "true", "\\ud83d", "\0"))
# Each two have the same hash; of the last, one is how the other begins.
ALIKE = (
    ("iv7GRiP-aX58IFSw", "14w7aFM8EbjY5mtV"),
    ("iRcr7.Dv1JlQV4b7", "x-agcf/sQWp7SokH"),
    ("5pz5AjSL0gUoEbsa", "5pz5AjSL"),
)
PIECES_OF_CLUES = ("token", "TOKEN", "toK", "en", "k", "\\u00", "|U00", "\\u", "|", "0")


# ── JSON of every kind, and what isn't ─────────────────────────────────────────────────────────


@pytest.mark.parametrize("around", ["{}", '{{"a":{}}}', '"{}"'])
def test_any_three_tokens_are_taken_exactly_if_they_make_json(around: str) -> None:
    for tokens in product(TOKENS, repeat=3):
        check_scan(around.format("".join(tokens)).encode())


@REPEATABLE
@given(st.lists(st.sampled_from([*TOKENS, *'{":,}[]']), max_size=40).map("".join) | st.text())
def test_any_row_of_tokens_is_taken_exactly_if_it_is_json(tokens: str) -> None:
    check_scan(tokens.encode())


def test_every_beginning_of_a_list_is_refused() -> None:
    window = list_of(text(record(resources=[{"ARN": "é"}], odd=[1.5e-7, "\u20ac"])))
    scanner = scanner_of_records()
    assert [end for end in range(len(window)) if scanner.scan(window[:end], 0) is not None] == []
    assert len(scanner) == 0
    assert scanner.scan(window, 0) is not None


@pytest.mark.parametrize("number", range(0x20))
def test_a_control_character_in_a_text_is_refused(number: int) -> None:
    for place in range(20):  # at any distance from where eight bytes are looked at at once
        odd = "x" * place + chr(number) + "x" * (20 - place)
        for name, value in ((odd, "a"), ("eventID", odd), ("requestParameters", odd)):
            check_scan(f'{{"{name}":"{value}"}}'.encode())


@pytest.mark.parametrize("name", ["requestParameters", "userIdentity", "newField"])
def test_a_record_may_be_as_deep_as_one_that_is_read_tolerantly(name: str) -> None:
    for depth in (DEEPEST, DEEPEST + 1):
        value = b"[" * (depth - 1) + b"]" * (depth - 1)
        raw = text(record(**{name: 0})).replace(b":0", b":" + value)
        is_taken = scanner_of_records().scan(list_of(raw), 0) is not None
        assert is_taken is not isinstance(event_of(raw), Fault)
        assert is_taken is (depth == DEEPEST)


def test_of_elements_that_are_no_records_a_thousand_are_given_back() -> None:
    elements = [b"%d" % number for number in range(1000)]
    found = scanner_of_records().scan(list_of(*elements, text(record())), 5)
    assert found == (1001, list(enumerate(elements, 5)))
    scanner = scanner_of_records()
    assert scanner.scan(list_of(text(record()), *elements, b"1"), 0) is None
    assert columns_of(scanner) == columns_of(scanner_of_records())


# ── records of the documented form ─────────────────────────────────────────────────────────────


def test_what_is_nearly_of_the_documented_form_is_given_back() -> None:
    scanner = scanner_of_records()
    found = (len(UNDOCUMENTED), list(enumerate(UNDOCUMENTED)))
    assert scanner.scan(list_of(*UNDOCUMENTED), 0) == found
    assert columns_of(scanner) == columns_of(scanner_of_records())


@REPEATABLE
@given(records)
def test_each_record_is_in_the_columns_or_given_back(found: list[tuple[Row | None, bytes]]) -> None:
    scanner = scanner_of_records()
    unusual = [(place, raw) for place, (row, raw) in enumerate(found, 7) if row is None]
    assert scanner.scan(list_of(*(raw for _, raw in found)), 7) == (len(found), unusual)
    kept = [(place, row) for place, (row, _) in enumerate(found, 7) if row is not None]
    assert np.frombuffer(scanner.indexes(), np.int64).tolist() == [place for place, _ in kept]
    assert rows_of(scanner) == [row for _, row in kept]


@REPEATABLE
@given(records, st.data())
def test_it_does_not_matter_in_which_lists_records_come(
    found: list[tuple[Row | None, bytes]], data: st.DataObject
) -> None:
    raws = [raw for _, raw in found]
    ends = data.draw(st.lists(st.integers(0, len(raws))).map(sorted))
    starts = [0, *ends]
    apart = [list_of(*raws[start:end]) for start, end in pairwise([*starts, len(raws)])]
    assert columns_of(scanned(*apart)) == columns_of(scanned(list_of(*raws)))


@REPEATABLE
@given(
    st.lists(documented(), max_size=4), st.lists(documented(), min_size=1, max_size=3), st.data()
)
def test_a_refused_list_leaves_nothing(
    taken: list[tuple[Row, bytes]], refused: list[tuple[Row, bytes]], data: st.DataObject
) -> None:
    good = [list_of(raw) for _, raw in taken]
    start = b"[" + b",".join(raw for _, raw in refused)
    breaks = [b"", b",]", b",[[", b"]]", b"\0]", b',{"eventTime":"2026-09-14T08:12:33Z","eventID"]']
    not_utf_8 = b',{"eventTime":"2026-09-14T08:12:33Z","eventID":"\xff"}]'
    scanner = scanner_of_records()
    for window in good:
        assert scanner.scan(start + data.draw(st.sampled_from(breaks)), 0) is None
        assert scanner.scan(window, 0) is not None
        with pytest.raises(UnicodeDecodeError):
            scanner.scan(start + not_utf_8, 0)
    undisturbed = scanner_of_records()
    for window in good:
        undisturbed.scan(window, 0)
    assert columns_of(scanner) == columns_of(undisturbed)
    # Nor does it remember a text that it has no number for.
    again = list_of(*(raw for _, raw in refused))
    assert (scanner.scan(again, 0), columns_of(scanner)) == (
        undisturbed.scan(again, 0),
        columns_of(undisturbed),
    )


def test_what_was_taken_before_does_not_slow_a_refusal() -> None:
    names = [name for name, form in FIELDS_AND_FORMS if form == "code"]
    raws = [text(record(**dict.fromkeys(names, f"{number}"))) for number in range(5_000)]
    scanner = scanned(list_of(*raws))
    start = process_time()
    for number in range(1_000):
        assert scanner.scan(b"[%s" % text(record(eventName=f"new {number}")), 0) is None
    assert process_time() - start < 1  # second; it would be ten


@REPEATABLE
@given(records)
def test_a_cleared_scanner_is_as_a_new_one(found: list[tuple[Row | None, bytes]]) -> None:
    scanner = scanned(list_of(text(record()), text(record(2, resources=[{"ARN": "a"}]))))
    codes = scanner.codes_of(CODES[0])
    scanner.clear()
    assert columns_of(scanner) == columns_of(scanner_of_records())
    window = list_of(*(raw for _, raw in found))
    scanner.scan(window, 0)
    assert columns_of(scanner) == columns_of(scanned(window))
    assert codes == [b"1.11"]


def test_there_are_no_other_columns() -> None:
    scanner = scanner_of_records()
    for column in (-1, len(COLUMNS), 2**31 - 1):
        for read in (scanner.content, scanner.numbers_of, scanner.marks_of, scanner.codes_of):
            with pytest.raises(IndexError):
                read(column)
        with pytest.raises(IndexError):
            scanner.mentions(column, b"token", 0)
    for column in set(COLUMNS) - set(CODES):
        with pytest.raises(TypeError):
            scanner.codes_of(column)
    with pytest.raises(TypeError):
        scanner.scan(None, 0)  # type: ignore[arg-type]  # is what this is about


# ── texts that repeat, and times ───────────────────────────────────────────────────────────────


def test_texts_that_repeat_are_told_apart_however_many_there_are() -> None:
    distinct = [f"{number}{'x' * (number % 20)}" for number in range(3000)]  # over 1024
    distinct += [one for pair in ALIKE for one in pair] + ["", "a", "a\0", "a\0\0", "é", "\t"]
    come = [*distinct, *random.Random(1).choices(distinct, k=6000), *((ALIKE[0] + ALIKE[-1]) * 3)]
    raws = [text(record(eventName=name, userIdentity=name)) for name in come]
    scanner = scanned(*(list_of(*raws[start : start + 500]) for start in range(0, len(raws), 500)))
    rows = rows_of(scanner)
    assert [row["eventName"] for row in rows] == come
    assert [json.loads(str(row["userIdentity"])) for row in rows] == come
    for column in CODES:
        codes = scanner.codes_of(column)
        assert len(set(codes)) == len(codes)


def test_an_escaped_text_has_the_number_of_the_plain_one() -> None:
    written = b'"eventName":"%s"' % "".join(map(escaped, "é🎉\n")).encode()
    plain = text(record(eventName="é🎉\n"))
    raws = [re.sub(rb'"eventName":"[^"]*"', lambda _: written, plain), plain]
    assert raws[0] != raws[1]
    rows = rows_of(scanned(list_of(*raws)))
    assert [row["eventName"] for row in rows] == ["é🎉\n"] * 2
    assert scanned(list_of(*raws)).codes_of(COLUMN_OF["event_name"]) == ["é🎉\n".encode()]


def seconds_of(times: Sequence[str]) -> dict[str, int]:
    """Return the seconds since 1970 of each that is a time of the documented form."""
    scanner = RecordScanner([("id", "text"), ("at", "time")], [], most_elements=0, longest_coded=0)
    for place, time in enumerate(times):
        window = json.dumps([{"id": "a", "at": time}], ensure_ascii=False).encode()
        assert scanner.scan(window, place) is not None
    places = np.frombuffer(scanner.indexes(), np.int64).tolist()
    seconds = np.frombuffer(scanner.content(1), np.int64).tolist()
    return {times[place]: second for place, second in zip(places, seconds, strict=True)}


def expected_seconds(times: Sequence[str]) -> dict[str, int]:
    """Return the same as Python's calendar has it."""
    found = {}
    for time in times:
        if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", time, re.ASCII):
            with contextlib.suppress(ValueError):
                found[time] = (datetime.fromisoformat(time) - EPOCH) // timedelta(seconds=1)
    return found


def test_every_year_begins_and_has_its_leap_day_in_time() -> None:
    days = [
        date(year, month, 1) + timedelta(days=more)
        for year in range(1, 10_000)
        for month, more in ((1, 0), (2, 27), (2, 28), (3, 0), (12, 30))
    ]
    days += [date(1896, 1, 1) + timedelta(days=number) for number in range(10 * 366)]
    times = [f"{day}T23:59:59Z" for day in days]
    assert seconds_of(times) == expected_seconds(times)
    assert len(expected_seconds(times)) > 40_000


def test_what_no_calendar_or_clock_shows_is_no_time() -> None:
    years = (0, 1, 4, 100, 400, 1900, 2000, 2023, 2024, 9999)
    times = [
        f"{year:04}-{month:02}-{day:02}T00:00:00Z"
        for year, month, day in product(years, range(14), range(33))
    ]
    for form in ("2026-09-14T{:02}:00:00Z", "2026-09-14T00:{:02}:00Z", "2026-09-14T00:00:{:02}Z"):
        times += [form.format(number) for number in range(100)]
    assert seconds_of(times) == expected_seconds(times)
    assert len(expected_seconds(times)) < len(times)


@REPEATABLE
@given(moments.map(written_time), st.integers(0, 20), st.integers(0, 2), letters | st.text("0123:"))
def test_a_changed_time_is_one_only_if_it_has_the_form(
    time: str, place: int, dropped: int, put_in: str
) -> None:
    times = [time, time[:place] + put_in + time[place + dropped :]]
    assert seconds_of(times) == expected_seconds(times)


@REPEATABLE
@given(st.lists(st.text(max_size=2) | st.sampled_from(PIECES_OF_CLUES), max_size=6), st.integers(1))
def test_a_column_mentions_a_word_if_its_texts_hold_it(pieces: list[str], size: int) -> None:
    said = ["x" + "".join(pieces[:size]), "x" + "".join(pieces[size:])]
    scanner = scanned(*(list_of(text(record(eventID=one))) for one in said))
    lower = bytes(letter | LOWER for letter in "".join(said).encode())
    for word, rarest in CLUES.items():
        assert scanner.mentions(COLUMN_OF["event_id"], word, rarest) == (word in lower)
    assert not scanner_of_records().mentions(COLUMN_OF["event_id"], b"token", 2)

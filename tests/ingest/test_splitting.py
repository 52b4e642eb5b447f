"""The records in a text: every way of wrapping them, whole, large or broken."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw

from ingest import splitting
from ingest.errors import BrokenObjectError
from ingest.large_records import Text, TooLarge
from ingest.splitting import records_in
from tests.ingest.log_files import record, text

ONE, TWO, THREE = ({"eventID": str(number), "eventTime": "…"} for number in (1, 2, 3))
ENVELOPE = {"version": "0", "detail-type": "AWS API Call via CloudTrail"}


def split(
    content: bytes, fault: str | None = None, piece_bytes: int = 1000
) -> tuple[list[object], str | None, bytes]:
    """Return the records found, the fault that ended the search, and the rest of the text."""

    def pieces() -> Iterator[bytes]:
        yield from (
            content[start : start + piece_bytes] for start in range(0, len(content), piece_bytes)
        )
        if fault is not None:
            raise BrokenObjectError(fault)

    source = Text(pieces())
    found: list[object] = []
    try:
        for raws in records_in(source.after(b"", splitting.BLOCK_BYTES), source):
            if isinstance(raws, TooLarge):
                found.append(raws)
                continue
            found += [json.loads(bytes(raw)) for raw in raws]
    except BrokenObjectError as error:
        return found, str(error), error.rest
    return found, None, b""


def lists_in(content: bytes, source: Text) -> Iterator[list[Raw]]:
    """Yield the records of a text that has none too large."""
    for found in records_in(content, source):
        assert isinstance(found, list)
        yield found


@pytest.mark.parametrize(
    "content",
    [
        text({"Records": [ONE, TWO, THREE]}),
        text({"a": 1, "Records": [ONE, TWO, THREE], "b": {}}),
        json.dumps({"Records": [ONE, TWO, THREE]}, indent=4).encode(),
        text([ONE, TWO, THREE]),
        b" \n" + text([ONE, TWO, THREE]) + b"\n",
        text([[ONE, TWO], [THREE]]),
        text(ONE) + b"\n" + text(TWO) + b"\r\n\n" + text(THREE),
        text({"Records": [ONE, TWO]}) + b"\n" + text({"Records": [THREE]}) + b"\n",
        text({"Records": [ONE, TWO]}) + b"\n" + text(THREE) + b"\n",
        text(ONE) + text(TWO) + text(THREE),
        text([ENVELOPE | {"detail": ONE}, ENVELOPE | {"detail": TWO}, THREE]),
        text({"Events": [{"CloudTrailEvent": json.dumps(each)} for each in (ONE, TWO, THREE)]}),
        text({"Events": [{"CloudTrailEvent": each} for each in (ONE, TWO, THREE)]}),
        b"\n".join(text(ENVELOPE | {"detail": each}) for each in (ONE, TWO, THREE)),
    ],
)
def test_records_are_found_in_whatever_they_are_wrapped_in(content: bytes) -> None:
    assert split(content) == ([ONE, TWO, THREE], None, b"")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (text(ONE), [ONE]),
        (json.dumps(ONE, indent=2).encode(), [ONE]),
        (text(ENVELOPE | {"detail": ONE}), [ONE]),
        (text({"Records": []}), []),
        (text({"Records": [ONE, None, 17, "x", []]}), [ONE, None, 17, "x", []]),
        (text({"Records": {"a": 1}}), [{"Records": {"a": 1}}]),
        (text({"Events": [{"EventId": "1"}]}), [{"EventId": "1"}]),
        (text({"anything": 1}), [{"anything": 1}]),
    ],
)
def test_what_is_no_record_is_given_as_it_is(content: bytes, found: list[object]) -> None:
    assert split(content) == (found, None, b"")


@pytest.mark.parametrize(
    ("content", "found", "rest"),
    [
        (text({"Records": [ONE, TWO]})[:-8], [ONE], b'{"eventID":"2","eventTime":"'),
        (text({"Records": [ONE, TWO]})[:-2], [ONE, TWO], b""),
        (text({"Records": [ONE, TWO]}), [ONE, TWO], b""),
        (b'{"Records":[', [], b""),
        (text(ONE) + b"\n" + text(TWO)[:-9], [ONE], text(TWO)[:-9]),
        (text(ONE) + b"\n" + text(TWO), [ONE, TWO], b""),
        (text(ONE)[:9], [], text(ONE)[:9]),
        (text({"Events": [{"CloudTrailEvent": json.dumps(ONE)}, TWO]})[:-2], [ONE, TWO], b""),
    ],
)
def test_of_a_text_that_ended_early_whole_records_are_found(
    content: bytes, found: list[object], rest: bytes
) -> None:
    records, fault, left = split(content, fault="gzip ended early")
    assert (records, fault) == (found, "gzip ended early")
    assert left.strip()[: len(rest)] == rest
    assert bool(left.strip()) == bool(rest)


def test_a_list_that_is_not_closed_ended_early() -> None:
    assert split(text({"Records": [ONE, TWO]})[:-2]) == ([ONE, TWO], "JSON ended early", b"")


def test_a_bad_element_costs_only_itself() -> None:
    source = Text(iter(()))
    content = b'{"Records":[%s,{"eventID":tru},%s]}' % (text(ONE), text(TWO))
    source.after(b"", 1)
    raws = [bytes(raw) for raws in lists_in(content, source) for raw in raws]
    assert raws == [text(ONE), b'{"eventID":tru}', text(TWO)]


def test_a_bad_line_costs_only_itself() -> None:
    source = Text(iter(()))
    source.after(b"", 1)
    content = text(ONE) + b"\nnot JSON\n" + text(TWO)
    raws = [bytes(raw) for raws in lists_in(content, source) for raw in raws]
    assert raws == [text(ONE), b"not JSON", text(TWO)]


tricky = st.text(st.sampled_from('ab"\\{}[],:\n é\U0001f389'), max_size=30)
large_records = st.lists(
    st.builds(
        lambda words, nested: record(
            requestParameters={"key": words, "list": nested, words: [{"eventVersion": words}]}
        ),
        tricky,
        st.lists(st.dictionaries(st.just("eventVersion"), tricky), max_size=20),
    ),
    max_size=8,
)


@settings(deadline=None, max_examples=50)
@given(
    large_records,
    st.sampled_from(["log", "pretty", "list", "lines"]),
    st.integers(40, 5000),
    st.integers(40, 5000),
)
def test_a_large_text_is_split_as_a_small_one_is(
    records: list[object], form: str, block_bytes: int, window_bytes: int
) -> None:
    content = {
        "log": text({"Records": records}),
        "pretty": json.dumps({"Records": records}, indent=1).encode(),
        "list": text(records),
        "lines": b"\n".join(text(each) for each in records),
    }[form]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitting, "BLOCK_BYTES", block_bytes)
        patch.setattr(splitting, "WINDOW_BYTES", window_bytes)
        assert split(content) == (records, None, b"")


@settings(deadline=None, max_examples=50)
@given(large_records, st.integers(0, 10_000))
def test_wherever_a_text_ends_whole_records_are_found(records: list[object], cut: int) -> None:
    content = text({"Records": records})[: max(cut, len('{"Records":['))]
    found, _, rest = split(content, fault="gzip ended early")
    assert found == records[: len(found)]
    assert len(found) == len(records) or len(rest.strip()) < len(text(records[len(found)]))


def test_brackets_without_end_are_given_up() -> None:
    found, fault, _ = split(b'{"Records":[%s,' % text(ONE) + b"[" * 20_000)
    assert (found, fault) == ([ONE], "nested more than 10,000 deep")


@pytest.fixture
def small_limits() -> Iterator[None]:
    """Make records of more than 10,000 bytes too large."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitting, "BLOCK_BYTES", 1000)
        patch.setattr(splitting, "WINDOW_BYTES", 1000)
        patch.setattr(splitting, "LARGEST_RECORD", 10_000)
        yield


@pytest.mark.usefixtures("small_limits")
def test_a_record_without_end_is_given_up() -> None:
    endless = b'{"Records":[%s,{"eventID":"' % text(ONE) + b"x" * 50_000
    found, fault, rest = split(endless)
    assert (found, fault) == ([ONE], "a record of more than 0 MiB")
    assert len(rest) < 30_000
    _, fault, _ = split(endless, fault="gzip ended early")
    assert fault == "a record of more than 0 MiB, and then gzip ended early"


large_values = st.sampled_from(
    [
        "x" * 40_000,
        '"},{"eventID":"\\' * 4_000,
        "\\" * 20_001,
        [[]] * 20_000,
        [{"a": "]}"}] * 5_000,
        {"b": ['\\"', "{[", "\n"] * 4_000},
    ]
)


@pytest.mark.usefixtures("small_limits")
@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.one_of(st.just(ONE), st.builds(lambda odd: {"odd": odd}, large_values)), max_size=5
    ),
    st.sampled_from(["log", "list", "lines", "several"]),
    st.integers(1, 8000),
)
def test_a_record_that_is_too_large_costs_only_itself(
    records: list[dict[str, object]], form: str, piece_bytes: int
) -> None:
    content = {
        "log": text({"Records": [TWO, *records, THREE]}),
        "list": text([TWO, *records, THREE]),
        "lines": b"\n".join(text(each) for each in (TWO, *records, THREE)),
        "several": text({"Records": [TWO, *records]}) + b"\n" + text({"Records": [THREE]}),
    }[form]
    found, fault, rest = split(content, piece_bytes=piece_bytes)
    assert (fault, rest) == (None, b"")
    assert [{"odd": "large"} if isinstance(each, TooLarge) else each for each in found] == [
        TWO,
        *({"odd": "large"} if "odd" in each else each for each in records),
        THREE,
    ]
    for each in found:
        if isinstance(each, TooLarge):
            assert each.start.startswith(b'{"odd":')
            assert each.reason == "a record of more than 0 MiB"


@pytest.mark.usefixtures("small_limits")
def test_a_record_of_too_many_parts_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.large_records.MOST_MARKS", 30_000)
    content = text({"Records": [ONE, {"odd": [[]] * 20_000}, TWO]})
    found, fault, rest = split(content)
    assert (found, fault) == ([ONE], "a record of more than 0 MiB")
    assert rest.startswith(b'{"odd":')


@pytest.mark.usefixtures("small_limits")
def test_a_first_line_that_is_too_large_costs_only_itself() -> None:
    large = text({"odd": "x" * 40_000})
    (first, *others), fault, _ = split(b"\n" + large + b"\n" + text(ONE) + b"\n" + text(TWO))
    assert isinstance(first, TooLarge)
    assert (others, fault) == ([ONE, TWO], None)

"""Log files are cut into windows where one record seems to end and the next to begin."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import windows
from ingest.large_records import Text
from ingest.windows import after_windows, rest_of, windows_of
from tests.ingest.log_files import record


def lists_of(text: bytes) -> list[object]:
    """Return what the windows of a log file say, decoded."""
    found = windows_of(text)
    assert found is not None
    return [json.loads(window) for _, window in found]


def test_windows_hold_all_records_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "WINDOW_BYTES", 2_000)
    records = [record(number) for number in range(20)]
    text = json.dumps({"Records": records}, separators=(",", ":")).encode()
    lists = lists_of(text)
    assert len(lists) > 3
    assert [one for some in lists if isinstance(some, list) for one in some] == records


@pytest.mark.parametrize("text", [b'{"Records":[]}', b' { "Records" : [ ] }\n'])
def test_an_empty_log_file_has_no_records(text: bytes) -> None:
    assert [one for some in lists_of(text) if isinstance(some, list) for one in some] == []


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b'{"Records":[',
        b'{"Records":[{"eventID":"1"}]',
        b'{"other":1,"Records":[]}',
        b'{"Records":]}',
        b'{"eventID":"1"}',
    ],
)
def test_what_is_no_log_file_has_no_windows(text: bytes) -> None:
    assert windows_of(text) is None


def test_the_rest_begins_with_the_record_that_a_window_begins_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(windows, "WINDOW_BYTES", 1)
    text = b'{"Records":[{"a":1},{"a":2},{"a":3}]}'
    found = windows_of(text)
    assert found is not None
    places = [place for place, _ in found]
    assert rest_of(text, places[1]) == b'{"Records":[{"a":2},{"a":3}]}'


@given(
    sizes=st.lists(st.integers(0, 300), max_size=12),
    piece_bytes=st.integers(1, 400),
    window_bytes=st.integers(1, 600),
    taken=st.integers(0, 12),
)
def test_while_a_text_comes_nothing_of_it_is_lost(
    sizes: list[int], piece_bytes: int, window_bytes: int, taken: int
) -> None:
    records = [{"a": number, "b": "x" * size} for number, size in enumerate(sizes)]
    content = json.dumps({"Records": records}, separators=(",", ":")).encode()
    pieces = [content[at : at + piece_bytes] for at in range(0, len(content), piece_bytes)]
    text = Text(iter(pieces))
    lists: list[list[object]] = []

    def is_taken(window: bytes) -> bool:
        if len(lists) == taken:
            return False
        lists.append(json.loads(window))
        return True

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(windows, "WINDOW_BYTES", window_bytes)
        start = text.after(b"", max(window_bytes, 20))
        rest = json.loads(text.after(after_windows(start, text, is_taken), len(content)))
    assert [one for some in lists for one in some] + rest["Records"] == records
    assert all(lists)


def test_a_text_that_comes_is_handed_on_before_its_end() -> None:
    records = [{"a": number, "b": "x" * 1_000} for number in range(5_000)]
    content = json.dumps({"Records": records}, separators=(",", ":")).encode()
    text = Text(iter([content[: 2**21], content[2**21 : 2**22], content[2**22 :]]))
    found: list[int] = []

    def is_taken(window: bytes) -> bool:
        found.append(len(json.loads(window)))
        return True

    rest = after_windows(text.after(b"", 2**20), text, is_taken)
    assert len(found) == 3
    assert sum(found) + len(json.loads(rest)["Records"]) == len(records)
    assert len(rest) < 2_000

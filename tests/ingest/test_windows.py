"""Log files are cut into windows where one record seems to end and the next to begin."""

import json

import pytest

from ingest import windows
from ingest.windows import rest_of, windows_of
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

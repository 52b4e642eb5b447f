"""Record to row to record: nothing that CloudTrail wrote is lost, but for session tokens."""

import gzip
import json
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.decode import EventDecoder
from ingest.event_columns import EVENT_SCHEMA
from ingest.fields import FIELDS
from ingest.rebuild import record_of
from tests.conftest import SAMPLE_LOGS
from tests.ingest.log_files import Record, record, text

NAMES = sorted({name for field in FIELDS for name in field.path} | {"resources", "$absent", "$x"})
OWN_FILES = sorted((SAMPLE_LOGS / "trail").rglob("*.json.gz"))

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=8)
    | st.sampled_from(["true", "True", "null", "{}", '{"a":1}', "2026-09-14T08:12:33Z"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)
odd_records = st.builds(
    lambda changes, dropped: {
        name: value
        for name, value in record(**changes).items()
        if name not in dropped or name in {"eventID", "eventTime"}
    },
    st.dictionaries(
        st.sampled_from(NAMES).filter(lambda name: name not in {"eventID", "eventTime"})
        | st.text(st.characters(codec="utf-8"), max_size=5),
        anything,
        max_size=5,
    ),
    st.sets(st.sampled_from(NAMES), max_size=3),
)


def given_back(raws: list[bytes]) -> list[Record]:
    """Return the records that these are after having been rows, in their order."""
    decoder = EventDecoder()
    decoder.add("object-1", 0, [msgspec.Raw(raw) for raw in raws])
    table = pa.Table.from_batches(list(decoder.batches()), EVENT_SCHEMA)
    assert decoder.rejected() == []
    return [record_of(row) for row in table.sort_by("record_index").to_pylist()]


def without_tokens(value: object) -> object:
    """Return JSON with each session token replaced, as the sample logs have them."""
    if isinstance(value, dict):
        return {
            name: "REDACTED" if name.lower() == "sessiontoken" else without_tokens(part)
            for name, part in value.items()
        }
    return [without_tokens(part) for part in value] if isinstance(value, list) else value


@settings(deadline=None, max_examples=50)
@given(st.lists(odd_records, min_size=1, max_size=4))
def test_any_record_is_given_back(records: list[Record]) -> None:
    assert given_back([text(each) for each in records]) == records


@settings(deadline=None, max_examples=50)
@given(odd_records)
def test_a_record_is_the_same_alone_and_among_ordinary_ones(odd: Record) -> None:
    records = [record(1), odd, record(2)]
    assert given_back([text(each) for each in records]) == records


@pytest.mark.parametrize("path", OWN_FILES, ids=lambda path: path.name)
def test_every_sample_record_is_given_back(path: Path) -> None:
    try:
        records = json.loads(gzip.decompress(path.read_bytes())).get("Records", [])
    except EOFError:
        return  # one file of the samples is broken on purpose
    assert given_back([text(each) for each in records]) == without_tokens(records)


def test_numbers_of_any_precision_are_given_back() -> None:
    raw = text(record()).replace(b'"a.txt"', b"12345678901234567890.123456789")
    assert b"12345678901234567890.123456789" in raw
    assert given_back([raw]) == [json.loads(raw)]


def test_names_that_mean_something_in_extra_are_given_back() -> None:
    odd = record(**{"$record": "x", "$absent": ["requestParameters"], "$$": {"$": 1}})
    del odd["responseElements"]
    assert given_back([text(odd)]) == [odd]


def test_half_a_surrogate_pair_is_given_back() -> None:
    raw = text(record()).replace(b"a.txt", rb"a \udc00.txt")
    assert given_back([raw]) == [json.loads(raw)]

"""What holds for any input at all: a short run, always the same, of what `fuzz` runs for hours."""

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.rebuild import record_of
from tests.ingest.fuzz.mutations import ODD_VALUES, TOKEN, mutated, spliced
from tests.ingest.fuzz.seeds import seeds_of
from tests.ingest.fuzz.targets import TARGETS, Taken, check_object, check_record, taken
from tests.ingest.log_files import record, text

SHORT = settings(deadline=None, derandomize=True, max_examples=80)
# Found by the fuzzer, each the end of a run once: a lone carriage return, a header that isn't
# UTF-8, numbers that Python or msgspec has no room for, a token in a name, text in text in text.
FOUND: tuple[tuple[str, bytes], ...] = (
    ("object", b"\r\xff"),
    ("object", b"user_session_id,session_start_time,\xff\ns-1,2026-09-14T08:00:00Z,a\n"),
    ("report", b'user_session_id,session_start_time,"\xff\n",a\ns-1,2026-09-14T08:00:00Z,a,b\n'),
    ("record", text(record(odd=1)).replace(b'"odd":1', b'"odd":%s' % (b"9" * 5000))),
    ("record", text(record(odd=1)).replace(b'"odd":1', b'"odd":-1e999')),
    ("record", text(record(eventVersion=json.dumps({"sessionToken": TOKEN})))),
    ("record", text(record(userAgent=f"sessionToken={TOKEN}", readOnly="True"))),
    ("record", text(record(resources=[{"ARN": f"arn:aws:s3:::b/sessionToken={TOKEN}"}]))),
    ("record", text(record(requestParameters={json.dumps({"sessionToken": TOKEN}): 1}))),
    ("record", text(record(eventType=0)).replace(b":0", b":" + b"[" * 480 + b"]" * 480)),
    ("inventory", text({"Fleets": [{"Name": "a", "SessionToken": TOKEN}]})),
    (
        "inventory",
        text({"Subnets": [{"SubnetId": "a", f'cut" {json.dumps({"sessionToken": TOKEN})}': 1}]}),
    ),
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(["True", "2026-09-14T08:12:33Z", f"sessionToken={TOKEN}", '{"a":1}', ""])
)
names = st.sampled_from(
    [*record(), "sessionToken", "type", "arn", "sessionContext", "$record", "$absent", "addendum"]
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(names | st.text(max_size=4), inner, max_size=4)
        | st.builds(json.dumps, inner)
    ),
    max_leaves=10,
)
odd_records = st.builds(
    lambda changes, dropped: {
        name: value for name, value in {**record(), **changes}.items() if name not in dropped
    },
    st.dictionaries(names | st.text(max_size=4), anything, max_size=5),
    st.sets(names, max_size=2),
)
seeds_of_random = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize(("target", "found"), FOUND)
def test_what_was_found_once_holds_now(target: str, found: bytes) -> None:
    TARGETS[target](found)


@SHORT
@given(odd_records)
def test_any_record_is_taken_or_refused(odd: dict[str, object]) -> None:
    check_record(json.dumps(odd).encode("utf-8", "surrogatepass"))


@SHORT
@given(anything | st.lists(odd_records, max_size=3).map(lambda records: {"Records": records}))
def test_any_document_is_taken_or_refused(document: object) -> None:
    check_object(json.dumps(document).encode("utf-8", "surrogatepass"))


@SHORT
@given(st.binary(max_size=300))
def test_any_bytes_are_taken_or_refused(content: bytes) -> None:
    for check in TARGETS.values():
        check(content)


@pytest.mark.parametrize("target", TARGETS)
@SHORT
@given(seed=seeds_of_random)
def test_true_input_that_was_changed_is_taken_or_refused(target: str, seed: int) -> None:
    random = Random(seed)
    seeds = seeds_of(target)
    changed = mutated(random.choice(seeds), random)
    TARGETS[target](changed)
    TARGETS[target](spliced(changed, random.choice(seeds), random))


@pytest.mark.parametrize("odd", ODD_VALUES, ids=range(len(ODD_VALUES)))
@pytest.mark.parametrize("name", [*record(), "newField"])
def test_any_odd_value_in_any_field_is_taken_or_refused(name: str, odd: str) -> None:
    content = text(record(**{name: "⟦odd⟧"})).replace(json.dumps("⟦odd⟧").encode(), odd.encode())
    assert odd.encode() in content
    check_record(content)


@pytest.mark.parametrize("target", TARGETS)
def test_changes_make_new_input(target: str) -> None:
    seeds = seeds_of(target)
    changed = {mutated(seed, Random(number)) for seed in seeds for number in range(20)}
    assert len(changed - set(seeds)) > 5 * len(seeds)


def test_a_check_fails_where_something_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    row = taken(text({"Records": [record()]})).rows[0]
    assert record_of(row) == record()
    monkeypatch.setattr("tests.ingest.fuzz.targets.record_of", lambda _: {})
    with pytest.raises(AssertionError, match="isn't given back"):
        check_record(text(record()))


def test_a_check_fails_where_a_token_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    leaky = text(record(requestParameters={"sessionToken": TOKEN}))
    kept = Taken(taken(leaky).reading, [{"request_parameters": TOKEN}])
    monkeypatch.setattr("tests.ingest.fuzz.targets.taken", lambda *_: kept)
    monkeypatch.setattr("tests.ingest.fuzz.targets.record_of", lambda _: {})
    with pytest.raises(AssertionError, match="session tokens are kept"):
        check_object(leaky)

"""Session tokens don't get in, wherever they stand and however their name is written."""

import json
import tracemalloc

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.redaction import redacted, redacted_column
from tests.ingest.log_files import text

TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE/Token+With=Signs"


@pytest.mark.parametrize(
    "given_text",
    [
        f'{{"credentials":{{"accessKeyId":"ASIA1","sessionToken":"{TOKEN}"}}}}',
        f'{{"Credentials":{{"SessionToken" : "{TOKEN}" }}}}',
        f'[{{"a":[{{"sessiontoken":"{TOKEN}"}}]}}]',
        f'{{"AWS_SESSION_TOKEN":"{TOKEN}"}}',
        f'{{"x-amz-session-token":["{TOKEN}"]}}',
        f'{{"sessionToken":{{"value":"{TOKEN}"}}}}',
        f'{{"sessionToken":"{TOKEN}","sessionToken":"{TOKEN}"}}',
        f'{{"\\u0073ession\\u0054oken":"{TOKEN}"}}',
        json.dumps({"output": json.dumps({"sessionToken": TOKEN})}),
        json.dumps({"output": json.dumps({"inner": json.dumps({"sessionToken": TOKEN})})}),
        json.dumps({"xml": f"<Credentials><SessionToken>{TOKEN}</SessionToken></Credentials>"}),
        json.dumps({"env": f"export AWS_SESSION_TOKEN={TOKEN}"}),
        f'{{"credentials":{{"sessionToken":"{TOKEN}"',
        f'{{"credentials":{{\\"sessionToken\\": \\"{TOKEN}\\"',
        f"sessionToken={TOKEN}&other=1",
        '{"a":' * 800 + f'{{"sessionToken":"{TOKEN}"}}' + "}" * 800,
    ],
)
def test_no_session_token_is_left(given_text: str) -> None:
    clean = redacted(given_text.encode()).decode()
    assert TOKEN not in clean
    assert "REDACTED" in clean


@pytest.mark.parametrize(
    "given_text",
    [
        '{{ "credentials" : {{"sessionToken":"{}", "e": 1}}\n}}',
        '{{"credentials":{{"sessionToken":"{}"}},"credentials":{{"sessionToken":"{}"}}}}',
        '{{"credentials":{{"sessionToken":"{}"',
    ],
)
def test_of_a_token_as_sts_writes_it_only_the_value_is_replaced(given_text: str) -> None:
    clean = redacted(given_text.format(TOKEN, "A" * 16).encode())
    assert clean.decode() == given_text.format("REDACTED", "REDACTED")


def test_all_else_stays_as_it_was() -> None:
    given_text = (
        '{"n":1.00,"credentials":{"accessKeyId":"ASIA1","sessionToken":"x","e":"Sep 14"},'
        '"s":"\\u003c é","nextToken":"abc"}'
    )
    assert redacted(given_text.encode()).decode() == (
        '{"n":1.00,"credentials":{"accessKeyId":"ASIA1","sessionToken":"REDACTED","e":"Sep 14"},'
        '"s":"\\u003c é","nextToken":"abc"}'
    )


@pytest.mark.parametrize(
    "given_text",
    [
        '{ "nextToken": "AAAAAAAAAAAAAAAAAAAAAAAA" }',
        '{"a":"\\u0041"}',
        "The session token included in the request is invalid",
        "not JSON at all",
        "",
    ],
)
def test_text_without_a_session_token_is_not_touched(given_text: str) -> None:
    assert redacted(given_text.encode()).decode() == given_text


# Each is some 300 kB.
HOSTILE = {
    "a value as long as the text": b"sessionToken " + b"A" * 300_000,
    "deep in a large text": b"[" * 200
    + b'{"session_token":1},"'
    + b"x" * 300_000
    + b'"'
    + b"]" * 200,
    "text in text": json.dumps(
        json.dumps(json.dumps({"session_token": TOKEN, "b": "x" * 300_000}))
    ).encode(),
    "empty lists": b'[{"session_token":1}%s]' % (b",[]" * 100_000),
    "many tokens": b"[%s[]]" % (b'{"sessionToken":"AAAAAAAAAAAAAAAAAAAA"},' * 8_000),
    "many odd tokens": b"[%s[]]" % (b'{"session_token": "A"},' * 14_000),
    "many escaped letters": b"sessionToken " + b"+/\\u0041" * 40_000,
    "letters like those of the name": b'{"sessionToken":1,"a":"' + b"k" * 300_000 + b'"}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_text_takes_a_few_times_its_size_in_memory(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("ingest.redaction.BLOCK_BYTES", 2**14)
    column = pa.array([HOSTILE[name].decode()])
    tracemalloc.start()
    try:
        clean = redacted_column(column)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert clean[0].as_py() != column[0].as_py()
    assert peak < 8 * len(HOSTILE[name])


def test_tokens_are_found_wherever_a_column_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f'{{"a":"{"x" * number}","sessionToken":"{TOKEN}"}}' for number in range(30)]
    monkeypatch.setattr("ingest.redaction.BLOCK_BYTES", 7)
    column = pa.array(["before", *rows], pa.string())[1:]
    assert TOKEN not in str(redacted_column(column).to_pylist())


@pytest.mark.parametrize(
    "value", ["[1,{}]", '{"a":[{"b":"}"}]}', "null", "-1.5e3", '""', r'"\"]"', " [ ] "]
)
def test_a_value_of_any_form_is_replaced_to_its_end(value: str) -> None:
    given_text = f'{{"session_token":{value},"b":[{{"session_token":{value}}}]}}'
    assert json.loads(redacted(given_text.encode())) == {
        "session_token": "REDACTED",
        "b": [{"session_token": "REDACTED"}],
    }


names = st.sampled_from(["sessionToken", "SessionToken", "SESSIONTOKEN", "session_token"])
documents = st.recursive(
    st.integers() | st.text(max_size=5) | st.builds(lambda name: {name: TOKEN}, names),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        | st.builds(json.dumps, inner)
    ),
    max_leaves=10,
)


@settings(deadline=None, max_examples=50)
@given(documents)
def test_no_document_keeps_a_session_token(document: object) -> None:
    assert TOKEN.encode() not in redacted(text(document))


def test_a_column_keeps_its_other_values() -> None:
    column = pa.array(['{"a":1}', None, f'{{"sessionToken":"{TOKEN}"}}', "x"])
    assert redacted_column(column).to_pylist() == [
        '{"a":1}',
        None,
        '{"sessionToken":"REDACTED"}',
        "x",
    ]

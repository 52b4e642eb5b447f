"""Session tokens don't get in, wherever they stand and however their name is written."""

import json

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

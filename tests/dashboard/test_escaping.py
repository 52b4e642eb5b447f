import csv
import io
import json
import re
import unicodedata

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dashboard.downloads import csv_file, parquet_file
from dashboard.escaping import HIDDEN, code, formula_safe, visible, visible_json
from tests.conftest import REPOSITORY
from tests.dashboard.lakes import ATTACK, FORMULA

ANY_TEXT = st.text() | st.text("`<>[]()*_$:|=+-@\\ \n\r\t\0\u202e\u200bab")


def code_spans_in(markdown: str) -> list[tuple[str, str]]:
    (paragraph,) = [
        token for token in MarkdownIt("commonmark").parse(markdown) if token.type == "inline"
    ]
    return [(token.type, token.content) for token in paragraph.children or ()]


@given(ANY_TEXT)
def test_whatever_a_log_says_becomes_one_code_span_that_says_it(text: str) -> None:
    shown = visible(text, 200).strip()
    span = [("code_inline", shown)] if shown else []
    *before, after = code_spans_in(f"{code(text)} after")
    assert before == span
    assert after == ("text", " after" if shown else "\N{EN DASH} after")


@given(ANY_TEXT.filter(lambda text: bool(visible(text).strip())))
def test_a_code_span_holds_within_a_line_too(text: str) -> None:
    assert code_spans_in(f"before {code(text)}") == [
        ("text", "before "),
        ("code_inline", visible(text, 200).strip()),
    ]


@given(ANY_TEXT)
def test_no_character_stays_hidden(text: str) -> None:
    assert not [mark for mark in visible(text) if unicodedata.category(mark) in HIDDEN]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("gita@example.com", "gita@example.com"),
        ("김철수 🚀", "김철수 🚀"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("two\nlines", "two\\u000alines"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\U000e0041tag", "\\U000e0041tag"),
        ("x" * 501, "x" * 500 + "…"),
    ],
)
def test_text_is_shown_as_it_is_but_for_what_would_be_hidden(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.dictionaries(st.text(), st.text()))
def test_json_with_its_hidden_characters_written_out_says_the_same(content: dict[str, str]) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False)
    assert json.loads(visible_json(text)) == content


@given(ANY_TEXT)
def test_no_cell_of_a_csv_file_starts_a_formula(text: str) -> None:
    safe = formula_safe(text)
    assert safe in (text, f"'{text}")
    assert safe.lstrip()[:1] not in tuple("=+-@\uff1d\uff0b\uff0d\uff20") or safe[:1] == "'"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "\n=1", "\0=1", "\uff1d1"]
)
def test_what_a_spreadsheet_takes_for_a_formula_gets_a_quote(text: str) -> None:
    assert formula_safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "ListBuckets", "10.0.0.1", "a=b", "'=1"])
def test_other_text_is_left_alone(text: str) -> None:
    assert formula_safe(text) == text


def test_a_csv_file_is_safe_in_each_cell_and_in_each_part_of_a_list() -> None:
    table = pa.table({"user_id": [ATTACK, None], "calls": [3, 4], "names": [["a", FORMULA], []]})
    header, attacked, empty = csv.reader(io.StringIO(csv_file(table).decode()))
    assert header == ["user_id", "calls", "names"]
    assert attacked == [f"'{ATTACK}", "3", f"a; '{FORMULA}"]
    assert empty == ["", "4", ""]


def test_a_parquet_file_has_the_values_as_they_are() -> None:
    table = pa.table({"user_id": [ATTACK], "calls": [3]})
    assert pq.read_table(io.BytesIO(parquet_file(table))) == table


def test_no_page_writes_html_but_its_own_style_and_script() -> None:
    sources = [path.read_text() for path in (REPOSITORY / "dashboard").rglob("*.py")]
    assert sources
    assert not [source for source in sources if "unsafe_allow_html" in source]
    calls = [call for source in sources for call in re.findall(r"\.html\(.*", source)]
    assert sorted(calls) == [".html(SCRIPT, unsafe_allow_javascript=True)", ".html(STYLE)"]

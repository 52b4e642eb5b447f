"""One awkward answer in each form, byte for byte."""

import io
import sys

import duckdb
import pyarrow.parquet as pq
import pytest

from roletrail.errors import FrontDoorError
from roletrail.options import Format
from roletrail.output import ROWS_SHOWN, Shown, write_rows

AWKWARD = r"""
select *
from (
    values (
        'hoge',
        timestamptz '2026-01-31 23:41:00+01',
        ['GetObject', 'PutObject'],
        [{'type': 'AWS::S3::Bucket', 'arn': null}],
        '=cmd|''/C calc''!A0',
        'x' || chr(27) || '[31mred' || chr(8238) || chr(155),
        -5,
        interval 90 minute
    ), (
        'Zoë, 한국 😀',
        null,
        [],
        null,
        '[bold]no markup[/bold]',
        'two' || chr(10) || '"lines"',
        null,
        null
    )
) as answer(who, seen, apis, resources, formula, agent, number, lasted)
"""

# fmt: off
COLUMNS = r"""
who           seen                  apis                  resources                                formula                 agent                   number  lasted
hoge          2026-01-31 22:41:00Z  GetObject, PutObject  [{"type":"AWS::S3::Bucket","arn":null}]  =cmd|'/C calc'!A0       x\x1b[31mred\u202e\x9b      -5  01:30:00
Zoë, 한국 😀                                                                                       [bold]no markup[/bold]  two\n"lines"
""".lstrip()  # noqa: E501 - a table as wide as its cells
# fmt: on

BLOCKS = r"""
row 1
who        hoge
seen       2026-01-31 22:41:00Z
apis       GetObject, PutObject
resources  [{"type":"AWS::S3::Bucket",
           "arn":null}]
formula    =cmd|'/C calc'!A0
agent      x\x1b[31mred\u202e\x9b
number     -5
lasted     01:30:00
row 2
who      Zoë, 한국 😀
formula  [bold]no markup[/bold]
agent    two\n"lines"
""".lstrip()

CSV = (
    "who,seen,apis,resources,formula,agent,number,lasted\n"
    'hoge,2026-01-31T22:41:00Z,"[""GetObject"",""PutObject""]",'
    '"[{""type"":""AWS::S3::Bucket"",""arn"":null}]",'
    "'=cmd|'/C calc'!A0,x\x1b[31mred\u202e\x9b,-5,01:30:00\n"
    '"Zoë, 한국 😀",,[],,[bold]no markup[/bold],"two\n""lines""",,\n'
)

JSON = (
    "[\n"
    '{"who":"hoge","seen":"2026-01-31T22:41:00Z","apis":["GetObject","PutObject"],'
    '"resources":[{"type":"AWS::S3::Bucket","arn":null}],"formula":"=cmd|\'/C calc\'!A0",'
    r'"agent":"x\u001b[31mred\u202e\u009b","number":-5,"lasted":"01:30:00"},'
    "\n"
    '{"who":"Zoë, 한국 😀","seen":null,"apis":[],"resources":null,'
    r'"formula":"[bold]no markup[/bold]","agent":"two\n\"lines\"","number":null,"lasted":null}'
    "\n]\n"
)


def answer(query: str) -> duckdb.DuckDBPyRelation:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    return connection.sql(query)


@pytest.mark.parametrize(
    ("form", "width", "written"),
    [
        (Format.TABLE, None, COLUMNS),
        (Format.TABLE, "40", BLOCKS),
        (Format.CSV, None, CSV),
        (Format.JSON, None, JSON),
    ],
)
def test_an_awkward_answer_in_each_form_of_text(
    form: Format,
    width: str | None,
    written: str,
    capsysbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    if width is not None:
        monkeypatch.setenv("COLUMNS", width)
    assert write_rows(answer(AWKWARD), form) == 2
    assert capsysbinary.readouterr().out.decode() == written


def test_parquet_keeps_names_types_and_values(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert write_rows(answer(AWKWARD), Format.PARQUET) == 2
    table = pq.read_table(io.BytesIO(capsysbinary.readouterr().out))
    expected = answer(AWKWARD.replace("interval 90 minute", "'01:30:00'")).to_arrow_table()
    assert table.to_pylist() == expected.to_pylist()
    assert [str(kind) for kind in table.schema.types][1:3] == [
        "timestamp[us, tz=UTC]",
        "list<element: string>",
    ]


def test_no_rows_are_no_table_a_header_an_empty_array_and_a_file_without_rows(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    written = []
    for form in Format:
        assert write_rows(answer("select 1 as number where false"), form) == 0
        written.append(capsysbinary.readouterr().out)
    assert written[:3] == [b"", b"number\n", b"[]\n"]
    assert pq.read_table(io.BytesIO(written[3])).num_rows == 0


def test_columns_of_one_name_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    write_rows(answer("select 1 as number, 2 as number, 3 as number"), Format.JSON)
    assert capsys.readouterr().out == '[\n{"number":1,"number_2":2,"number_3":3}\n]\n'


def test_a_table_folds_its_texts_and_never_its_numbers_and_times(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    write_rows(
        answer("""
            select
                12345678 as calls,
                timestamptz '2026-01-31 22:41:00+00' as at,
                repeat('wide ', 8) as words,
        """),
        Format.TABLE,
    )
    assert capsys.readouterr().out == (
        "   calls  at                    words\n"
        "12345678  2026-01-31 22:41:00Z  wide wide wide wide wide\n"
        "                                wide wide wide\n"
    )


def test_a_table_shows_the_columns_it_is_told_and_the_other_forms_all(
    capsys: pytest.CaptureFixture[str],
) -> None:
    query = "select 'hoge' as user_id, 3 as call_count"
    shown = (Shown("who", lambda row: f"<{row['user_id']}>"),)
    write_rows(answer(query), Format.TABLE, shown)
    write_rows(answer(query), Format.CSV, shown)
    assert capsys.readouterr().out == "who\n<hoge>\nuser_id,call_count\nhoge,3\n"


def test_a_table_says_that_it_ends_before_the_answer_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_rows(answer(f"select * from range({ROWS_SHOWN + 1}) as numbers(number)"), Format.TABLE)
    written = capsys.readouterr()
    assert written.out.splitlines()[-1].strip() == str(ROWS_SHOWN - 1)
    assert written.err == "only the first 1,000 rows are shown; --format csv writes them all\n"


def test_parquet_is_refused_by_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    with pytest.raises(FrontDoorError, match="not for a terminal"):
        write_rows(answer("select 1"), Format.PARQUET)


def test_csv_on_a_terminal_holds_no_codes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    write_rows(answer("select chr(27) || '[2J' as agent"), Format.CSV)
    assert capsys.readouterr().out == "agent\n\\x1b[2J\n"


@pytest.mark.parametrize(
    ("query", "form", "reason"),
    [
        ("select timestamptz 'infinity' as ends", Format.JSON, "outside the years 1 to 9999"),
        ("select [interval 1 day] as waits", Format.PARQUET, "a type that Parquet doesn't know"),
    ],
)
def test_a_value_that_has_no_form_says_what_to_do(query: str, form: Format, reason: str) -> None:
    with pytest.raises(FrontDoorError, match=reason):
        write_rows(answer(query), form)

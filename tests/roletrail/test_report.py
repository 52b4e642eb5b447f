import csv
import io
import json
import os
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from analysis.reports import TABLES, Kind
from roletrail import report_workbook
from roletrail.cli import main
from roletrail.commands import report as command
from roletrail.errors import ExitCode
from roletrail.report_kind_charts import CHARTS
from roletrail.report_page import CELL_CHARACTERS, ROWS_SHOWN, shown
from roletrail.report_sections import SECTIONS, TABLE_WORDS
from roletrail.report_writing import ReportFormat
from tests.dashboard.lakes import ATTACK, make_hostile_lake
from tests.dashboard.serving import QUIET

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

WEEK = ("--period", "week", "--at", "2026-09-16")
FORMATS = [word for form in ReportFormat for word in ("--format", form.value)]
STEM = "report-2026-W38"
HOSTILE_STEM = "report-2026-03-02"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
VOID = {"meta", "link", "img", "br", "input"}
Written = pytest.CaptureFixture[str]


class Page(HTMLParser):
    """What is in a page: its elements with their attributes, and the texts of each."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        for tag in set(self._open):
            self.texts[tag][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def written(sample_lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sample week's report in all formats."""
    folder = tmp_path_factory.mktemp("report")
    code = main(["report", "--lake", str(sample_lake), "--out", str(folder), *WEEK, *FORMATS])
    assert code is ExitCode.OK
    return folder


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the report, in all formats, of a lake that attacks its reader."""
    folder = tmp_path_factory.mktemp("hostile")
    lake = make_hostile_lake(folder / "lake")
    day = ("--period", "day", "--at", "2026-03-02")
    main(["report", "--lake", str(lake), "--out", str(folder / "out"), *day, *FORMATS])
    return folder / "out"


@pytest.fixture(scope="module")
def page(written: Path) -> Page:
    """Return what is in the sample week's page."""
    return Page((written / f"{STEM}.html").read_text())


def sheet_rows(workbook: Path, number: int) -> Iterator[list[str]]:
    """Yield the cells of a sheet as text; the first sheet is about the others."""
    with zipfile.ZipFile(workbook) as file:
        sheet = ET.fromstring(file.read(f"xl/worksheets/sheet{number}.xml"))  # noqa: S314 - our own
        for row in sheet.iter(f"{SHEET}row"):
            yield ["".join(cell.itertext()) for cell in row]


# ── the files ────────────────────────────────────────────────────────────────────────────────


def test_the_same_lake_and_period_give_the_same_bytes_wherever_and_whenever(
    written: Path, sample_lake: Path, tmp_path: Path
) -> None:
    lake = os.path.relpath(sample_lake, tmp_path)
    subprocess.run(
        [sys.executable, "-m", "roletrail", "report", "--out", "out", *WEEK, *FORMATS],
        env=os.environ | {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7", "ROLETRAIL_LAKE": lake},
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    names = sorted(path.name for path in written.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "out").iterdir())
    for name in names:
        content = (tmp_path / "out" / name).read_bytes()
        content = content.replace(lake.encode(), str(sample_lake).encode())
        assert content == (written / name).read_bytes(), name


def test_every_format_has_the_same_numbers(written: Path) -> None:
    tables = json.loads((written / f"{STEM}.json").read_text())["tables"]
    assert list(tables) == ["range_totals", *TABLE_WORDS]
    for number, (name, rows) in enumerate(tables.items(), start=2):
        parquet = pq.read_table(written / f"{STEM}-{name}.parquet")
        with (written / f"{STEM}-{name}.csv").open(newline="") as file:
            in_csv = list(csv.DictReader(file))
        _, *in_sheet = sheet_rows(written / f"{STEM}.xlsx", number)
        assert len(rows) == parquet.num_rows == len(in_csv) == len(in_sheet) > 0
        for column in (name for name in parquet.column_names if name.endswith("_count")):
            numbers = [row[column] for row in rows]
            assert numbers == [int(str(one)) for one in parquet[column].to_pylist()]
            assert numbers == [int(row[column]) for row in in_csv]
        names = parquet.column_names
        place = next((n for n, one in enumerate(names) if one.endswith("_count")), 0)
        if place and not any(parquet[n].null_count for n in range(place)):
            assert [int(row[place]) for row in in_sheet] == parquet[place].to_pylist()


def test_each_row_carries_the_command_that_gives_its_events(
    written: Path, sample_lake: Path, capsys: Written
) -> None:
    with (written / f"{STEM}-denials_in_range.csv").open(newline="") as file:
        row = next(csv.DictReader(file))
    program, *words = shlex.split(row["trace"])
    assert (program, words[0], len(words)) == ("roletrail", "sql", 2)
    main([*words, "--lake", str(sample_lake), "--format", "csv"])
    events = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(events) == int(row["event_count"])
    assert {event["result"] for event in events} == {"denied"}


def test_names_of_files_are_of_the_period_and_never_of_what_was_logged(
    sample_lake: Path, tmp_path: Path, capsys: Written
) -> None:
    narrowed = ("--person", "hoge", "--kind", "denied", "--kind", "fleet")
    span = ("--since", "2026-09-14T09:30", "--until", "2026-09-15")
    main(["report", "--lake", str(sample_lake), "--out", str(tmp_path), *span, *narrowed])
    (file,) = tmp_path.iterdir()
    assert re.fullmatch(
        r"report-2026-09-14T09Z-2026-09-15T00Z-denied-fleet-[0-9a-f]{10}\.html", file.name
    )
    assert capsys.readouterr().out == f"{file}\n"


def test_a_sheet_that_is_too_small_says_so(
    sample_lake: Path, tmp_path: Path, capsys: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_workbook, "MOST_ROWS", 4)
    options = ("--kind", "fleet", "--format", "xlsx")
    main(["report", "--lake", str(sample_lake), "--out", str(tmp_path), *WEEK, *options])
    said = "XLSX holds only the first rows of fleets_in_range; --format csv has them all"
    assert f"warning: {said}\n" in capsys.readouterr().err
    (workbook,) = tmp_path.iterdir()
    about = dict(row for row in sheet_rows(workbook, 1) if len(row) == 2)
    assert about["sheet fleets_in_range"].startswith("the first 3 of 10 rows")
    assert len(list(sheet_rows(workbook, 3))) == 4


# ── the page ─────────────────────────────────────────────────────────────────────────────────


def test_the_page_stands_alone(page: Page) -> None:
    assert not page.all("script")
    assert not page.all("link")
    assert not [one for _, one in page.elements if "src" in one or "xlink:href" in one]
    assert all((link["href"] or "").startswith("#") for link in page.all("a"))
    assert not re.findall(r"url\((?!#)|@import", "".join(page.texts["style"]))
    policies = [one["content"] for one in page.all("meta") if "http-equiv" in one]
    assert any((policy or "").startswith("default-src 'none'") for policy in policies)


def test_the_page_can_be_read_without_eyes_or_colours(page: Page) -> None:
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("h1")) == 1
    assert page.texts["h2"] == [
        *(section.heading for section in SECTIONS.values()),
        "How to read and check this",
    ]
    assert len(page.texts["caption"]) == len(page.all("table"))
    assert all(page.texts["caption"])
    assert all(cell.get("scope") in {"col", "row"} for cell in page.all("th"))
    drawings = [one for one in page.all("svg") if one.get("role") == "img"]
    assert len(drawings) == len(Kind) + 1  # coverage has two
    ids = {one["id"] for _, one in page.elements if "id" in one}
    for drawing in drawings:
        assert set((drawing["aria-labelledby"] or "").split()) <= ids
    others = [one for one in page.all("svg") if one not in drawings]
    assert all(one["aria-hidden"] == "true" for one in others)
    assert len([one for _, one in page.elements if "id" in one]) == len(ids)


def test_the_page_says_what_it_leaves_out_and_how_to_have_it(written: Path, page: Page) -> None:
    text = " ".join("".join(page.texts["main"]).split())
    rows = len(pq.read_table(written / f"{STEM}-streaming_session_api_calls.parquet"))
    assert rows > ROWS_SHOWN
    assert f"The first {ROWS_SHOWN} of {rows:,} rows. All of them: roletrail report" in text
    assert text.count("What stands behind this table: roletrail sql") == len(TABLE_WORDS)


def test_a_period_without_calls_has_a_report_that_says_so(
    sample_lake: Path, tmp_path: Path
) -> None:
    day = ("--period", "day", "--at", "2026-01-01")
    code = main(["report", "--lake", str(sample_lake), "--out", str(tmp_path), *day, *FORMATS])
    assert code is ExitCode.OK
    text = Page((tmp_path / "report-2026-01-01.html").read_text()).texts
    assert "The lake has no calls of this period and scope" in "".join(text["header"])
    assert "No call in the period was denied." in "".join(text["main"])


def test_hostile_texts_are_shown_and_do_nothing(hostile: Path) -> None:
    page = Page((hostile / f"{HOSTILE_STEM}.html").read_text())
    assert not page.all("script")
    assert not page.all("img")
    assert "<script>" in "".join(page.texts["td"])
    assert "\u202e" not in "".join(page.texts["html"])
    assert "\\u202egpj.exe" in "".join(page.texts["td"])


def test_hostile_texts_are_no_formulas_in_any_spreadsheet(hostile: Path) -> None:
    for file in hostile.glob("*.csv"):
        with file.open(newline="") as text:
            cells = [cell for row in csv.reader(text) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    with zipfile.ZipFile(hostile / f"{HOSTILE_STEM}.xlsx") as workbook:
        sheets = [workbook.read(one) for one in workbook.namelist() if "worksheets/" in one]
        assert b'quotePrefix="1"' in workbook.read("xl/styles.xml")
    assert not [sheet for sheet in sheets if b"<f>" in sheet or b"<hyperlink" in sheet]
    assert any(b"HYPERLINK" in sheet for sheet in sheets)


def test_a_text_is_bounded_on_the_page_and_in_a_sheet() -> None:
    assert shown("A" * 10_000) == "A" * CELL_CHARACTERS + "…"
    assert shown(None) == shown("") == "\N{EN DASH}"
    assert shown("\u202eexe\n") == "\\u202eexe\\n"
    assert report_workbook.cell_text("=" * 40_000).endswith("(cut)")
    assert len(report_workbook.cell_text("=" * 40_000)) == report_workbook.MOST_CHARACTERS


@pytest.mark.browser
def test_in_a_browser_nothing_is_loaded_and_nothing_runs(hostile: Path, browser: str) -> None:
    from playwright.sync_api import sync_playwright

    address = (hostile / f"{HOSTILE_STEM}.html").as_uri()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser, args=list(QUIET))
        page = running.new_page(viewport={"width": 1280, "height": 900})
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        assert page.title() == "roletrail report, Mon 2 Mar 2026"
        assert asked == [address]
        rows = page.get_by_text("rows", exact=True)
        rows.first.click()
        assert page.locator("td code").first.is_visible()
        page.emulate_media(media="print")
        assert not page.locator("td code").first.is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
        running.close()


# ── where it goes ────────────────────────────────────────────────────────────────────────────


def test_a_report_goes_to_a_bucket(
    sample_lake: Path, written: Path, s3: "S3Client", capsys: Written
) -> None:
    s3.create_bucket(
        Bucket="reports", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    words = ["report", "--lake", str(sample_lake), *WEEK, "--out"]
    assert main([*words, "s3://reports/weekly/"]) is ExitCode.OK
    assert capsys.readouterr().out == f"s3://reports/weekly/{STEM}.html\n"
    found = s3.get_object(Bucket="reports", Key=f"weekly/{STEM}.html")
    assert found["Body"].read() == (written / f"{STEM}.html").read_bytes()
    assert found["ContentType"] == "text/html; charset=utf-8"

    assert main([*words, "s3://nowhere/weekly"]) is ExitCode.NOTHING_DONE
    error = capsys.readouterr().err
    assert error.startswith("error: can't write s3://nowhere/weekly/")
    assert error.count("\n") == 1


def test_a_folder_that_can_not_be_written_to_is_named(
    sample_lake: Path, tmp_path: Path, capsys: Written
) -> None:
    (tmp_path / "file").touch()
    out = str(tmp_path / "file" / "folder")
    assert main(["report", "--lake", str(sample_lake), "--out", out]) is ExitCode.NOTHING_DONE
    assert capsys.readouterr().err.startswith(f"error: can't write to {out}: ")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--since", "2026-09-14"), "a period has two ends"),
        (("--since", "2026-09-14", "--until", "2026-09-14"), "isn't after"),
        (("--since", "2026-09-14", "--until", "2026-09-15", "--at", "2026-09-14"), "Leave out"),
        (("--at", "yesterday"), "is no day"),
        (("--kind", "everything"), "is not one of"),
        (("--fleet", "tradingfleet"), "did you mean trading-fleet?"),
    ],
)
def test_what_can_not_be_meant_is_refused_and_writes_nothing(
    options: tuple[str, ...], message: str, sample_lake: Path, tmp_path: Path, capsys: Written
) -> None:
    words = ["report", "--lake", str(sample_lake), "--out", str(tmp_path / "out"), *options]
    assert main(words) is ExitCode.NOTHING_DONE
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_command_line_and_the_rooms_behind_it_know_the_same_words() -> None:
    from analysis.reports import Length

    assert [one.value for one in command.Kind] == [one.value for one in Kind]
    assert [one.value for one in command.Length] == [one.value for one in Length]
    assert [one.value for one in command.Form] == [one.value for one in ReportFormat]
    assert list(CHARTS) == list(SECTIONS) == list(TABLES) == list(Kind)
    assert list(TABLE_WORDS) == [table.name for tables in TABLES.values() for table in tables]
    assert ATTACK.startswith("=")

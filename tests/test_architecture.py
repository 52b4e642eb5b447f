"""The house rules that a reader relies on, each proved and each able to fail."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, ROOMS

HEAVY = ("boto3", "botocore", "duckdb", "numpy", "pandas", "pyarrow", "pyiceberg", "streamlit")
VAGUE = {"common", "data", "helper", "helpers", "manager", "process", "util", "utils"}
MODULES = sorted(
    path
    for folder in (*ROOMS, "tests", "benchmarks")
    for path in (REPOSITORY / folder).rglob("*.py")
)
SQL_FILES = sorted(path for room in ROOMS for path in (REPOSITORY / room).rglob("*.sql"))


def in_repository(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


# ── who imports whom ─────────────────────────────────────────────────────────────────────────


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the packages in this folder, by the contracts beside them."""
    lint = "import sys; from importlinter.cli import lint_imports as lint; "
    return subprocess.run(
        [sys.executable, "-c", lint + "sys.exit(lint(no_cache=True, no_logo=True))"],
        cwd=folder,
        env=os.environ | {"COLUMNS": "200"},  # one line per contract
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_import_contract_is_kept() -> None:
    lint = lint_imports(REPOSITORY)
    assert lint.returncode == 0, lint.stdout


@pytest.mark.parametrize(
    ("module", "forbidden", "contract"),
    [
        ("lake", "analysis", "Data flows one way"),
        ("ingest", "analysis", "Ingest and analysis know the tables, not each other"),
        ("analysis", "ingest", "Ingest and analysis know the tables, not each other"),
        ("dashboard", "lake", "The dashboard asks analysis and nobody else"),
        ("dashboard", "sample_logs", "The dashboard asks analysis and nobody else"),
        ("lake", "sample_logs", "The lake stands alone"),
        ("ingest", "roletrail", "Nothing imports the front door"),
        ("sample_logs", "lake", "The sample logs are data and import nothing of ours"),
        ("roletrail", "tests", "No room imports the tests"),
        ("analysis", "boto3", "AWS is called from ingest alone"),
        ("lake", "botocore", "AWS is called from ingest alone"),
        ("roletrail", "streamlit", "Streamlit is known to the dashboard alone"),
    ],
)
def test_a_forbidden_import_breaks_its_contract(
    tmp_path: Path, module: str, forbidden: str, contract: str
) -> None:
    for package in (*ROOMS, "tests"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    (tmp_path / module / "intruder.py").write_text(f"def late() -> None:\n    import {forbidden}\n")

    lint = lint_imports(tmp_path)

    assert lint.returncode == 1
    broken = [line for line in lint.stdout.splitlines() if line.endswith(" BROKEN")]
    assert any(line.startswith(contract) for line in broken), lint.stdout


# ── what is loaded when ──────────────────────────────────────────────────────────────────────


def loaded_by(statements: str) -> set[str]:
    """Return the top-level names of all modules that a fresh Python holds after these lines."""
    names = "import sys; print('LOADED', *{name.partition('.')[0] for name in sys.modules})"
    run = subprocess.run(
        [sys.executable, "-c", f"{statements}\n{names}"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stdout.rpartition("LOADED ")[2].split())


def imports_of(folder: str, *, without: str) -> str:
    """Return import statements for a room's modules whose source does not name a package."""
    files = [path for path in MODULES if in_repository(path).startswith(f"{folder}/")]
    modules = [
        in_repository(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path in files
        if without not in path.read_text()
    ]
    return "\n".join(f"import {module}" for module in modules)


def test_analysis_loads_neither_aws_nor_streamlit_nor_ingest() -> None:
    loaded = loaded_by(imports_of("analysis", without="streamlit"))
    assert "analysis" in loaded
    assert not loaded & {"boto3", "botocore", "streamlit", "ingest", "roletrail"}


def test_dashboard_modules_without_streamlit_load_neither_aws_nor_ingest() -> None:
    loaded = loaded_by(imports_of("dashboard", without="streamlit"))
    assert "dashboard" in loaded
    assert not loaded & {"boto3", "botocore", "streamlit", "ingest", "roletrail"}


def test_help_loads_no_heavy_package() -> None:
    show_help = (
        "import sys; from roletrail.cli import main; sys.argv = ['roletrail', '--help']\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    assert not stop.code"
    )
    loaded = loaded_by(show_help)
    assert "typer" in loaded
    assert not loaded & set(HEAVY)


def test_importing_roletrail_in_a_notebook_loads_no_aws() -> None:
    assert not loaded_by("import roletrail") & {"boto3", "botocore", "streamlit"}


# ── names ────────────────────────────────────────────────────────────────────────────────────


def names_given_in(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield each name that this code gives to something of its own, with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, node.lineno
            case ast.ClassDef(name=name) | ast.arg(arg=name):
                yield name, node.lineno
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                for alias in aliases:
                    yield alias.asname or alias.name, node.lineno
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                yield name, node.lineno


@pytest.mark.parametrize(
    "code",
    [
        "session = 1",
        "def f(session): ...",
        "lambda session: 1",
        "self.session = 1",
        "for session in (): ...",
        "from boto3 import session",
        "class Session: ...",
    ],
)
def test_a_bare_session_is_noticed(code: str) -> None:
    assert "session" in {name.lower() for name, _ in names_given_in(ast.parse(code))}


@pytest.mark.parametrize("code", ["role_session = 1", "boto3.session.Session()", "f(session=1)"])
def test_a_qualified_session_and_others_own_names_are_left_alone(code: str) -> None:
    assert "session" not in {name.lower() for name, _ in names_given_in(ast.parse(code))}


@pytest.mark.parametrize("path", MODULES, ids=in_repository)
def test_it_says_which_session_it_means(path: Path) -> None:
    bare = [
        line
        for name, line in names_given_in(ast.parse(path.read_text()))
        if name.lower() == "session"
    ]
    assert not bare, f"name a role_session or a streaming_session, lines {bare}"


@pytest.mark.parametrize("path", SQL_FILES, ids=in_repository)
def test_sql_says_which_session_it_means(path: Path) -> None:
    code = re.sub(r"--.*|'[^']*'", "", path.read_text())
    assert not re.findall(r"\bsession\b", code)


def test_no_module_has_a_vague_name() -> None:
    assert not [path for path in MODULES if VAGUE & {path.stem, *path.parent.parts[-1:]}]


def test_no_dashboard_module_carries_a_rooms_name() -> None:
    """Streamlit puts the folder of its script on the import path, where it would hide the room."""
    assert not {path.stem for path in (REPOSITORY / "dashboard").rglob("*.py")} & set(ROOMS)


@pytest.mark.parametrize("path", MODULES, ids=in_repository)
def test_a_module_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


# ── SQL ──────────────────────────────────────────────────────────────────────────────────────


def test_the_tuple_of_views_is_the_folder_of_sql_files() -> None:
    from analysis.views import VIEWS

    folder = {path.stem for path in (REPOSITORY / "analysis" / "sql").glob("*.sql")}
    assert len(VIEWS) == len(set(VIEWS))
    assert set(VIEWS) == folder

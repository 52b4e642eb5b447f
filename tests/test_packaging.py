"""What is published is what is tested: the wheel, alone, in a folder with nothing else in it."""

import os
import site
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, ROOMS

COMPILED = Path("ingest/record_scanner").with_suffix(sysconfig.get_config_var("EXT_SUFFIX"))


def run(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that must succeed, with none of this checkout on Python's path."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the source archive, and the wheel built from that archive."""
    folder = tmp_path_factory.mktemp("dist")
    build: list[str | Path] = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder]
    run(*build, REPOSITORY, folder=REPOSITORY)
    (archive,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    return archive, wheel


@pytest.fixture(scope="module")
def installed(published: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the programs' folder of an environment that holds the wheel and its dependencies.

    The dependencies are borrowed from the environment that runs the tests. A path file there,
    such as the one of an editable install, is not followed from here.
    """
    environment = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(environment, symlinks=True)
    paths = {"base": str(environment), "platbase": str(environment)}
    packages = Path(sysconfig.get_path("purelib", "venv", paths))
    programs = Path(sysconfig.get_path("scripts", "venv", paths))
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", programs / "python"]
    run(*pip, "install", "--quiet", "--no-deps", published[1], folder=environment)
    (packages / "borrowed.pth").write_text("\n".join(site.getsitepackages()))
    return programs


def files_of_the_rooms() -> set[str]:
    return {
        str(path.relative_to(REPOSITORY))
        for room in ROOMS
        for path in (REPOSITORY / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != COMPILED.suffix
    }


def test_the_wheel_holds_every_file_of_the_rooms_and_the_compiled_scanner(
    published: tuple[Path, Path],
) -> None:
    with zipfile.ZipFile(published[1]) as wheel:
        files = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert files == files_of_the_rooms() | {str(COMPILED)}


def test_the_wheel_carries_the_sample_logs_and_the_sql(published: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(published[1]) as wheel:
        endings = {Path(name).parts[0] + Path(name).suffix for name in wheel.namelist()}
    assert {"sample_logs.gz", "sample_logs.csv", "sample_logs.json", "sample_logs.tsv"} <= endings
    assert {"analysis.sql", "analysis.toml"} <= endings


def test_the_source_archive_holds_the_tests_and_the_docs(published: tuple[Path, Path]) -> None:
    with tarfile.open(published[0]) as archive:
        files = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        "CHANGELOG.md",
        "Makefile",
        "constraints.txt",
        "docs/decisions/0001-dependencies.md",
        "tests/conftest.py",
    } <= files
    assert files_of_the_rooms() <= files


def test_every_room_comes_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    """Otherwise the tests below could pass on this checkout, not on what is published."""
    code = f"import importlib.util as u\nfor name in {ROOMS}: print(u.find_spec(name).origin)"
    origins = run(installed / "python", "-c", code, folder=tmp_path).stdout.split()
    assert len(origins) == len(ROOMS)
    assert all(Path(origin).is_relative_to(installed.parent) for origin in origins)


def test_help_answers_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    help_text = run(installed / "roletrail", "--help", folder=tmp_path).stdout
    assert "ingest" in help_text
    assert not list(tmp_path.iterdir())


def test_roletrail_is_imported_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    run(installed / "python", "-c", "import roletrail; roletrail.open", folder=tmp_path)


def test_the_demo_answers_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    answer = run(installed / "roletrail", "demo", "--no-serve", folder=tmp_path).stdout
    assert "hoge" in answer
    assert not list(tmp_path.iterdir()), "a demo without --lake leaves nothing behind"

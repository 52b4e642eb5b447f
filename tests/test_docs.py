"""The documents are run: what they show is what a reader gets."""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import REPOSITORY, SAMPLE_LOGS
from tests.documents import (
    DOCUMENTS,
    RUNNABLE,
    Block,
    blocks_of,
    pattern_of,
    roletrail_commands_in,
    steady,
)
from tests.tables_page import tables_page

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

STARTS_WITHIN = 60  # seconds until the dashboard answers; only a broken one takes longer
END = "--- end of command, status"

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
each_followed_document = pytest.mark.parametrize(
    "document",
    [path for path in DOCUMENTS if any(block.is_run for block in blocks_of(path))],
    ids=lambda path: path.name,
)


class Reader:
    """Someone who follows a document in a folder with the sample logs and a lake of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = os.environ | {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "COLUMNS": "100",
            "NO_COLOR": "1",
            "PYTHONUNBUFFERED": "1",
        }

    def begin(self) -> None:
        """Lay out what every document starts from."""
        shutil.copytree(SAMPLE_LOGS, self.folder / "sample_logs")
        self.ask(["roletrail", "demo", "--no-serve", "--lake", "roletrail-lake"], "")

    def ask(self, command: list[str], words: str) -> str:
        """Run a program on this standard input and return its output; it must succeed."""
        done = subprocess.run(
            command,
            input=words,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{words or command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def follow(self, block: Block) -> None:
        """Do what the block says, and compare what it shows with what comes back."""
        match block.language:
            case "python":
                self.ask([sys.executable, "-"], block.text)
            case "sql":
                rows = self.ask(["roletrail", "sql", "--format", "csv"], block.text).splitlines()
                assert len(rows) > 1, f"finds nothing in the sample logs:\n{block.text}"
            case _ if block.is_served:
                self.visit(block)
            case _:
                self.type_in(block)

    def type_in(self, block: Block) -> None:
        """Run a block's commands in one shell and check each one's status and output.

        Status 1 of roletrail is an answer, not a failure: some input rejected, or findings.
        """
        commands = block.commands()
        script = "\n".join(f"{command.text}\necho '{END}' $?" for command in commands)
        everything = self.ask(["bash", "-c", f"exec 2>&1 < /dev/null\n{script}"], "")
        ends = re.split(rf"^{END} (\d+)\n", everything, flags=re.MULTILINE)
        for command, printed, status in zip(commands, ends[::2], ends[1::2], strict=False):
            allowed = {"0", "1"} if command.text.startswith("roletrail ") else {"0"}
            assert status in allowed, f"$ {command.text}\n{printed}"
            if command.output is not None:
                shown = pattern_of(command.output)
                assert shown.fullmatch(steady(printed)), f"$ {command.text}\n{printed}"

    def visit(self, block: Block) -> None:
        """Start the block's last command on a free port, get its page, and stop it."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        *_, command = block.commands()
        server = subprocess.Popen(
            [*command.text.split(), "--port", str(port)],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            assert page_at(port, server), f"nothing served: {command.text}"
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=STARTS_WITHIN)


def page_at(port: int, server: subprocess.Popen[bytes]) -> bool:
    """Return whether a page comes from this port before the server ends or the time is up."""
    deadline = time.monotonic() + STARTS_WITHIN
    while server.poll() is None and time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=STARTS_WITHIN)
            connection.request("GET", "/")
            return connection.getresponse().status == http.HTTPStatus.OK
        except ConnectionError:
            time.sleep(0.2)
    return False


@pytest.fixture(scope="session")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a folder to follow documents in, and a copy of it as it was at first.

    A lake's files name each other by their whole paths, so a copy is of use in its old place only.
    """
    folder, kept = tmp_path_factory.mktemp("reader"), tmp_path_factory.mktemp("kept") / "reader"
    Reader(folder).begin()
    shutil.copytree(folder, kept)
    return folder, kept


@pytest.fixture
def reader(beginning: tuple[Path, Path]) -> Reader:
    """Someone who has done nothing yet."""
    folder, kept = beginning
    shutil.rmtree(folder)
    shutil.copytree(kept, folder)
    return Reader(folder)


def fill_buckets(s3: "S3Client", document: Path) -> None:
    """Make each bucket that the document names: the sample's trail, or its usage reports."""
    text = document.read_text()
    for bucket in sorted(set(re.findall(r"s3://([a-z0-9.-]+)", text))):
        is_reports = bucket.startswith("appstream-logs-")
        (folder,) = SAMPLE_LOGS.glob("usage-reports/*") if is_reports else [SAMPLE_LOGS / "trail"]
        s3.create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        for file in folder.rglob("*"):
            if file.is_file():
                s3.upload_file(str(file), bucket, file.relative_to(folder).as_posix())


@each_followed_document
def test_following_the_document_gives_what_it_shows(
    document: Path, s3: "S3Client", reader: Reader
) -> None:
    fill_buckets(s3, document)
    for block in blocks_of(document):
        if block.is_run:
            reader.follow(block)


@each_document
def test_a_block_that_is_not_run_says_why(document: Path) -> None:
    for block in blocks_of(document):
        assert re.fullmatch(r"|served|not run: \w.+", block.remark), block.remark
        assert block.language in RUNNABLE | {"text", "json", "toml"}, f"line {block.line}"


@each_document
def test_commands_and_options_that_are_named_exist(document: Path) -> None:
    known = options_by_command()
    for words in roletrail_commands_in(document):
        shown = " ".join(["roletrail", *words])
        command = words[0] if words and not words[0].startswith("-") else ""
        assert command in known, shown
        options = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert options <= known[command] | {"--help"}, shown


def test_every_command_is_documented() -> None:
    named = {words[0] for path in DOCUMENTS for words in roletrail_commands_in(path) if words}
    assert set(options_by_command()) - {""} <= named


def test_the_page_of_tables_is_as_it_is_generated() -> None:
    page = REPOSITORY / "docs" / "tables.md"
    assert page.read_text() == tables_page(), "out of date. Run: make tables"


def test_every_column_of_tables_and_views_says_what_it_means() -> None:
    without = re.findall(r"^\| \w+ \| \S.* \|  \|$", tables_page(), re.MULTILINE)
    assert not without


@each_document
def test_what_a_link_points_to_is_there(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", document.read_text()):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), target


def options_by_command() -> dict[str, set[str]]:
    """Return the long options of each command; the program's own stand under the empty name."""
    import typer.main

    from roletrail.cli import app

    group = typer.main.get_command(app)
    commands = {"": group, **getattr(group, "commands", {})}
    return {
        name: {option for parameter in command.params for option in parameter.opts}
        for name, command in commands.items()
    }


# ── the harness itself ───────────────────────────────────────────────────────────────────────


def test_shortened_output_matches_only_what_it_shows() -> None:
    shown = pattern_of("2 files in 0.8 s\n...\nhoge\n")
    assert shown.fullmatch(steady("2 files in 12.3 s\nfuga\nhoge\n"))
    assert not shown.fullmatch(steady("3 files in 12.3 s\nfuga\nhoge\n"))
    assert not shown.fullmatch(steady("2 files in 12.3 s\nfuga\n"))


def test_commands_are_found_in_text_and_blocks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "Ask `roletrail who KEY`.\n\n<!-- not run: asks AWS -->\n```console\n"
        "$ roletrail policy \\\n    --fleet f > policy.json\nerror\n"
        '$ roletrail sql "select 1\n    | 2" | cat\n```\n'
    )
    (block,) = blocks_of(page)
    assert (block.is_run, block.line, block.remark) == (False, 4, "not run: asks AWS")
    assert [command.output for command in block.commands()] == ["error\n", ""]
    assert list(roletrail_commands_in(page)) == [
        ["who", "KEY"],
        ["policy", "--fleet", "f"],
        ["sql", "select 1\n    | 2"],
    ]

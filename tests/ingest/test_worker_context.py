"""Workers begin to load early where there is much to read, and only there."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.worker_context import FEW_BYTES, FEW_OBJECTS, are_few, load_early

Starts = list[bool]
POOL = """
from concurrent.futures import ProcessPoolExecutor
from ingest.worker_context import worker_context
with ProcessPoolExecutor(1, worker_context()) as pool:
    print(pool.submit(abs, -4).result())
"""


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> Starts:
    """How often the process that workers are forked from was asked for."""
    starts: Starts = []
    monkeypatch.setattr(
        "ingest.worker_context.forkserver.ensure_running", lambda: starts.append(True)
    )
    return starts


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], True),
        ([1] * (FEW_OBJECTS - 1), True),
        ([1] * FEW_OBJECTS, False),
        ([FEW_BYTES - 1], True),
        ([FEW_BYTES], False),
    ],
)
def test_objects_are_few_if_neither_their_number_nor_their_size_is_large(
    sizes: list[int], *, expected: bool
) -> None:
    assert are_few(sizes) is expected


def test_no_more_objects_are_looked_at_than_make_workers_worth_it() -> None:
    def sizes() -> Iterator[int]:
        yield from [1] * FEW_OBJECTS
        pytest.fail("one more was looked at")

    assert not are_few(sizes())


def test_a_large_file_below_a_folder_lets_workers_load(starts: Starts, tmp_path: Path) -> None:
    (tmp_path / "AWSLogs").mkdir()
    (tmp_path / "AWSLogs" / "log.json").write_bytes(b" " * FEW_BYTES)
    load_early([str(tmp_path)])
    assert starts


def test_a_bucket_lets_workers_load_while_it_is_listed(starts: Starts) -> None:
    load_early(["s3://trail/AWSLogs"])
    assert starts


@pytest.mark.parametrize("source", ["small", "missing"])
def test_little_or_nothing_lets_no_worker_load(starts: Starts, tmp_path: Path, source: str) -> None:
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "log.json").write_bytes(b"{}")
    load_early([str(tmp_path / source)])
    assert not starts


def test_workers_start_however_long_the_path_of_the_folder_for_temporary_files(
    tmp_path: Path,
) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    said = subprocess.run(
        [sys.executable, "-c", POOL],
        env=os.environ | {"TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.stdout, said.stderr) == ("4\n", "")

"""Where the scanner wasn't compiled, ingest makes the same of everything.

But for a record of over 4 MiB, which is then refused: it would take too much to read it tolerantly.
"""

import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.decode import is_compiled
from ingest.kinds import Kind
from ingest.origin import Rejection
from tests.conftest import REPOSITORY, SAMPLE_LOGS
from tests.ingest.fuzz.mutations import mutated
from tests.ingest.fuzz.seeds import seeds_of
from tests.ingest.fuzz.targets import taken
from tests.ingest.log_files import LOG_KEY, log_file, put, record
from tests.ingest.oddities.__main__ import FOLDER

ODDITIES = sorted(FOLDER.iterdir())
SEEDS = {target: seeds_of(target) for target in ("record", "object")}
SAMPLES = sorted((SAMPLE_LOGS / "trail").rglob("*.json.gz"))[::4]

Outcome: TypeAlias = tuple[Kind, int, list[Rejection], list[dict[str, Any]]]


def outcome(content: bytes) -> Outcome:
    """Return what ingest makes of an object: its kind, its records, and their rows in order."""
    found = taken(content)
    rows = sorted(found.rows, key=lambda row: int(row["record_index"]))
    return found.reading.kind, found.reading.records_read, found.reading.rejections, rows


def outcomes(content: bytes) -> tuple[Outcome, Outcome]:
    """Return what is made of an object with the compiled scanner and without."""
    assert is_compiled()
    with_scanner = outcome(content)
    with pytest.MonkeyPatch.context() as patch:
        # What is missing then; and what was made with it must not be there already.
        patch.setitem(sys.modules, "ingest.record_scanner", None)
        patch.delitem(sys.modules, "ingest.scanned_events", raising=False)
        assert not is_compiled()
        return with_scanner, outcome(content)


@pytest.mark.parametrize("path", [*ODDITIES, *SAMPLES], ids=lambda path: path.name)
def test_a_file_becomes_the_same_without_the_scanner(path: Path) -> None:
    with_scanner, without = outcomes(path.read_bytes())
    assert without == with_scanner


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.sampled_from(["record", "object"]), st.integers(0, 2**32))
def test_so_does_what_was_changed(target: str, seed: int) -> None:
    random = Random(seed)
    ordinary = random.choice(SEEDS["record"])
    changed = mutated(random.choice(SEEDS[target]), random)
    content = b'{"Records":[%s,%s]}' % (ordinary, changed) if target == "record" else changed
    with_scanner, without = outcomes(content)
    assert without == with_scanner


INGEST_WITHOUT_IT = """
import sys
from pathlib import Path

sys.modules["ingest.record_scanner"] = None
from ingest import ingest, is_compiled
from lake import open_lake

lake, source = map(Path, sys.argv[1:])
summary = ingest(open_lake(lake, create=True), [source], processes=1)
print(is_compiled(), summary.events_written, summary.records_rejected)
"""


def test_nothing_else_needs_the_scanner(tmp_path: Path) -> None:
    files = {LOG_KEY.format("a"): log_file(record(1), record(2, readOnly="True"), {"odd": 1})}
    source = put(tmp_path / "source", files)
    run = [sys.executable, "-c", INGEST_WITHOUT_IT, str(tmp_path / "lake"), str(source)]
    said = subprocess.run(run, capture_output=True, check=True, text=True, cwd=REPOSITORY).stdout
    assert said.split() == ["False", "2", "1"]

"""Runs of attribution that get in each other's way: one is published whole, the other gives up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Semaphore, Thread, current_thread
from typing import TypeVar

import pytest

from analysis import attribution
from analysis.attribution import attribute
from ingest import ingest
from lake import Lake, LakeError, open_lake, publication
from lake.catalog import ensure_tables
from lake.derived_tables import ATTRIBUTIONS
from lake.publication import Publication, last_publication, publish
from tests.exactly_once.invariants import derived
from tests.ingest.log_files import log_file, record

Result = TypeVar("Result")
FIRST, SECOND = "first", "second"
KNOWN = "known"  # logs that were attributed before
GIVES_UP = r"another attribution (writes \w+|came in between)\. Run it again"
STEPS = 11  # tables that a run can write, and the publication


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return log files of two days: known ones, what the first run is to find, and the second."""
    folder = tmp_path_factory.mktemp("logs")
    for number, name in enumerate((KNOWN, FIRST, SECOND)):
        days = (14, 15) if name == KNOWN else (13 + number,)
        records = [
            record(100 * number + day, eventTime=f"2026-09-{day}T08:{10 + number}:00Z")
            for day in days
        ]
        (folder / f"{name}.json.gz").write_bytes(log_file(*records))
    return folder


@pytest.fixture(scope="module")
def expected(logs: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return what each of the runs would publish if it were alone."""
    lake = lake_of_known(tmp_path_factory.mktemp("alone") / "lake", logs)
    rows = {}
    for name in (FIRST, SECOND):
        take_in(lake, logs, name)
        attribute(lake)
        rows[name] = derived(lake)
    return rows


def lake_of_known(folder: Path, logs: Path) -> Lake:
    lake = open_lake(folder, create=True)
    take_in(lake, logs, KNOWN)
    attribute(lake)
    return lake


def take_in(lake: Lake, logs: Path, name: str) -> None:
    assert ingest(lake, [logs / f"{name}.json.gz"], processes=1).events_written


class Race:
    """Runs that wait before each table that they write, and before they publish."""

    def __init__(self, folder: Path) -> None:
        self.failures: dict[str, str] = {}
        self._folder = folder
        self._go = {FIRST: Semaphore(0), SECOND: Semaphore(0)}
        self._stands = {FIRST: Semaphore(0), SECOND: Semaphore(0)}
        self._threads: dict[str, Thread] = {}

    def start(self, name: str) -> None:
        """Start a run, and return when it stands before its first table."""
        self._threads[name] = Thread(target=self._run, args=(name,), name=name)
        self._threads[name].start()
        self._stands[name].acquire()

    def step(self, name: str) -> None:
        """Let a run do one thing more, if it hasn't ended."""
        self._go[name].release()
        self._stands[name].acquire()

    def waiting(self, function: Callable[..., Result]) -> Callable[..., Result]:
        """Return the function, so that a run waits for its turn before it."""

        def wait_and_do(*arguments: object) -> Result:
            name = current_thread().name
            self._stands[name].release()
            self._go[name].acquire()
            return function(*arguments)

        return wait_and_do

    def finish(self) -> None:
        """Let the runs go on to their ends, one after the other."""
        for name, thread in self._threads.items():
            self._go[name].release(100)
            thread.join()

    def _run(self, name: str) -> None:
        try:
            attribute(open_lake(self._folder))
        except LakeError as error:
            self.failures[name] = str(error)
        finally:
            self._stands[name].release(100)


@contextmanager
def race_in(folder: Path) -> Iterator[Race]:
    race = Race(folder)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("replace_rows", "publish"):
            patch.setattr(attribution, name, race.waiting(getattr(attribution, name)))
        yield race
        race.finish()


@pytest.mark.parametrize(
    "order",
    [
        [SECOND, *[FIRST] * STEPS],
        [FIRST, SECOND] * STEPS,
        [*[SECOND] * (STEPS - 4), *[FIRST] * STEPS],
    ],
    ids=["overtaken at first", "in turn", "overtaken until late"],
)
def test_of_two_runs_at_once_one_is_published_whole(
    tmp_path: Path, logs: Path, expected: dict[str, str], order: list[str]
) -> None:
    lake = lake_of_known(tmp_path / "lake", logs)
    with race_in(tmp_path / "lake") as race:
        take_in(lake, logs, FIRST)
        race.start(FIRST)
        take_in(lake, logs, SECOND)
        race.start(SECOND)
        for name in order:
            race.step(name)
    (loser,) = race.failures
    (winner,) = {FIRST, SECOND} - {loser}
    assert derived(lake) == expected[winner]
    with pytest.raises(LakeError, match=GIVES_UP):
        raise LakeError(race.failures[loser])
    attribute(lake)
    assert derived(lake) == expected[SECOND]


def test_what_was_published_since_a_run_began_is_not_replaced(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake", create=True)
    ensure_tables(lake, (ATTRIBUTIONS,))
    started_from = last_publication(lake)
    other = Publication(settings="other")
    publish(lake, other, started_from)
    published = last_publication(lake)
    with pytest.raises(LakeError, match="another attribution came in between"):
        publish(lake, Publication(published.snapshots), started_from)
    assert (last_publication(lake), published.settings) == (published, "other")


def test_two_who_publish_at_the_same_instant_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = open_lake(tmp_path / "lake", create=True)
    ensure_tables(lake, (ATTRIBUTIONS,))
    started_from = last_publication(lake)
    properties_of = publication._properties

    def overtaken(own: Publication, snapshot_id: int) -> dict[str, str]:
        monkeypatch.setattr(publication, "_properties", properties_of)
        publish(lake, Publication(settings="other"), started_from)
        return properties_of(own, snapshot_id)

    monkeypatch.setattr(publication, "_properties", overtaken)
    with pytest.raises(LakeError, match="another attribution came in between"):
        publish(lake, Publication(settings="own"), started_from)
    assert last_publication(lake).settings == "other"

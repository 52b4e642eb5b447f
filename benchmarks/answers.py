"""How long answers take on 50 million events: each page of the dashboard, and one thing looked up.

    python benchmarks/answers.py [--events 50000000] [--lake DIR] [--runs 9] [--only-pages]

Makes a lake of that many events over 30 days (50,000 role sessions, 5,000 streaming sessions) in
DIR unless it is there, and attributes it. Then every page is opened as a browser would, by default
(the last 7 days) and narrowed to a fleet and a person, and all that it asked is asked again, on the
same kind of connection: one that only reads. Each query is run once to warm up and then as often
as said. p50 and p95 are over all runs of all queries of a page; other programs may share the
machine, so that "best" and "CPU" (processor time) count each query's best run alone, and "sum"
adds the best up. Last, chDB and polars answer some of the questions from the same data files, if
they are installed: `pip install -e .[bench]`.
"""

import argparse
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from answers_elsewhere import compare
from month_of_events import prepared
from page_questions import Asked, Page, questions_of

from analysis import Answers, open_answers

PAGE_MARK = 0.2
ONE_THING_MARK = 0.3
MILLISECONDS = 1_000
AS_OPENED: dict[str, dict[str, str]] = {"": {}}
NARROWED: dict[str, dict[str, str]] = {
    **AS_OPENED,
    ", a fleet": {"fleet": "fleet-2"},
    ", a person": {"person": "user-42"},
}
# Page, address and what else the address says; each narrowed in each of these ways.
LISTS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("overview", "", {}),
    ("streaming sessions", "streaming-sessions", {}),
    ("streaming sessions, searched", "streaming-sessions", {"search": "Api7"}),
    ("calls without one", "streaming-sessions", {"show": "unattributed"}),
    ("people", "people", {}),
    ("APIs", "apis", {}),
    ("APIs, matrix", "apis", {"tab": "Streaming sessions by APIs"}),
    ("APIs, first uses", "apis", {"tab": "First uses"}),
    ("one API", "apis", {"service": "s3.amazonaws.com", "call": "Api7"}),
    ("roles and fleets", "roles", {}),
    ("credentials", "credentials", {}),
    ("VPC endpoints", "endpoints", {}),
    ("findings", "findings", {}),
    ("health", "health", {}),
)
PERSON_TABS = ("APIs", "Credentials", "Addresses", "Events")
STREAMING_SESSION_TABS = ("APIs", "Events", "Credentials", "Endpoints")
NEWEST_OF_FLEET = """
    select streaming_session_id from streaming_sessions
    where fleet_name = 'fleet-2' and api_count > 0 order by started_at desc limit 1
"""
SOME_EVENT = """
    select event_id, access_key_id from events
    where event_time >= timestamptz '2026-09-16 12:00:00+00'
        and event_time < timestamptz '2026-09-16 13:00:00+00'
    order by event_id limit 1
"""


@dataclass(frozen=True, slots=True)
class Timing:
    """What one query took, in seconds: on the clock run by run, and of processor time at best."""

    seconds: tuple[float, ...]
    cpu_seconds: float

    @property
    def best(self) -> float:
        """Return the seconds of the fastest run."""
        return min(self.seconds)


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value that this share of the values doesn't exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def pages_of(answers: Answers, narrowed: Mapping[str, dict[str, str]]) -> list[Page]:
    """Return all pages as they are opened: lists narrowed in each way, and one thing of each."""
    pages = [
        Page(name + narrowing, address, {**parameters, **more})
        for name, address, parameters in LISTS
        for narrowing, more in narrowed.items()
        if not (address == "people" and "person" in more)  # that is the page of one person
    ]
    return pages + one_thing_pages(answers)


def one_thing_pages(answers: Answers) -> list[Page]:
    """Return the pages about one person, streaming session, event and set of credentials."""
    streaming_session_id = one_row(answers, NEWEST_OF_FLEET)[0]
    event_id, access_key_id = one_row(answers, SOME_EVENT)
    person = {"person": "user-42"}
    one = {"id": streaming_session_id}
    found = answers.ask("who_made_event", event_id=event_id).fetchone()
    event = {"id": found[6] if found else "", "tab": "Events", "event": event_id}
    return [
        *(Page(f"one person, {tab}", "people", {**person, "tab": tab}) for tab in PERSON_TABS),
        *(
            Page(f"one streaming session, {tab}", "streaming-session", {**one, "tab": tab})
            for tab in STREAMING_SESSION_TABS
        ),
        Page("one event", "streaming-session", event),
        Page("one set of credentials", "credentials", {"id": access_key_id}),
    ]


def one_row(answers: Answers, query: str) -> tuple[str, ...]:
    """Return the first row of a query that has one."""
    row: tuple[str, ...] | None = answers.sql(query).fetchone()
    if row is None:
        message = f"the lake has nothing to look for: {query}"
        raise SystemExit(message)
    return row


def timed(asked: Mapping[str, Callable[[], object]], runs: int) -> dict[str, Timing]:
    """Ask each once to warm up, then all in turn as often as said: a busy moment hits one run."""
    for ask in asked.values():
        ask()
    seconds: dict[str, list[float]] = {key: [] for key in asked}
    cpu_seconds: dict[str, list[float]] = {key: [] for key in asked}
    for _ in range(runs):
        for key, ask in asked.items():
            started, cpu_before = time.perf_counter(), time.process_time()
            ask()
            seconds[key].append(time.perf_counter() - started)
            cpu_seconds[key].append(time.process_time() - cpu_before)
    return {key: Timing(tuple(seconds[key]), min(cpu_seconds[key])) for key in asked}


def timed_pages(
    answers: Answers, lake: Path, pages: Iterable[Page], runs: int
) -> dict[str, list[tuple[str, Timing]]]:
    """Return each page's questions and their timings; what several pages ask is timed once."""
    by_page = {page.name: questions_of(page, lake) for page in pages}
    distinct = {one.key: one for asked in by_page.values() for one in asked}

    def asking(one: Asked) -> Callable[[], object]:
        return lambda: answers.sql(one.query, one.parameters).to_arrow_table()

    timings = timed({key: asking(one) for key, one in distinct.items()}, runs)
    return {
        name: [(one.question, timings[one.key]) for one in asked] for name, asked in by_page.items()
    }


def page_row(name: str, asked: Sequence[tuple[str, Timing]]) -> str:
    """Return a page's row of the table; all figures but the count in milliseconds."""
    every = [run for _, timing in asked for run in timing.seconds]
    best = [timing.best for _, timing in asked]
    figures = (
        *(percentile(every, share) for share in (0.5, 0.95)),
        *(percentile(best, share) for share in (0.5, 0.95)),
        percentile((timing.cpu_seconds for _, timing in asked), 0.95),
        sum(best),
    )
    cells = " | ".join(f"{figure * MILLISECONDS:,.0f}" for figure in figures)
    question, slowest = max(asked, key=lambda pair: pair[1].best)
    slowest_ms = slowest.best * MILLISECONDS
    return f"| {name} | {len(asked)} | {cells} | `{question}` {slowest_ms:,.0f} |"


def show_pages(answers: Answers, lake: Path, pages: Sequence[Page], runs: int) -> None:
    """Print the table of pages, and which questions miss their mark at best."""
    timings = timed_pages(answers, lake, pages, runs)
    print(
        "\n| page | queries | p50 ms | p95 | best: p50 | p95 | CPU: p95 | sum | slowest at best |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for name, asked in timings.items():
        print(page_row(name, asked))
    everything = [pair for asked in timings.values() for pair in asked]
    print(page_row("all", everything))
    worst: dict[str, float] = {}
    for question, timing in everything:
        worst[question] = max(timing.best, worst.get(question, 0))
    slow = sorted(((s, name) for name, s in worst.items() if s > PAGE_MARK), reverse=True)
    print(f"\nover {PAGE_MARK * MILLISECONDS:.0f} ms: ", end="")
    print(", ".join(f"{name} {s * MILLISECONDS:,.0f}" for s, name in slow) or "none", flush=True)


def show_one_thing(answers: Answers, runs: int) -> None:
    """Print what `who` takes for each kind of thing, and `explain`."""
    event_id, access_key_id = one_row(answers, SOME_EVENT)
    streaming_session_id = one_row(answers, NEWEST_OF_FLEET)[0]
    asked: dict[str, Callable[[], object]] = {
        "who, an event": lambda: answers.who(event_id).fetchall(),
        "who, an access key": lambda: answers.who(access_key_id).fetchall(),
        "who, a streaming session": lambda: answers.who(streaming_session_id).fetchall(),
        "who, an address at a time": lambda: answers.who("10.0.2.20@2026-09-16T12:00").fetchall(),
        "explain, an event": lambda: answers.explain(event_id),
        "explain, a streaming session": lambda: answers.explain(streaming_session_id),
        "lineage": lambda: answers.lineage(access_key_id).fetchall(),
    }
    print(f"\n| asked | best ms | p95 | CPU | under {ONE_THING_MARK * MILLISECONDS:.0f} |")
    print("|---|---|---|---|---|")
    for name, timing in timed(asked, runs).items():
        figures = (timing.best, percentile(timing.seconds, 0.95), timing.cpu_seconds)
        cells = " | ".join(f"{figure * MILLISECONDS:,.0f}" for figure in figures)
        verdict = "yes" if timing.best < ONE_THING_MARK else "no"
        print(f"| {name} | {cells} | {verdict} |")


def main() -> None:
    """Make the lake if need be, and print all tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=50_000_000)
    parser.add_argument("--lake", type=Path, default=Path("benchmark-lake"))
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--page", action="append", help="only pages whose name begins so")
    parser.add_argument("--only-pages", action="store_true")
    given = parser.parse_args()
    if run := prepared(given.lake, given.events):
        print(
            f"attributed in {run.seconds:,.0f} s ({run.cpu_seconds:,.0f} s of processor time), "
            f"peak memory {run.peak_gb:.1f} GB"
        )
    started = time.perf_counter()
    answers = open_answers(str(given.lake))
    print(f"opened in {(time.perf_counter() - started) * MILLISECONDS:,.0f} ms")
    begins = tuple(given.page or [""])
    pages = [page for page in pages_of(answers, NARROWED) if page.name.startswith(begins)]
    show_pages(answers, given.lake, pages, given.runs)
    if not given.only_pages:
        show_one_thing(answers, given.runs)
        compare(given.lake, given.runs)


if __name__ == "__main__":
    main()

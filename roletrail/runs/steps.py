"""The steps of a run, in order: what each does, what it needs, and what became of it."""

import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from roletrail.boundary import expected_errors, one_line
from roletrail.errors import ExitCode
from roletrail.terminal import warn

if TYPE_CHECKING:
    from lake import Lake

OnStep = Callable[[str], None] | None


class Result(StrEnum):
    """How a step ended."""

    DONE = "done"
    INCOMPLETE = "incomplete"  # something was rejected, or refused
    FOUND = "found"  # findings at the level that was asked for
    FAILED = "failed"
    SKIPPED = "skipped"  # what it needs has failed


USEFUL = frozenset({Result.DONE, Result.INCOMPLETE, Result.FOUND})


@dataclass(frozen=True, slots=True)
class Done:
    """What a step did, in one line, and how it ended."""

    what: str
    result: Result = Result.DONE


@dataclass(frozen=True, slots=True)
class Step:
    """A step: its name, what it is about, what it does, and the step without which it can't."""

    name: str
    about: str
    do: "Callable[[Lake, OnStep], Done]" = field(repr=False)
    needs: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step, and how many seconds it took."""

    step: Step
    done: Done
    seconds: float


def outcomes_of(steps: Iterable[Step], lake: "Lake", on_step: OnStep) -> Iterator[Outcome]:
    """Do the steps in order, and yield what became of each.

    One that fails stops only those that need it. A fault of our own keeps its traceback, on
    standard error, and stops no more than an expected one.
    """
    useless: set[str] = set()
    for step in steps:
        started = time.monotonic()
        if step.needs in useless:
            done = Done(f"{step.needs} failed", Result.SKIPPED)
        else:
            done = _done(step, lake, on_step)
        if done.result not in USEFUL:
            useless.add(step.name)
        yield Outcome(step, done, time.monotonic() - started)


def exit_code(outcomes: Sequence[Outcome]) -> ExitCode:
    """Return 0 if all is well, 2 if no step did anything, else 1."""
    results = {outcome.done.result for outcome in outcomes}
    if results == {Result.DONE}:
        return ExitCode.OK
    return ExitCode.SOME_REJECTED if results & USEFUL else ExitCode.NOTHING_DONE


def _done(step: Step, lake: "Lake", on_step: OnStep) -> Done:
    if on_step is not None:
        on_step(f"{step.name} {step.about}".strip())
    try:
        return step.do(lake, on_step)
    except Exception as error:
        if isinstance(error.__cause__, KeyboardInterrupt):  # what DuckDB makes of Ctrl-C
            raise
        if not isinstance(error, expected_errors()):
            traceback.print_exc()
        reason = one_line(f"{error}" or type(error).__name__)
        warn(f"{step.name} failed{f' ({step.about})' if step.about else ''}: {reason}")
        return Done(reason, Result.FAILED)

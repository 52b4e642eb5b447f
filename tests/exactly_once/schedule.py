"""One round: runs that die at random, alone and beside each other, and then one that ends well.

A round is made of its seed alone, but for the moments at which processes that run at the same time
get a processor.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from lake import LakeError, open_lake
from tests.exactly_once.invariants import derived, faults, faults_at_the_end, unneeded_files
from tests.exactly_once.nursery import MAINTAIN_AT_ONCE, Ended, Nursery, Run
from tests.exactly_once.trail import Bucket, Place, Trail

KILLED = -9
# What may be said by one of several that write at the same time; it is to be run again.
TOO_BUSY = ("Run it again", "has no table", "has no events yet", "no such table")
ATTRIBUTED = 0.4  # share of rounds; it takes longer than all the rest
DRAINS = 20  # runs of `follow`, a second apart, until messages that died with their reader are back


class BrokenError(AssertionError):
    """A lake isn't as it should be; the message says in which round, and `runs` after what."""

    def __init__(self, message: str, runs: list[str]) -> None:
        super().__init__(message)
        self.runs = runs
        for run in runs:
            self.add_note(run)


@dataclass(slots=True)
class Experience:
    """How many steps and seconds each command takes, learnt from runs that came to their end."""

    steps: defaultdict[str, int] = field(default_factory=lambda: defaultdict(lambda: 60))
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(lambda: 0.5))
    runs: int = 0
    killed: int = 0

    def learn(self, run: Run, ended: Ended) -> None:
        """Take note of a run."""
        self.runs += 1
        self.killed += ended.status == KILLED
        if ended.status == 0 and ended.steps:
            self.steps[run.arguments[0]] = max(20, ended.steps)
            self.seconds[run.arguments[0]] = ended.seconds


class Round:
    """A lake, a trail, and runs of commands on both."""

    def __init__(self, seed: int, place: Place, nursery: Nursery, experience: Experience) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.trail = Trail(place, self.chance)
        self.place = place
        self.nursery = nursery
        self.experience = experience
        self.lake = str(nursery.folder / f"lake-{seed}")
        self.is_attributed = self.chance.random() < ATTRIBUTED
        self.done: list[str] = []

    def play(self, steps: int) -> None:
        """Do so many random things, then end well. Raises BrokenError."""
        self.trail.deliver(3)
        for _ in range(steps):
            self.trail.deliver(self.chance.choice((0, 1, 3)))
            commands = self.chance.choices(
                ("ingest", "follow", "attribute", "maintain", MAINTAIN_AT_ONCE),
                (4, 4 if self.has_queue else 0, 2 if self.is_attributed else 0, 2, 2),
                k=self.chance.choice((1, 1, 2, 3)),
            )
            if MAINTAIN_AT_ONCE in commands:
                # It deletes what others are about to commit, so it is alone.
                commands = [MAINTAIN_AT_ONCE]
            self.run(*(self.doomed(command) for command in commands))
        self.end_well()

    @property
    def has_queue(self) -> bool:
        """Whether the trail tells a queue."""
        return isinstance(self.place, Bucket)

    def arguments(self, command: str) -> tuple[str, ...]:
        """Return a command line."""
        match command:
            case "ingest":
                return ("ingest", self.place.location, "--lake", self.lake)
            case "follow":
                assert isinstance(self.place, Bucket)
                options = ("--batch-objects", str(self.chance.randint(1, 5)), "--once")
                return ("follow", "--queue", self.place.url, "--lake", self.lake, *options)
            case command if command == MAINTAIN_AT_ONCE:
                return (command, self.lake)
            case _:
                return (command, "--lake", self.lake)

    def doomed(self, command: str) -> Run:
        """Return a run that dies at a step, or after a time, or for once not at all."""
        arguments = self.arguments(command)
        match self.chance.choice(("step", "step", "time", "never")):
            case "step":
                most = self.experience.steps[command]
                return Run(arguments, die_at=self.chance.randint(1, most))
            case "time":
                longest = 1.2 * self.experience.seconds[command]
                return Run(arguments, kill_after=self.chance.uniform(0.01, longest))
            case _:
                return Run(arguments)

    def run(self, *runs: Run) -> list[Ended]:
        """Run all at the same time, and look at the lake afterwards."""
        ended = self.nursery.run(*runs)
        for run, one in zip(runs, ended, strict=True):
            self.experience.learn(run, one)
            self.done.append(f"{run} -> {one.status} {one.said.strip()[-400:]}")
            is_expected = one.status in {0, 1, KILLED} or any(
                words in one.said for words in TOO_BUSY
            )
            self.check(() if is_expected else ("a run ended badly",))
        self.check(self.faults())
        return ended

    def faults(self) -> list[str]:
        """Return what is wrong with the lake; nothing is if there is none yet."""
        try:
            return faults(open_lake(self.lake), is_attributed=self.is_attributed)
        except LakeError as error:
            return [] if any(words in str(error) for words in TOO_BUSY) else [str(error)]

    def check(self, wrong: "list[str] | tuple[str, ...]") -> None:
        """Raise BrokenError if something is wrong."""
        if wrong:
            raise BrokenError(f"seed {self.seed}: {'; '.join(wrong)}", self.done)

    def end_well(self) -> None:
        """Take in all that is left, twice at the same time, and hold it against the trail."""
        if self.has_queue:
            self.drain()
        ingest = Run(self.arguments("ingest"))
        self.run(ingest, ingest)
        self.run(ingest)
        lake = open_lake(self.lake)
        self.check(faults_at_the_end(lake, self.trail))
        before = self.attributed() if self.is_attributed else ""
        # What the first one merges is no longer needed when the second one begins.
        for _ in range(2):
            self.run(Run(self.arguments(MAINTAIN_AT_ONCE)))
        self.check(faults_at_the_end(lake, self.trail))
        after = derived(lake) if self.is_attributed else ""
        self.check(() if after == before else ("maintenance changed what is derived",))
        self.check([f"{path} is garbage" for path in unneeded_files(lake)])

    def attributed(self) -> str:
        """Attribute the lake, once to be killed and once whole; return what is derived."""
        lake = open_lake(self.lake)
        before = derived(lake)
        most = self.experience.steps["attribute"]
        self.run(Run(self.arguments("attribute"), die_at=self.chance.randint(1, most)))
        killed = derived(lake)
        self.run(Run(self.arguments("attribute")))
        after = derived(lake)
        self.check(() if killed in {before, after} else ("half of an attribution is published",))
        undisturbed = f"{self.lake}-undisturbed"
        self.nursery.run(Run(("ingest", self.place.location, "--lake", undisturbed)))
        self.nursery.run(Run(("attribute", "--lake", undisturbed)))
        is_same = derived(open_lake(undisturbed)) == after
        self.check(() if is_same else ("attribution differs from that of an undisturbed lake",))
        return after

    def drain(self) -> None:
        """Follow the queue until it is empty."""
        assert isinstance(self.place, Bucket)
        for _ in range(DRAINS):
            if self.place.left() == 0:
                return
            self.run(Run(self.arguments("follow")), Run(self.arguments("follow")))
        self.check((f"{self.place.left()} messages are left in the queue",))


def folder_of(seed: int, parent: Path) -> str:
    """Return a new folder for a trail."""
    folder = parent / f"trail-{seed}"
    folder.mkdir()
    return str(folder)

"""The estate as a whole: made from options, then written as the logs that it leaves behind."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import TypeAlias

import msgspec

from tests.estate.administration import admissions, builder_administration, fleet_administration
from tests.estate.chains import chains
from tests.estate.clock import DAY, HOUR, midnight
from tests.estate.deliveries import Trail
from tests.estate.fleets import Fleet, ImageBuilder, fleets_of, image_builders_of
from tests.estate.instances import Instance, instances_of
from tests.estate.inventory import write_inventory
from tests.estate.keys import KeyRing, key_ring_of
from tests.estate.machine_calls import Program, machine_calls
from tests.estate.misuse import copied_key_calls
from tests.estate.odd_objects import write_odd_objects
from tests.estate.odd_shapes import network_activity, odd_events
from tests.estate.operators import OPERATORS
from tests.estate.options import EstateOptions
from tests.estate.paths import Seat
from tests.estate.published_cases import (
    list_buckets_of_2019,
    list_buckets_time,
    published_cases,
)
from tests.estate.records import NETWORK_ACTIVITY, Event
from tests.estate.reports import write_reports
from tests.estate.service_calls import service_calls
from tests.estate.truth_file import TruthFile
from tests.estate.workloads import WORKLOADS, service_event

Scene: TypeAlias = tuple[int, str, Callable[[], Iterator[Event]]]
"""Something that happens: not before when, its name, and its events in any order."""

WRITTEN = ("trail", "usage-reports", "inventory")
INSTANCES_PER_COPIED_KEY = 25
CALLS_PER_VISIT = 3
LATEST_START = 50 * 60


@dataclass(frozen=True, slots=True)
class Estate:
    """What there is and who was where: the truth that all logs derive from."""

    options: EstateOptions
    fleets: tuple[Fleet, ...]
    image_builders: tuple[ImageBuilder, ...]
    instances: tuple[Instance, ...]

    @property
    def starts_at(self) -> int:
        """The first second of the estate."""
        return midnight(self.options.first_day)

    @property
    def ends_at(self) -> int:
        """The first second after the estate: what happens from then on is in no log."""
        return self.starts_at + self.options.days * DAY


@dataclass(frozen=True, slots=True)
class Written:
    """What `write_estate` wrote."""

    objects: int
    records: int
    events: int


def build_estate(options: EstateOptions) -> Estate:
    """Return the estate that these options describe, the same one every time."""
    fleets = fleets_of(options)
    builders = image_builders_of(options)
    return Estate(options, fleets, builders, instances_of(fleets, builders, options))


def write_estate(estate: Estate, folder: Path) -> Written:
    """Write trail, usage reports, inventory and truth.tsv into a folder, replacing older ones.

    Events are written hour by hour, so that memory stays small however many there are.
    """
    for name in WRITTEN:
        shutil.rmtree(folder / name, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    options, ends_at = estate.options, estate.ends_at
    with TruthFile(folder / "truth.tsv") as truth:
        trail = Trail(folder / "trail", options, truth)
        for starts_at, _, events in sorted(_scenes(estate), key=lambda scene: scene[:2]):
            trail.flush(starts_at)
            trail.add(one for one in events() if one.at < ends_at)
        trail.flush()
        if options.with_odd_shapes:
            write_odd_objects(trail, Random(f"{options.seed}/odd objects"))
    write_reports(estate.instances, options, folder)
    write_inventory(estate, folder)
    return Written(trail.objects, trail.records, truth.rows)


def _scenes(estate: Estate) -> Iterator[Scene]:
    """Yield all that happens, each with a source of chance of its own."""
    options, start = estate.options, estate.starts_at
    for fleet in estate.fleets:
        name = f"administration/{fleet.name}"
        yield start, name, partial(fleet_administration, fleet, _chance(options, name))
    for builder in estate.image_builders:
        name = f"administration/{builder.name}"
        yield start, name, partial(builder_administration, builder, _chance(options, name))
    for number, instance in enumerate(estate.instances):
        name = f"instance/{number:06}/{instance.instance_id}"
        yield instance.boots_at - 120, name, partial(_instance_events, estate, number, name)
    for hour in range(options.days * 24):
        name = f"others/{hour:05}"
        yield start + hour * HOUR, name, partial(_others, start + hour * HOUR, options, name)
    if options.with_published_cases:
        yield list_buckets_time(), "2019", list_buckets_of_2019
        yield start, "published", partial(published_cases, _chance(options, "published"), start)
    if options.with_odd_shapes:
        at = start + DAY + 7 * HOUR
        yield at, "odd shapes", partial(odd_events, _chance(options, "odd shapes"), at)


def _chance(options: EstateOptions, name: str) -> Random:
    return Random(f"{options.seed}/{name}")


def _instance_events(estate: Estate, number: int, name: str) -> Iterator[Event]:
    options, instance = estate.options, estate.instances[number]
    random = _chance(options, name)
    ring = key_ring_of(instance, options, random)
    program = Program(Seat(instance), ring, random, options)
    yield from service_calls(instance, random)
    yield from admissions(instance, random)
    yield from _with_network_activity(machine_calls(program), estate.starts_at + DAY, random)
    yield from chains(program)
    if options.with_issuance_events:
        yield from _issuance(ring, random)
    is_robbed = options.with_copied_keys and number % INSTANCES_PER_COPIED_KEY == 0
    if instance.streaming_sessions and is_robbed:
        yield from copied_key_calls(instance, ring, random)


def _issuance(ring: KeyRing, random: Random) -> Iterator[Event]:
    for key in ring.keys:
        yield service_event(random, key.created_at, "appstream", key)


def _with_network_activity(events: Iterator[Event], day: int, random: Random) -> Iterator[Event]:
    """Yield the events, and again what the endpoint of Secrets Manager says of them.

    Logging at the endpoint was tried out on one day.
    """
    for one in events:
        yield one
        if (
            day <= one.at < day + DAY
            and one.is_private
            and b'"eventSource":"secretsmanager' in one.record
        ):
            record = network_activity(msgspec.json.decode(one.record), random)
            yield one._replace(
                kind=NETWORK_ACTIVITY,
                event_id=str(record["eventID"]),
                record=msgspec.json.encode(record),
            )


def _others(start: int, options: EstateOptions, name: str) -> Iterator[Event]:
    """Yield an hour of everybody else."""
    random = _chance(options, name)
    visits = (*WORKLOADS, *OPERATORS)
    for _ in range(round(options.other_calls_per_hour / CALLS_PER_VISIT)):
        (visit,) = random.choices([one for one, _ in visits], [weight for _, weight in visits])
        yield from visit(random, start + random.randrange(0, LATEST_START))

"""Streaming instances and the streaming sessions on them: who was where, and when.

A single-session instance ends with its one streaming session; a multi-session instance takes
several people at a time; some instances boot, wait, and are taken away without anybody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.estate.accounts import Role
from tests.estate.clock import DAY, HOUR, MINUTE, midnight
from tests.estate.fleets import (
    CLOSES_AT,
    OPENS_AT,
    TEST_FLEET,
    Fleet,
    ImageBuilder,
    RunningPeriod,
)
from tests.estate.identifiers import new_resource_id, new_uuid
from tests.estate.networks import AddressPool, Subnet, Vpc, address_pool
from tests.estate.options import EstateOptions
from tests.estate.people import FUGA, HOGE, Person

SHORTEST = 4 * MINUTE
LONGEST = 4 * HOUR
SHORTEST_WAIT = 150
REPLACEMENT_SHARE = 0.6
TRIES = 40
LINGERS = 20 * MINUTE
"""How long a shared instance waits for somebody else before it ends."""


@dataclass(frozen=True, slots=True)
class StreamingSession:
    """One person's time on an instance."""

    streaming_session_id: str
    person: Person
    started_at: int
    ended_at: int
    client_address: str


@dataclass(frozen=True, slots=True)
class Life:
    """An instance to be: when it is there, and who comes."""

    boots_at: int
    ends_at: int
    role: Role
    streaming_sessions: tuple[StreamingSession, ...] = ()


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of a fleet or of an image builder, with its network interface."""

    instance_id: str
    owner: Fleet | ImageBuilder
    role: Role
    subnet: Subnet
    address: str
    network_interface_id: str
    boots_at: int
    ends_at: int
    streaming_sessions: tuple[StreamingSession, ...] = ()
    public_address: str = ""

    @property
    def fleet(self) -> Fleet | None:
        """The fleet, or None for an image builder."""
        return self.owner if isinstance(self.owner, Fleet) else None

    @property
    def vpc(self) -> Vpc:
        """The VPC of the network interface."""
        return self.owner.vpc

    @property
    def is_shared(self) -> bool:
        """Whether several people may be on it at a time."""
        return self.fleet is not None and self.fleet.max_sessions_per_instance > 1

    def live_at(self, at: int) -> tuple[StreamingSession, ...]:
        """Return the streaming sessions that were running then."""
        return tuple(one for one in self.streaming_sessions if one.started_at <= at < one.ended_at)


def instances_of(
    fleets: tuple[Fleet, ...], builders: tuple[ImageBuilder, ...], options: EstateOptions
) -> tuple[Instance, ...]:
    """Return all instances of the estate in the order they boot."""
    lives: list[tuple[Fleet | ImageBuilder, Life]] = []
    total = sum(fleet.weight for fleet in fleets)
    for fleet in fleets:
        random = Random(f"{options.seed}/lives/{fleet.name}")
        wanted = max(2, round(options.streaming_sessions * fleet.weight / total))
        lives += [(fleet, life) for life in _lives(fleet, wanted, options, random)]
    lives += [(one, Life(one.starts_at, one.ends_at, one.role)) for one in builders]
    lives.sort(key=lambda pair: (pair[1].boots_at, pair[0].name, pair[1].ends_at))
    return tuple(_with_addresses(lives, options))


def _with_addresses(
    lives: list[tuple[Fleet | ImageBuilder, Life]], options: EstateOptions
) -> Iterator[Instance]:
    random = Random(f"{options.seed}/addresses")
    pools: dict[str, AddressPool] = {}
    public = PublicAddresses()
    for owner, life in lives:
        subnets = owner.subnets if isinstance(owner, Fleet) else (owner.subnet,)
        subnet = random.choice(subnets)
        pool = pools.setdefault(
            subnet.subnet_id, address_pool(subnet, options.address_reuse_minutes)
        )
        address = pool.take(life.boots_at)
        pool.give_back(address, life.ends_at)
        is_public = isinstance(owner, Fleet) and owner.has_default_internet_access
        yield Instance(
            instance_id=new_resource_id(random, "i"),
            owner=owner,
            role=life.role,
            subnet=subnet,
            address=address,
            network_interface_id=new_resource_id(random, "eni"),
            boots_at=life.boots_at,
            ends_at=life.ends_at,
            streaming_sessions=life.streaming_sessions,
            public_address=public.take(life.boots_at, life.ends_at) if is_public else "",
        )


class PublicAddresses:
    """Elastic IP addresses, each for one instance at a time."""

    def __init__(self) -> None:
        self.busy_until: dict[str, int] = {}

    def take(self, start: int, end: int) -> str:
        """Return the first address that is free from `start`, busy until `end`."""
        for number in range(20, 20 + len(self.busy_until) + 1):
            address = f"198.51.{100 + number // 256}.{number % 256}"
            if self.busy_until.get(address, 0) <= start:
                self.busy_until[address] = end
                return address
        raise AssertionError(start)


def _lives(fleet: Fleet, wanted: int, options: EstateOptions, random: Random) -> list[Life]:
    planned = _streaming_sessions(fleet, wanted, options, random)
    lives: list[Life] = []
    for period in fleet.periods:
        inside = [one for one in planned if period.starts_at <= one.started_at < period.ends_at]
        if fleet.max_sessions_per_instance > 1:
            lives += _shared_lives(inside, fleet, period, random)
        else:
            lives += _single_lives(inside, period, random)
        share = (period.ends_at - period.starts_at) / (options.days * DAY)
        for _ in range(round(options.idle_instance_share * wanted * share)):
            lives.append(_idle_life(period, random))
    return lives


def staged_streaming_sessions(
    fleet: Fleet, options: EstateOptions, random: Random
) -> list[StreamingSession]:
    """Return what the published case needs: hoge and fuga at once, each on an instance.

    Two more are there for their times: one goes past midnight, one still runs at the end.
    """
    if not options.with_published_cases or fleet.name != TEST_FLEET:
        return []
    start = midnight(options.first_day)
    end = start + options.days * DAY
    times = (
        (HOGE, start + 10 * HOUR, start + 10 * HOUR + 50 * MINUTE),
        (FUGA, start + 10 * HOUR + 5 * MINUTE, start + 11 * HOUR),
        (FUGA, start + DAY - 35 * MINUTE, start + DAY + 28 * MINUTE),
        (HOGE, end - 70 * MINUTE, end + 40 * MINUTE),
    )
    return [
        StreamingSession(new_uuid(random), person, started_at + 17, ended_at + 41, "192.0.2.25")
        for person, started_at, ended_at in times
    ]


def _streaming_sessions(
    fleet: Fleet, wanted: int, options: EstateOptions, random: Random
) -> list[StreamingSession]:
    """Return streaming sessions in which no person is in two at a time, in order of start."""
    busy: dict[Person, list[tuple[int, int]]] = {}
    planned = staged_streaming_sessions(fleet, options, random)
    for one in planned:
        busy.setdefault(one.person, []).append((one.started_at, one.ended_at))
    for _ in range(wanted):
        for _ in range(TRIES):
            found = _one_streaming_session(fleet, random)
            times = busy.setdefault(found.person, [])
            if all(
                found.ended_at + 60 < start or end + 60 < found.started_at for start, end in times
            ):
                times.append((found.started_at, found.ended_at))
                planned.append(found)
                break
    return sorted(planned, key=lambda one: (one.started_at, one.streaming_session_id))


def _one_streaming_session(fleet: Fleet, random: Random) -> StreamingSession:
    period = random.choices(
        fleet.periods, [period.ends_at - period.starts_at for period in fleet.periods]
    )[0]
    ends = period.ends_at - 10 * MINUTE
    started_at = _start(period.starts_at + 20 * MINUTE, ends - SHORTEST, random)
    length = int(min(max(random.lognormvariate(7.9, 0.8), SHORTEST), LONGEST))
    return StreamingSession(
        new_uuid(random),
        random.choice(fleet.people),
        started_at,
        min(started_at + length, ends),
        f"192.0.2.{random.randrange(1, 255)}",
    )


def _start(earliest: int, latest: int, random: Random) -> int:
    """Return when somebody comes: mostly in the morning or after lunch, hardly ever at night."""
    for _ in range(TRIES):
        day = random.randrange(earliest, latest) // DAY * DAY
        peak = random.choices((None, 7.5 * HOUR, 12.25 * HOUR), (25, 50, 25))[0]
        if peak is None:
            started_at = day + random.randrange(OPENS_AT, CLOSES_AT)
        else:
            started_at = day + int(random.gauss(peak, HOUR))
        if earliest <= started_at <= latest:
            return started_at
    return random.randrange(earliest, latest)


def _single_lives(
    planned: list[StreamingSession], period: RunningPeriod, random: Random
) -> list[Life]:
    """Give each person an instance of their own.

    It was made either as the replacement of one that ended some time before, and has waited since,
    or because more people were expected.
    """
    lives: list[Life] = []
    unreplaced: list[int] = []
    for one in planned:
        latest = one.started_at - SHORTEST_WAIT
        waits = int(min(max(random.lognormvariate(6.6, 0.9), SHORTEST_WAIT), LONGEST))
        boots_at = one.started_at - waits
        replaceable = [ended_at for ended_at in unreplaced if latest - LONGEST < ended_at < latest]
        if replaceable and random.random() < REPLACEMENT_SHARE:
            unreplaced.remove(replaceable[0])
            boots_at = min(replaceable[0] + random.randrange(130, 400), latest)
        ends_at = one.ended_at + random.randrange(100, 260)
        lives.append(Life(max(period.starts_at + 60, boots_at), ends_at, period.role, (one,)))
        unreplaced.append(ends_at)
    return lives


def _idle_life(period: RunningPeriod, random: Random) -> Life:
    length = random.randrange(30 * MINUTE, 150 * MINUTE)
    latest = max(period.starts_at + 60, period.ends_at - length - 10 * MINUTE)
    boots_at = random.randrange(period.starts_at + 30, latest + 31)
    return Life(boots_at, min(boots_at + length, period.ends_at), period.role)


def _shared_lives(
    planned: list[StreamingSession], fleet: Fleet, period: RunningPeriod, random: Random
) -> list[Life]:
    """Put people onto shared instances: onto the fullest that has room, else onto a new one."""
    groups: list[list[StreamingSession]] = []
    running: list[list[StreamingSession]] = []
    for one in planned:
        at = one.started_at
        running = [
            group for group in running if max(other.ended_at for other in group) + LINGERS > at
        ]
        load = [(_live_in(group, at), number) for number, group in enumerate(running)]
        with_room = [pair for pair in load if pair[0] < fleet.max_sessions_per_instance]
        if with_room:
            running[max(with_room)[1]].append(one)
        else:
            groups.append([one])
            running.append(groups[-1])
    return [
        Life(
            max(period.starts_at + 60, group[0].started_at - random.randrange(300, 2400)),
            min(
                max(one.ended_at for one in group) + LINGERS + random.randrange(0, 300),
                period.ends_at + MINUTE,
            ),
            period.role,
            tuple(group),
        )
        for group in groups
    ]


def _live_in(group: list[StreamingSession], at: int) -> int:
    return sum(one.started_at <= at < one.ended_at for one in group)

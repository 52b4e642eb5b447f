"""The calls of one instance under its fleet's role: agents, applications and session scripts."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.estate.accounts import APPSTREAM_OWNED, DATA, Role
from tests.estate.apis import (
    agent_call,
    file_key,
    get_parameter,
    object_call,
    put_object,
    routine_call,
)
from tests.estate.clock import MINUTE
from tests.estate.credentials import Terms, identity_of, new_role_session
from tests.estate.fleets import SHARED_ROLE, Fleet, Habits
from tests.estate.identifiers import new_uuid
from tests.estate.instances import Instance, StreamingSession
from tests.estate.keys import KeyRing
from tests.estate.options import EstateOptions
from tests.estate.paths import AGENT_PROGRAM, CLI, SERVICE, Seat, program_of
from tests.estate.records import Api, Caller, Event, Moment, as_raw, event

BUILDER_HABITS = Habits(SHARED_ROLE)
FORGETFUL_SHARE = 0.06
DEFAULT_IDENTITY = Role("PhotonInstance", APPSTREAM_OWNED)
FOREIGN_SHARE = 0.03
FOREIGN_BUCKET = "example-reference-data"


@dataclass(frozen=True, slots=True)
class Program:
    """Something on an instance that calls AWS."""

    seat: Seat
    ring: KeyRing
    random: Random
    options: EstateOptions

    @property
    def instance(self) -> Instance:
        """The instance that it runs on."""
        return self.seat.instance

    @property
    def habits(self) -> Habits:
        """What the fleet's applications do."""
        fleet = self.instance.fleet
        return BUILDER_HABITS if fleet is None else fleet.habits

    def call(self, at: int, api: Api, name: str, actor: StreamingSession | None) -> Event:
        """Return an event of this program, by whom it was started."""
        key = self.ring.key_at(at, self.random)
        caller = self.seat.caller(api, key, name)
        truth = self.seat.truth(self.seat.path_of(api), at, actor)
        return event(self.random, Moment(at), api, caller, truth)

    def agent_call(self, at: int, api: Api) -> Event:
        """Return an event of a program that runs whether somebody is there or not."""
        key = self.ring.key_at(at, self.random)
        caller = self.seat.caller(api, key, AGENT_PROGRAM)
        truth = self.seat.truth(self.seat.path_of(api), at, is_agent=True)
        return event(self.random, Moment(at), api, caller, truth)


def machine_calls(program: Program) -> Iterator[Event]:
    """Yield all calls that the instance's role is used for, in no particular order."""
    yield from _boot(program)
    yield from _agents(program)
    fleet = program.instance.fleet
    if fleet is None:
        yield from _image_building(program)
    for one in program.instance.streaming_sessions:
        yield from _applications(program, one)
        if fleet is not None and fleet.habits.runs_session_scripts:
            yield from _session_scripts(program, one, fleet)
        if program.random.random() < FORGETFUL_SHARE:
            yield from _forgotten_profile(program, one)


def _boot(program: Program) -> Iterator[Event]:
    start = program.ring.keys[0].created_at
    for number in range(program.random.randrange(1, 4)):
        api = get_parameter(program.random, program.habits.bucket)
        yield program.agent_call(start + 2 + 3 * number, api)


def _agents(program: Program) -> Iterator[Event]:
    random = program.random
    pause = program.options.minutes_between_agent_calls * MINUTE
    at = program.instance.boots_at + random.randrange(3 * MINUTE, 3 * MINUTE + pause)
    while at < program.instance.ends_at - 20:
        yield program.agent_call(at, agent_call(random, program.habits.bucket))
        at += max(20, int(pause * (0.6 + 0.8 * random.random())))


def _image_building(program: Program) -> Iterator[Event]:
    random, instance = program.random, program.instance
    for _ in range(program.options.events_per_session):
        at = random.randrange(instance.boots_at + 5 * MINUTE, instance.ends_at - 5 * MINUTE)
        arn = program.ring.key_at(at, random).arn
        api = routine_call(random, program.habits.bucket, arn)
        yield program.call(at, api, CLI, None)


def _applications(program: Program, one: StreamingSession) -> Iterator[Event]:
    """Yield what a person's applications do: bursts of calls between the first and last minute."""
    random, habits = program.random, program.habits
    wanted = max(1, int(random.gauss(1.0, 0.35) * program.options.events_per_session))
    first, last = one.started_at + 8, one.ended_at - 2
    while wanted > 0:
        burst = min(wanted, random.randrange(1, 9))
        wanted -= burst
        at = random.randrange(first, last)
        name = program_of(random, one, is_named=habits.names_session_in_user_agent)
        for _ in range(burst):
            arn = program.ring.key_at(at, random).arn
            if habits.reads_foreign_bucket and random.random() < FOREIGN_SHARE:
                yield from _foreign_object(program, at, name, one)
            else:
                api = routine_call(random, habits.bucket, arn)
                yield program.call(at, api, name, one)
                if api.name == "StartQueryExecution":
                    yield from _on_behalf(program, at + 1, one)
            at = min(at + random.randrange(0, 5), last)


def _foreign_object(program: Program, at: int, name: str, one: StreamingSession) -> Iterator[Event]:
    """Yield the reading of another account's bucket: in the caller's log and in the owner's."""
    random = program.random
    shared = new_uuid(random)
    api = object_call(random, "GetObject", FOREIGN_BUCKET, file_key(random), account_id=DATA)
    key = program.ring.key_at(at, random)
    caller = program.seat.caller(api, key, name)
    truth = program.seat.truth(program.seat.path_of(api), at, one)
    yield event(random, Moment(at, shared_event_id=shared), api, caller, truth)
    stranger = as_raw(
        {
            "type": "AWSAccount",
            "principalId": f"{key.role.role_id}:{key.role_session_name}",
            "accountId": key.role.account_id,
        }
    )
    seen_by_owner = Caller(stranger, caller.address, name, endpoint_id=caller.endpoint_id)
    yield event(random, Moment(at, DATA, shared), api, seen_by_owner, truth)


def _session_scripts(program: Program, one: StreamingSession, fleet: Fleet) -> Iterator[Event]:
    """Yield what the scripts at both ends of a streaming session do, up to a minute around it."""
    random = program.random
    bucket = fleet.habits.bucket
    boots = program.ring.keys[0].created_at + 1
    name = program_of(random, one, is_named=False)
    start = max(boots, one.started_at - random.randrange(10, 40))
    yield program.call(start, get_parameter(random, bucket), name, one)
    yield program.call(
        start + 3, object_call(random, "GetObject", bucket, "setup/logon.ps1"), name, one
    )
    end = min(one.ended_at + random.randrange(4, 45), program.instance.ends_at - 10)
    yield program.call(end, put_object(random, bucket), name, one)


def _on_behalf(program: Program, at: int, one: StreamingSession) -> Iterator[Event]:
    """Yield what Athena does in the caller's name: the caller's key, but Athena's address."""
    random = program.random
    key = program.ring.key_at(at, random)
    service = "athena.amazonaws.com"
    identity = as_raw(identity_of(key, Terms(invoked_by=service)))
    caller = Caller(identity, service, service, key.access_key_id, is_inside_aws=True)
    truth = program.seat.truth(SERVICE, at, one)
    table = Api("glue", "GetTable", {"databaseName": "sales", "name": "orders"})
    for api in (table, object_call(random, "GetObject", program.habits.bucket, file_key(random))):
        yield event(random, Moment(at), api, caller, truth)


def _forgotten_profile(program: Program, one: StreamingSession) -> Iterator[Event]:
    """Yield a script that forgot to name its profile: it calls as AWS's own instance, in vain."""
    random, seat = program.random, program.seat
    at = random.randrange(one.started_at + 10, one.ended_at)
    name = program.instance.instance_id
    key = new_role_session(random, DEFAULT_IDENTITY, name, program.instance.boots_at)
    bucket = program.habits.bucket
    reason = "because no resource-based policy allows the s3:GetObject action"
    words = f"User: {key.arn} is not authorized to perform: s3:GetObject {reason}"
    api = object_call(random, "GetObject", bucket, "setup/logon.ps1")
    api = api._replace(error=("AccessDenied", words))
    truth = seat.truth(seat.path_of(api), at, one)._replace(
        workload_kind="appstream_instance_identity", workload_name=name
    )
    yield event(random, Moment(at), api, seat.caller(api, key, CLI), truth)

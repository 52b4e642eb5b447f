"""Role chaining: from an instance's role into others, in the same account and in another one."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.estate.accounts import DATA, MAIN, Role
from tests.estate.apis import file_key, object_call
from tests.estate.credentials import RoleSession, Terms, assume_role, new_role_session
from tests.estate.identifiers import new_uuid
from tests.estate.instances import StreamingSession
from tests.estate.machine_calls import Program
from tests.estate.paths import CHAINED, program_of
from tests.estate.records import Api, Caller, Event, Json, Moment, as_raw, event
from tests.estate.truth import Truth

CHAINED_SHARE = 0.5
SECOND_STEP_SHARE = 0.4
LEDGER_BUCKET = "example-ledger"


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain that one person's programs make, starting from the instance's key."""

    program: Program
    one: StreamingSession
    user_agent: str
    origin: str

    @property
    def random(self) -> Random:
        """The source of chance of the instance."""
        return self.program.random

    def truth(self, holder: RoleSession) -> Truth:
        """Return the truth about a call under a role further down the chain."""
        instance = self.program.instance
        owner = instance.owner
        stack_name = instance.fleet.stack_name if instance.fleet else ""
        return Truth(
            "assumed_role",
            holder.role_session_name,
            owner.name,
            stack_name,
            self.one.streaming_session_id,
            self.one.person.user_id,
            path=CHAINED,
            instance=instance.instance_id,
            credential_use="inside",
            origin=self.origin,
        )

    def calls(self, holder: RoleSession, count: int, last: int) -> Iterator[Event]:
        """Yield calls under an assumed role."""
        account_id = holder.role.account_id
        first = holder.created_at + 2
        for _ in range(count):
            at = self.random.randrange(first, max(first + 1, min(last, holder.expires_at)))
            api = _chained_call(self.random, account_id)
            caller = self.program.seat.caller(api, holder, self.user_agent)
            yield event(self.random, Moment(at, account_id), api, caller, self.truth(holder))


def chains(program: Program) -> Iterator[Event]:
    """Yield the chains of all streaming sessions on the instance."""
    habits = program.habits
    for one in program.instance.streaming_sessions:
        if habits.person_role is not None:
            yield from _in_the_persons_name(program, one, habits.person_role)
        if habits.data_role is not None and program.random.random() < CHAINED_SHARE:
            yield from _into_another_account(program, one, habits.data_role, habits.second_role)


def _in_the_persons_name(program: Program, one: StreamingSession, role: Role) -> Iterator[Event]:
    """Yield the remedy: a session script that assumes a role under the person's own name."""
    random = program.random
    at = max(program.ring.keys[0].created_at + 5, one.started_at + random.randrange(2, 20))
    name = one.person.user_id
    issued = new_role_session(random, role, name, at, Terms(source_identity=name))
    chain = _chain(program, one)
    yield from _issue(chain, issued)
    yield from chain.calls(issued, random.randrange(3, 9), one.ended_at)


def _into_another_account(
    program: Program, one: StreamingSession, role: Role, second_role: Role | None
) -> Iterator[Event]:
    random = program.random
    at = random.randrange(one.started_at + 10, max(one.started_at + 11, one.ended_at - 60))
    issued = new_role_session(random, role, f"batch-{random.randrange(1000, 9999)}", at)
    chain = _chain(program, one)
    yield from _issue(chain, issued)
    yield from chain.calls(issued, random.randrange(3, 10), one.ended_at)
    if second_role is None or random.random() > SECOND_STEP_SHARE:
        return
    later = min(at + random.randrange(5, 40), max(at + 3, one.ended_at - 20))
    deeper = new_role_session(random, second_role, "audit", later)
    api = assume_role(random, deeper)
    caller = program.seat.caller(api, issued, chain.user_agent)
    moment = Moment(later, second_role.account_id)
    yield event(random, moment, api, caller, chain.truth(issued))
    yield from chain.calls(deeper, random.randrange(2, 6), one.ended_at)


def _chain(program: Program, one: StreamingSession) -> Chain:
    user_agent = program_of(program.random, one, is_named=False)
    return Chain(program, one, user_agent, program.ring.keys[0].arn)


def _issue(chain: Chain, issued: RoleSession) -> Iterator[Event]:
    """Yield the AssumeRole of an instance's key; two accounts log it if it crosses them."""
    program, random = chain.program, chain.random
    at = issued.created_at
    api = assume_role(random, issued)
    key = program.ring.key_at(at, random)
    caller = program.seat.caller(api, key, chain.user_agent)
    truth = program.seat.truth(program.seat.path_of(api), at, chain.one)
    is_crossing = issued.role.account_id != MAIN
    shared = new_uuid(random) if is_crossing else ""
    yield event(random, Moment(at, MAIN, shared), api, caller, truth)
    if is_crossing:
        identity: Json = {
            "type": "AWSAccount",
            "principalId": f"{key.role.role_id}:{key.role_session_name}",
            "accountId": MAIN,
        }
        stranger = Caller(
            as_raw(identity), caller.address, chain.user_agent, endpoint_id=caller.endpoint_id
        )
        yield event(random, Moment(at, issued.role.account_id, shared), api, stranger, truth)


def _chained_call(random: Random, account_id: str) -> Api:
    bucket = LEDGER_BUCKET if account_id == DATA else "example-personal-files"
    name = random.choice(("GetObject", "GetObject", "HeadObject", "PutObject"))
    return object_call(random, name, bucket, file_key(random), account_id=account_id)

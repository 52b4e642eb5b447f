"""How a call leaves an instance: by an endpoint, a NAT gateway or a public address."""

from dataclasses import dataclass
from random import Random

from tests.estate.accounts import HOME
from tests.estate.credentials import RoleSession
from tests.estate.fleets import ImageBuilder
from tests.estate.instances import Instance, StreamingSession
from tests.estate.records import Api, Caller
from tests.estate.truth import Truth

ENDPOINT = "endpoint"
NAT = "nat"
PUBLIC = "public"
OTHER_REGION = "other_region"
CHAINED = "chained"
SERVICE = "service"

WINDOWS = "ua/2.1 os/windows#2022Server md/arch#amd64"
DOTNET = "ua/2.1 os/windows#10.0.20348.0 md/ARCH#X64 lang/.NET_Core#8.0"
CLI = f"aws-cli/2.31.8 md/awscrt#0.27.6 {WINDOWS} lang/python#3.13.7 cfg/retry-mode#standard"
PYTHON = f"Boto3/1.42.97 md/Botocore#1.42.97 {WINDOWS} lang/python#3.12.13 Botocore/1.42.97"
DOTNET_PROGRAM = f"aws-sdk-dotnet-coreclr/4.0.8.2 {DOTNET} md/aws-sdk-dotnet-core#4.0.3.1"
PROGRAMS = (CLI, PYTHON, DOTNET_PROGRAM)
AGENT_PROGRAM = f"AWSPowerShell.Common/5.0.64 {DOTNET} md/aws-sdk-dotnet-core#4.0.3.1"


@dataclass(frozen=True, slots=True)
class Seat:
    """An instance as its calls come out of it."""

    instance: Instance

    def path_of(self, api: Api) -> str:
        """Return the path that a request takes from here."""
        instance = self.instance
        if api.region == HOME and api.source in instance.vpc.endpoints:
            return ENDPOINT
        if instance.public_address:
            return PUBLIC
        return NAT if api.region == HOME else OTHER_REGION

    def caller(self, api: Api, key: RoleSession, program: str) -> Caller:
        """Return who calls, as the record shows it, with these credentials."""
        instance = self.instance
        path = self.path_of(api)
        if path == ENDPOINT:
            endpoint_id = instance.vpc.endpoints[api.source]
            return Caller(
                key.identity,
                instance.address,
                program,
                key.access_key_id,
                endpoint_id,
                is_private=True,
            )
        gateway = instance.vpc.nat_gateway
        address = instance.public_address or (gateway.public_address if gateway else "")
        return Caller(key.identity, address, program, key.access_key_id)

    def truth(
        self, path: str, at: int, actor: StreamingSession | None = None, *, is_agent: bool = False
    ) -> Truth:
        """Return the truth about a call from here.

        `actor` is whose program called; for an agent's call it is whoever is alone on the instance.
        """
        instance = self.instance
        owner = instance.owner
        if isinstance(owner, ImageBuilder):
            return Truth(
                "appstream_image_builder",
                owner.name,
                path=path,
                instance=instance.instance_id,
                credential_use="inside",
            )
        live = instance.live_at(at)
        if is_agent and len(live) == 1:
            actor = live[0]
        candidates = (
            tuple(sorted({one.person.user_id for one in live})) if instance.is_shared else ()
        )
        return Truth(
            "appstream_fleet",
            owner.name,
            owner.name,
            owner.stack_name,
            actor.streaming_session_id if actor else "",
            actor.person.user_id if actor else "",
            candidates,
            path,
            instance.instance_id,
            "inside",
            is_idle=actor is None and not live,
        )


def program_of(random: Random, one: StreamingSession, *, is_named: bool) -> str:
    """Return a user agent; a named one carries the streaming session's id as its application."""
    program = random.choice(PROGRAMS)
    return f"{program} app/{one.streaming_session_id}" if is_named else program

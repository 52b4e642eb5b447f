"""What administrators and the broker do with fleets: create, stop, change, start, admit people."""

from collections.abc import Iterator
from random import Random

from tests.estate.accounts import HOME, MAIN, Role
from tests.estate.clock import HOUR, MINUTE
from tests.estate.credentials import RoleSession, Terms, new_role_session
from tests.estate.fleets import Fleet, ImageBuilder, RunningPeriod
from tests.estate.instances import Instance, StreamingSession
from tests.estate.operators import saml_sign_in
from tests.estate.people import CUSTOM, SAML
from tests.estate.records import Api, Caller, Event, Json, Moment, event
from tests.estate.truth import Truth
from tests.estate.workloads import LINUX

ADMINISTRATOR = Role(
    "AWSReservedSSO_AppStreamAdmin_1f2e3d4c5b6a7980",
    path="/aws-reserved/sso.amazonaws.com/eu-central-1/",
)
ADMINISTRATOR_NAME = "nora.lindner@example.com"
BROKER = Role("appstream-broker-role")
BROKER_NAME = "appstream-broker"
FEDERATION = Role("appstream-federation-role")
CONSOLE = "AWS Internal"
INSTANCE_TYPE = "stream.standard.large"


def fleet_administration(fleet: Fleet, random: Random) -> Iterator[Event]:
    """Yield the life of a fleet whose role changes: only such a fleet is new in the estate."""
    if len(fleet.periods) == 1:
        return
    first = fleet.periods[0]
    yield from _administration(
        random, first.starts_at - 4 * MINUTE, [_creation(fleet, first), _association(fleet)]
    )
    named: Json = {"name": fleet.name}
    start = Api("appstream", "StartFleet", named, is_read=False)
    stop = Api("appstream", "StopFleet", named, is_read=False)
    yield from _administration(random, first.starts_at - MINUTE, [start])
    for before, period in zip(fleet.periods, fleet.periods[1:], strict=False):
        yield from _administration(random, before.ends_at, [stop])
        yield from _administration(random, before.ends_at + 10 * MINUTE, [_update(fleet, period)])
        yield from _administration(random, period.starts_at - MINUTE, [start])


def builder_administration(builder: ImageBuilder, random: Random) -> Iterator[Event]:
    """Yield the start and stop of an image builder."""
    described: Json = {
        "name": builder.name,
        "arn": f"arn:aws:appstream:{HOME}:{MAIN}:image-builder/{builder.name}",
        "imageArn": f"arn:aws:appstream:{HOME}::image/AppStream-WinServer2022-06-11-2026",
        "vpcConfig": {
            "subnetIds": [builder.subnet.subnet_id],
            "securityGroupIds": [builder.security_group_id],
        },
        "instanceType": INSTANCE_TYPE,
        "platform": "WINDOWS_SERVER_2022",
        "iamRoleArn": builder.role.arn,
        "enableDefaultInternetAccess": False,
    }
    for name, at, state in (
        ("StartImageBuilder", builder.starts_at - 2 * MINUTE, "PENDING"),
        ("StopImageBuilder", builder.ends_at - MINUTE, "STOPPING"),
    ):
        answer: Json = {"imageBuilder": {**described, "state": state}}
        api = Api("appstream", name, {"name": builder.name}, answer, is_read=False)
        yield from _administration(random, at, [api])


def admissions(instance: Instance, random: Random) -> Iterator[Event]:
    """Yield how each person got in: through the broker, or through the company's directory."""
    fleet = instance.fleet
    for one in instance.streaming_sessions:
        at = one.started_at - random.randrange(45, 90)
        kind = one.person.authentication_type
        if fleet is not None and kind == CUSTOM:
            yield _streaming_url(fleet, one, random, at)
        elif kind == SAML:
            # The role session is named after the mailbox; AppStream goes by the NameID.
            mailbox = one.person.user_id.partition("@")[0].lower()
            yield saml_sign_in(
                random, new_role_session(random, FEDERATION, mailbox, at), one.person.user_id
            )


def _streaming_url(fleet: Fleet, one: StreamingSession, random: Random, at: int) -> Event:
    """Return the broker's CreateStreamingURL for somebody."""
    request: Json = {
        "stackName": fleet.stack_name,
        "fleetName": fleet.name,
        "userId": one.person.user_id,
        "validity": 60,
    }
    api = Api("appstream", "CreateStreamingURL", request, is_read=False)
    terms = Terms(
        in_scope_of={
            "issuerType": "AWS::Lambda::Function",
            "credentialsIssuedTo": f"arn:aws:lambda:{HOME}:{MAIN}:function:{BROKER_NAME}",
        }
    )
    holder = new_role_session(random, BROKER, BROKER_NAME, at - at % HOUR, terms)
    program = f"{LINUX} exec-env/AWS_Lambda_python3.13 Botocore/1.42.97"
    caller = Caller(holder.identity, "3.120.10.8", program, holder.access_key_id)
    return event(random, Moment(at), api, caller, Truth("lambda_function", BROKER_NAME))


def administrator(random: Random, at: int) -> RoleSession:
    """Return the credentials of the administrator, who signs in through Identity Center."""
    return new_role_session(random, ADMINISTRATOR, ADMINISTRATOR_NAME, at)


def _administration(random: Random, at: int, apis: list[Api]) -> Iterator[Event]:
    holder = administrator(random, at - 5 * MINUTE)
    caller = Caller(holder.identity, "203.0.113.99", CONSOLE, holder.access_key_id)
    truth = Truth("identity_center_user", ADMINISTRATOR_NAME)
    for number, api in enumerate(apis):
        yield event(random, Moment(at + 20 * number), api, caller, truth)


def described_fleet(fleet: Fleet, period: RunningPeriod) -> Json:
    """Return a fleet as CloudTrail writes it."""
    described: Json = {
        "name": fleet.name,
        "arn": fleet.arn,
        "displayName": fleet.name,
        "imageName": f"{fleet.name}-image",
        "instanceType": INSTANCE_TYPE,
        "fleetType": "ALWAYS_ON",
        "computeCapacityStatus": {"desired": 2},
        "maxUserDurationInSeconds": 57600,
        "disconnectTimeoutInSeconds": 900,
        "state": "STOPPED",
        "vpcConfig": _network_of(fleet),
        "enableDefaultInternetAccess": fleet.has_default_internet_access,
        "iamRoleArn": period.role.arn,
        "streamView": "APP",
        "platform": "WINDOWS_SERVER_2022",
    }
    if fleet.max_sessions_per_instance > 1:
        described["maxSessionsPerInstance"] = fleet.max_sessions_per_instance
    return described


def _network_of(fleet: Fleet) -> Json:
    return {
        "subnetIds": [subnet.subnet_id for subnet in fleet.subnets],
        "securityGroupIds": [fleet.security_group_id],
    }


def _creation(fleet: Fleet, period: RunningPeriod) -> Api:
    request: Json = {
        "name": fleet.name,
        "imageName": f"{fleet.name}-image",
        "instanceType": INSTANCE_TYPE,
        "fleetType": "ALWAYS_ON",
        "computeCapacity": {"desiredInstances": 2},
        "vpcConfig": _network_of(fleet),
        "enableDefaultInternetAccess": fleet.has_default_internet_access,
        "iamRoleArn": period.role.arn,
    }
    answer: Json = {"fleet": described_fleet(fleet, period)}
    return Api("appstream", "CreateFleet", request, answer, is_read=False)


def _association(fleet: Fleet) -> Api:
    request: Json = {"fleetName": fleet.name, "stackName": fleet.stack_name}
    return Api("appstream", "AssociateFleet", request, is_read=False)


def _update(fleet: Fleet, period: RunningPeriod) -> Api:
    request: Json = {"name": fleet.name, "iamRoleArn": period.role.arn}
    answer: Json = {"fleet": described_fleet(fleet, period)}
    return Api("appstream", "UpdateFleet", request, answer, is_read=False)

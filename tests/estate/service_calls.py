"""What AppStream itself does in the customer's account, under its service role.

Network interfaces come and go with instances; the agent on the instance keeps home folders and
settings in step and stores the logs of session scripts, through the customer's own endpoint.
"""

from collections.abc import Iterator
from random import Random

from tests.estate.accounts import (
    APPSTREAM_SERVICE,
    HOME,
    HOME_FOLDER_BUCKET,
    MAIN,
    REPORT_BUCKET,
    SETTINGS_BUCKET,
)
from tests.estate.apis import FILES, object_call
from tests.estate.credentials import RoleSession, Terms, new_role_session
from tests.estate.identifiers import new_uuid, resource_id
from tests.estate.instances import Instance, StreamingSession
from tests.estate.paths import SERVICE, Seat
from tests.estate.records import Api, Caller, Event, Json, Moment, event
from tests.estate.truth import Truth

CONTROL_PLANE = "PhotonSession"
STORAGE = "AppStream2.0"
INTERNAL_PROGRAM = "aws-internal/3 aws-sdk-java/1.12.797 Linux/5.10.245 OpenJDK_64-Bit_Server_VM/17"
FOREIGN_ENDPOINTS = tuple(resource_id("vpce", f"owned by AWS {number}") for number in range(3))
"""Endpoints that no inventory of the customer's knows."""
APPSTREAM = "appstream.amazonaws.com"
AGENT_PROGRAM = "aws-sdk-dotnet-45/3.7.402.4 ua/2.0 os/windows#10.0.20348.0 md/ARCH#X64 PhotonAgent"


def service_calls(instance: Instance, random: Random) -> Iterator[Event]:
    """Yield the service's calls about one instance and the people on it."""
    yield from _network_interface(instance, random)
    seat = Seat(instance)
    for one in instance.streaming_sessions:
        yield _internal_look(instance, one, random)
        yield from _storage(seat, one, random)


# ── the control plane ────────────────────────────────────────────────────────────────────────


def _control_plane_call(instance: Instance, random: Random, at: int, api: Api) -> Event:
    terms = Terms(invoked_by=APPSTREAM)
    holder = new_role_session(random, APPSTREAM_SERVICE, CONTROL_PLANE, at - 1, terms)
    caller = Caller(holder.identity, APPSTREAM, APPSTREAM, holder.access_key_id, is_inside_aws=True)
    truth = Truth(
        "appstream_service",
        CONTROL_PLANE,
        instance.owner.name if instance.fleet else "",
        path=SERVICE,
        instance=instance.instance_id,
    )
    return event(random, Moment(at), api, caller, truth)


def _network_interface(instance: Instance, random: Random) -> Iterator[Event]:
    yield _control_plane_call(instance, random, instance.boots_at, _creation(instance, random))
    if instance.public_address:
        association = resource_id("eipassoc", instance.network_interface_id)
        request: Json = {
            "allocationId": allocation_id(instance.public_address),
            "networkInterfaceId": instance.network_interface_id,
            "allowReassociation": False,
        }
        answer: Json = {
            "requestId": new_uuid(random),
            "_return": True,
            "associationId": association,
        }
        api = Api("ec2", "AssociateAddress", request, answer, is_read=False)
        yield _control_plane_call(instance, random, instance.boots_at + 2, api)
        ended: Json = {"requestId": new_uuid(random), "_return": True}
        api = Api(
            "ec2", "DisassociateAddress", {"associationId": association}, ended, is_read=False
        )
        yield _control_plane_call(instance, random, instance.ends_at - 2, api)
    named: Json = {"networkInterfaceId": instance.network_interface_id}
    done: Json = {"requestId": new_uuid(random), "_return": True}
    api = Api("ec2", "DeleteNetworkInterface", named, done, is_read=False)
    yield _control_plane_call(instance, random, instance.ends_at, api)


def _internal_look(instance: Instance, one: StreamingSession, random: Random) -> Event:
    """Return a look at the customer's buckets from within AWS, through AWS's own endpoint."""
    terms = Terms(invoked_by="AWS Internal")
    at = one.started_at - 20
    holder = new_role_session(random, APPSTREAM_SERVICE, CONTROL_PLANE, at, terms)
    address = f"172.18.{random.randrange(256)}.{random.randrange(1, 255)}"
    caller = Caller(
        holder.identity,
        address,
        INTERNAL_PROGRAM,
        holder.access_key_id,
        random.choice(FOREIGN_ENDPOINTS),
        is_inside_aws=True,
    )
    truth = Truth("appstream_service", CONTROL_PLANE, path=SERVICE, instance=instance.instance_id)
    api = Api("s3", "ListBuckets", {"Host": f"s3.{HOME}.amazonaws.com"})
    return event(random, Moment(at), api, caller, truth)


def allocation_id(public_address: str) -> str:
    """Return the allocation id of an Elastic IP address."""
    return resource_id("eipalloc", public_address)


def mac_address(network_interface_id: str) -> str:
    """Return the hardware address of a network interface."""
    digits = network_interface_id[-10:]
    return "02:" + ":".join(digits[start : start + 2] for start in range(0, 10, 2))


def dns_name(address: str) -> str:
    """Return the name that EC2's resolver gives a private address."""
    return f"ip-{address.replace('.', '-')}.{HOME}.compute.internal"


def _creation(instance: Instance, random: Random) -> Api:
    group = instance.owner.security_group_id
    description = "AppStream 2.0 streaming instance"
    request: Json = {
        "subnetId": instance.subnet.subnet_id,
        "description": description,
        "groupSet": {"items": [{"groupId": group}]},
        "privateIpAddressesSet": {},
        "clientToken": new_uuid(random),
    }
    primary: Json = {
        "privateIpAddress": instance.address,
        "privateDnsName": dns_name(instance.address),
        "primary": True,
    }
    interface: Json = {
        "networkInterfaceId": instance.network_interface_id,
        "subnetId": instance.subnet.subnet_id,
        "vpcId": instance.vpc.vpc_id,
        "availabilityZone": instance.subnet.zone,
        "description": description,
        "ownerId": MAIN,
        "requesterId": f"{APPSTREAM_SERVICE.role_id}:{CONTROL_PLANE}",
        "requesterManaged": False,
        "status": "pending",
        "macAddress": mac_address(instance.network_interface_id),
        "privateIpAddress": instance.address,
        "privateDnsName": dns_name(instance.address),
        "sourceDestCheck": True,
        "interfaceType": "interface",
        "groupSet": {"items": [{"groupId": group, "groupName": f"{instance.owner.name}-sg"}]},
        "privateIpAddressesSet": {"item": [primary]},
        "ipv6AddressesSet": {},
        "tagSet": {},
    }
    answer: Json = {"requestId": new_uuid(random), "networkInterface": interface}
    return Api("ec2", "CreateNetworkInterface", request, answer, is_read=False)


# ── storage ──────────────────────────────────────────────────────────────────────────────────


def _storage(seat: Seat, one: StreamingSession, random: Random) -> Iterator[Event]:
    """Yield the agent's work for one person: fetch at the start, sync, and store after the end."""
    holder = new_role_session(random, APPSTREAM_SERVICE, STORAGE, one.started_at - 5)
    person = one.person
    home = f"user/{person.access_mode}/{person.user_hash}"
    settings = f"Windows/v4/{_settings_group(seat)}/{person.access_mode}/{person.user_hash}"
    latest = seat.instance.ends_at - 15
    start, end = one.started_at + random.randrange(3, 12), one.ended_at + random.randrange(5, 50)
    calls = [
        (start, object_call(random, "GetObject", SETTINGS_BUCKET, f"{settings}/Profile.vhdx")),
        (start + 4, object_call(random, "GetObject", HOME_FOLDER_BUCKET, f"{home}/Documents/")),
        (end, object_call(random, "PutObject", SETTINGS_BUCKET, f"{settings}/Profile.vhdx")),
    ]
    for _ in range(random.randrange(1, 5)):
        at = random.randrange(one.started_at + 60, one.ended_at + 20)
        key = f"{home}/{random.choice(FILES)}-{random.randrange(1, 9)}.docx"
        calls.append((at, object_call(random, "PutObject", HOME_FOLDER_BUCKET, key)))
    calls += _script_logs(seat, one, random)
    for at, api in calls:
        yield _storage_call(seat, one, random, (min(at, latest), api, holder))


def _settings_group(seat: Seat) -> str:
    fleet = seat.instance.fleet
    return fleet.stack_name if fleet else ""


def _script_logs(seat: Seat, one: StreamingSession, random: Random) -> list[tuple[int, Api]]:
    fleet = seat.instance.fleet
    if fleet is None or not fleet.habits.runs_session_scripts:
        return []
    person = one.person
    folder = (
        f"{fleet.stack_name}/{fleet.name}/{person.access_mode}/{person.user_hash}/"
        f"{one.streaming_session_id}/SessionScriptsLogs"
    )
    moments = (("SessionStart", one.started_at + 25), ("SessionTermination", one.ended_at + 55))
    return [
        (at, object_call(random, "PutObject", REPORT_BUCKET, f"{folder}/{name}/user-stdout.log"))
        for name, at in moments
    ]


def _storage_call(
    seat: Seat, one: StreamingSession, random: Random, work: tuple[int, Api, RoleSession]
) -> Event:
    at, api, holder = work
    if at >= holder.expires_at:
        holder = new_role_session(random, APPSTREAM_SERVICE, STORAGE, at - 3)
    instance = seat.instance
    fleet = instance.fleet
    truth = Truth(
        "appstream_service",
        STORAGE,
        instance.owner.name,
        fleet.stack_name if fleet else "",
        one.streaming_session_id,
        one.person.user_id,
        path=seat.path_of(api),
        instance=instance.instance_id,
    )
    caller = seat.caller(api, holder, AGENT_PROGRAM)
    return event(random, Moment(at), api, caller, truth)

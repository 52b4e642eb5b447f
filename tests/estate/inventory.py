"""What the AWS CLI prints of the estate at its end: names in PascalCase, as the API has them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tests.estate.accounts import APPSTREAM_SERVICE, HOME, MAIN
from tests.estate.administration import INSTANCE_TYPE
from tests.estate.clock import DAY, HOUR, iso_with_offset
from tests.estate.fleets import Fleet, ImageBuilder
from tests.estate.identifiers import resource_id
from tests.estate.instances import Instance
from tests.estate.networks import Vpc
from tests.estate.people import CUSTOM
from tests.estate.records import Json
from tests.estate.service_calls import allocation_id, dns_name, mac_address

if TYPE_CHECKING:
    from tests.estate.estate import Estate

AGE = 90 * DAY
"""How long fleets, endpoints and gateways had been there when the estate began."""


def write_inventory(estate: "Estate", folder: Path) -> None:
    """Write one JSON file for each command, as of the end of the last day."""
    start, end = estate.starts_at, estate.ends_at
    fleets, builders, instances = estate.fleets, estate.image_builders, estate.instances
    vpcs = sorted({fleet.vpc.name: fleet.vpc for fleet in fleets}.items())
    alive = [one for one in instances if one.boots_at < end <= one.ends_at]
    answers: dict[str, Json] = {
        "describe-fleets": {"Fleets": [_fleet(fleet, start - AGE) for fleet in fleets]},
        "describe-image-builders": {
            "ImageBuilders": [_image_builder(one, start - AGE) for one in builders]
        },
        "describe-sessions": {"Sessions": list(_streaming_sessions(alive, end))},
        "describe-vpc-endpoints": {
            "VpcEndpoints": [one for _, vpc in vpcs for one in _endpoints(vpc, start - AGE)]
        },
        "describe-subnets": {"Subnets": [one for _, vpc in vpcs for one in _subnets(vpc)]},
        "describe-network-interfaces": {
            "NetworkInterfaces": [_network_interface(one) for one in alive]
        },
        "describe-nat-gateways": {
            "NatGateways": [one for _, vpc in vpcs for one in _nat_gateways(vpc, start - AGE)]
        },
        "describe-addresses": {"Addresses": _addresses(vpcs, instances, end)},
    }
    place = folder / f"inventory/{MAIN}/{HOME}"
    place.mkdir(parents=True, exist_ok=True)
    for name, answer in answers.items():
        text = json.dumps(answer, indent=4, ensure_ascii=False) + "\n"
        (place / f"{name}.json").write_text(text, encoding="utf-8", newline="\n")


def _fleet(fleet: Fleet, created_at: int) -> Json:
    described: Json = {
        "Arn": fleet.arn,
        "Name": fleet.name,
        "DisplayName": fleet.name,
        "ImageName": f"{fleet.name}-image",
        "InstanceType": INSTANCE_TYPE,
        "FleetType": "ALWAYS_ON",
        "ComputeCapacityStatus": {"Desired": 2, "Running": 2, "InUse": 0, "Available": 2},
        "MaxUserDurationInSeconds": 57600,
        "DisconnectTimeoutInSeconds": 900,
        "State": "RUNNING",
        "VpcConfig": {
            "SubnetIds": [subnet.subnet_id for subnet in fleet.subnets],
            "SecurityGroupIds": [fleet.security_group_id],
        },
        "CreatedTime": iso_with_offset(
            created_at if len(fleet.periods) == 1 else fleet.periods[0].starts_at - 240
        ),
        "FleetErrors": [],
        "EnableDefaultInternetAccess": fleet.has_default_internet_access,
        "IamRoleArn": fleet.periods[-1].role.arn,
        "StreamView": "APP",
        "Platform": "WINDOWS_SERVER_2022",
    }
    if fleet.max_sessions_per_instance > 1:
        described["MaxSessionsPerInstance"] = fleet.max_sessions_per_instance
    return described


def _image_builder(builder: ImageBuilder, created_at: int) -> Json:
    return {
        "Name": builder.name,
        "Arn": f"arn:aws:appstream:{HOME}:{MAIN}:image-builder/{builder.name}",
        "ImageArn": f"arn:aws:appstream:{HOME}::image/AppStream-WinServer2022-06-11-2026",
        "VpcConfig": {
            "SubnetIds": [builder.subnet.subnet_id],
            "SecurityGroupIds": [builder.security_group_id],
        },
        "InstanceType": INSTANCE_TYPE,
        "Platform": "WINDOWS_SERVER_2022",
        "IamRoleArn": builder.role.arn,
        "State": "STOPPED",
        "CreatedTime": iso_with_offset(created_at),
        "EnableDefaultInternetAccess": False,
        "ImageBuilderErrors": [],
    }


def _streaming_sessions(alive: list[Instance], end: int) -> Iterator[Json]:
    for instance in alive:
        for one in instance.live_at(end):
            fleet = instance.fleet
            kind = one.person.authentication_type
            yield {
                "Id": one.streaming_session_id,
                "UserId": one.person.user_id,
                "StackName": fleet.stack_name if fleet else "",
                "FleetName": instance.owner.name,
                "State": "ACTIVE",
                "ConnectionState": "CONNECTED",
                "StartTime": iso_with_offset(one.started_at),
                "MaxExpirationTime": iso_with_offset(one.started_at + 16 * HOUR),
                "AuthenticationType": "API" if kind == CUSTOM else kind,
                "NetworkAccessConfiguration": {
                    "EniPrivateIpAddress": instance.address,
                    "EniId": instance.network_interface_id,
                },
                "InstanceId": instance.instance_id,
            }


def _endpoints(vpc: Vpc, created_at: int) -> Iterator[Json]:
    for service, endpoint_id in vpc.endpoints.items():
        is_gateway = service == "s3"
        yield {
            "VpcEndpointId": endpoint_id,
            "VpcEndpointType": "Gateway" if is_gateway else "Interface",
            "VpcId": vpc.vpc_id,
            "ServiceName": f"com.amazonaws.{HOME}.{service}",
            "State": "available",
            "RouteTableIds": [resource_id("rtb", vpc.name)] if is_gateway else [],
            "SubnetIds": [] if is_gateway else [one.subnet_id for one in vpc.subnets[:3]],
            "Groups": [],
            "PrivateDnsEnabled": not is_gateway,
            "RequesterManaged": False,
            "CreationTimestamp": iso_with_offset(created_at),
            "OwnerId": MAIN,
        }


def _subnets(vpc: Vpc) -> Iterator[Json]:
    for subnet in vpc.subnets:
        yield {
            "AvailabilityZone": subnet.zone,
            "AvailableIpAddressCount": 240,
            "CidrBlock": subnet.cidr,
            "DefaultForAz": False,
            "MapPublicIpOnLaunch": False,
            "State": "available",
            "SubnetId": subnet.subnet_id,
            "VpcId": vpc.vpc_id,
            "OwnerId": MAIN,
            "SubnetArn": f"arn:aws:ec2:{HOME}:{MAIN}:subnet/{subnet.subnet_id}",
        }


def _network_interface(instance: Instance) -> Json:
    return {
        "Attachment": {
            "AttachTime": iso_with_offset(instance.boots_at + 4),
            "AttachmentId": resource_id("eni-attach", instance.network_interface_id),
            "DeleteOnTermination": False,
            "DeviceIndex": 1,
            "InstanceOwnerId": "amazon-aws",
            "Status": "attached",
        },
        "AvailabilityZone": instance.subnet.zone,
        "Description": "AppStream 2.0 streaming instance",
        "Groups": [
            {
                "GroupName": f"{instance.owner.name}-sg",
                "GroupId": instance.owner.security_group_id,
            }
        ],
        "InterfaceType": "interface",
        "Ipv6Addresses": [],
        "MacAddress": mac_address(instance.network_interface_id),
        "NetworkInterfaceId": instance.network_interface_id,
        "OwnerId": MAIN,
        "PrivateDnsName": dns_name(instance.address),
        "PrivateIpAddress": instance.address,
        "RequesterId": f"{APPSTREAM_SERVICE.role_id}:PhotonSession",
        "RequesterManaged": False,
        "SourceDestCheck": True,
        "Status": "in-use",
        "SubnetId": instance.subnet.subnet_id,
        "TagSet": [],
        "VpcId": instance.vpc.vpc_id,
    }


def _nat_gateways(vpc: Vpc, created_at: int) -> Iterator[Json]:
    gateway = vpc.nat_gateway
    if gateway is None:
        return
    yield {
        "CreateTime": iso_with_offset(created_at),
        "NatGatewayAddresses": [
            {
                "AllocationId": allocation_id(gateway.public_address),
                "NetworkInterfaceId": resource_id("eni", gateway.nat_gateway_id),
                "PrivateIp": gateway.private_address,
                "PublicIp": gateway.public_address,
                "IsPrimary": True,
                "Status": "succeeded",
            }
        ],
        "NatGatewayId": gateway.nat_gateway_id,
        "State": "available",
        "SubnetId": gateway.subnet.subnet_id,
        "VpcId": vpc.vpc_id,
        "Tags": [],
        "ConnectivityType": "public",
    }


def _addresses(
    vpcs: list[tuple[str, Vpc]], instances: tuple[Instance, ...], end: int
) -> list[Json]:
    """Return the Elastic IP addresses: of gateways, and those that instances take turns at."""
    found: list[Json] = []
    for _, vpc in vpcs:
        gateway = vpc.nat_gateway
        if gateway is not None:
            found.append(
                {
                    **_address(gateway.public_address),
                    "AssociationId": resource_id("eipassoc", gateway.nat_gateway_id),
                    "NetworkInterfaceId": resource_id("eni", gateway.nat_gateway_id),
                    "NetworkInterfaceOwnerId": MAIN,
                    "PrivateIpAddress": gateway.private_address,
                }
            )
    for public_address in sorted({one.public_address for one in instances} - {""}):
        address = _address(public_address)
        for one in instances:
            if one.public_address == public_address and one.boots_at < end <= one.ends_at:
                address |= {
                    "AssociationId": resource_id("eipassoc", one.network_interface_id),
                    "NetworkInterfaceId": one.network_interface_id,
                    "NetworkInterfaceOwnerId": MAIN,
                    "PrivateIpAddress": one.address,
                }
        found.append(address)
    return found


def _address(public_address: str) -> Json:
    return {
        "PublicIp": public_address,
        "AllocationId": allocation_id(public_address),
        "Domain": "vpc",
        "PublicIpv4Pool": "amazon",
        "NetworkBorderGroup": HOME,
    }

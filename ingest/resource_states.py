"""What AWS says of a resource, as columns of `resource_history`.

The same resource is described by API answers (VpcConfig), by CloudTrail (vpcConfig) and by EC2's
events (groupSet.items); one reading takes them all.
"""

from collections.abc import Callable
from typing import TypeAlias

from ingest.observed_values import (
    Fields,
    count_of,
    elements_of,
    fields_of,
    flag_of,
    text_of,
    texts_of,
)

Columns: TypeAlias = dict[str, object]

FLEET = "fleet"
IMAGE_BUILDER = "image_builder"
APP_BLOCK_BUILDER = "app_block_builder"
STACK_FLEET = "stack_fleet"
ROLE = "role"
VPC_ENDPOINT = "vpc_endpoint"
SUBNET = "subnet"
NETWORK_INTERFACE = "network_interface"
NAT_GATEWAY = "nat_gateway"
ELASTIC_IP = "elastic_ip"
ELASTIC_IP_ASSOCIATION = "elastic_ip_association"

CARRIES_ROLE = frozenset({FLEET, IMAGE_BUILDER, APP_BLOCK_BUILDER})
NO_ROLE = ""
"""iam_role_arn of a resource that is known to carry no role; null says that it wasn't told."""


def state_of(resource_type: str, description: object) -> Columns:
    """Return the columns that this description of a resource fills; none for what it leaves out.

    `resource_id` is among them if the description names the resource. An association of a fleet
    with a stack has the fleet's name as its id, and the stack's in `stack_name`.
    """
    columns = READINGS[resource_type](fields_of(description))
    return {name: value for name, value in columns.items() if value is not None}


def _appstream(fields: Fields) -> Columns:
    network = fields_of(fields.get("vpcconfig"))
    access = fields_of(fields.get("networkaccessconfiguration"))
    return {
        "resource_id": text_of(fields.get("name")),
        "iam_role_arn": text_of(fields.get("iamrolearn")),
        "subnet_ids": texts_of(network.get("subnetids"), "subnetId"),
        "security_group_ids": texts_of(network.get("securitygroupids"), "groupId"),
        "private_ip_address": text_of(access.get("eniprivateipaddress")),
        "network_interface_id": text_of(access.get("eniid")),
        "max_sessions_per_instance": count_of(fields.get("maxsessionsperinstance")),
        "has_default_internet_access": flag_of(fields.get("enabledefaultinternetaccess")),
    }


def _stack_fleet(fields: Fields) -> Columns:
    return {
        "resource_id": text_of(fields.get("fleetname")),
        "stack_name": text_of(fields.get("stackname")),
    }


def _role(fields: Fields) -> Columns:
    return {
        "resource_id": text_of(fields.get("rolename")),
        "iam_role_arn": text_of(fields.get("arn")),
    }


def _vpc_endpoint(fields: Fields) -> Columns:
    subnets = _first(fields, "subnetids", "subnetidset", "subnetid")
    groups = _first(fields, "groups", "groupset", "securitygroupids", "securitygroupid")
    return {
        "resource_id": text_of(fields.get("vpcendpointid")),
        "vpc_id": text_of(fields.get("vpcid")),
        "service_name": text_of(fields.get("servicename")),
        "subnet_ids": texts_of(subnets, "subnetId"),
        "security_group_ids": texts_of(groups, "groupId"),
    }


def _subnet(fields: Fields) -> Columns:
    return {
        "resource_id": text_of(fields.get("subnetid")),
        "vpc_id": text_of(fields.get("vpcid")),
        "cidr_block": text_of(fields.get("cidrblock")),
    }


def _network_interface(fields: Fields) -> Columns:
    association = fields_of(fields.get("association"))
    return {
        "resource_id": text_of(fields.get("networkinterfaceid")),
        "vpc_id": text_of(fields.get("vpcid")),
        "subnet_ids": texts_of(fields.get("subnetid"), "subnetId"),
        "security_group_ids": texts_of(_first(fields, "groups", "groupset"), "groupId"),
        "private_ip_address": text_of(fields.get("privateipaddress")),
        "public_ip_address": text_of(association.get("publicip")),
    }


def _nat_gateway(fields: Fields) -> Columns:
    addresses = elements_of(_first(fields, "natgatewayaddresses", "natgatewayaddressset"))
    address = fields_of(addresses[0]) if addresses else {}
    return {
        "resource_id": text_of(fields.get("natgatewayid")),
        "vpc_id": text_of(fields.get("vpcid")),
        "subnet_ids": texts_of(fields.get("subnetid"), "subnetId"),
        "private_ip_address": text_of(address.get("privateip")),
        "public_ip_address": text_of(address.get("publicip")),
        "network_interface_id": text_of(address.get("networkinterfaceid")),
    }


def _elastic_ip(fields: Fields) -> Columns:
    public_ip_address = text_of(fields.get("publicip"))
    return {
        "resource_id": text_of(fields.get("allocationid")) or public_ip_address,
        "public_ip_address": public_ip_address,
        "private_ip_address": text_of(fields.get("privateipaddress")),
        "network_interface_id": text_of(fields.get("networkinterfaceid")),
    }


def _elastic_ip_association(fields: Fields) -> Columns:
    """Return an association's columns; only its id is known when it ends, so it is its own type."""
    columns = _elastic_ip(fields)
    association_id = text_of(fields.get("associationid"))
    return {**columns, "resource_id": association_id or columns["public_ip_address"]}


def _first(fields: Fields, *names: str) -> object:
    return next((fields[name] for name in names if name in fields), None)


READINGS: dict[str, Callable[[Fields], Columns]] = {
    FLEET: _appstream,
    IMAGE_BUILDER: _appstream,
    APP_BLOCK_BUILDER: _appstream,
    STACK_FLEET: _stack_fleet,
    ROLE: _role,
    VPC_ENDPOINT: _vpc_endpoint,
    SUBNET: _subnet,
    NETWORK_INTERFACE: _network_interface,
    NAT_GATEWAY: _nat_gateway,
    ELASTIC_IP: _elastic_ip,
    ELASTIC_IP_ASSOCIATION: _elastic_ip_association,
}

"""VPCs, subnets, endpoints, NAT gateways, and the private addresses that come and go in them."""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import NamedTuple

from tests.estate.accounts import HOME
from tests.estate.clock import MINUTE
from tests.estate.identifiers import resource_id

# AWS keeps the first four addresses of a subnet and the last; endpoints have some for good.
FIRST_FOR_INSTANCES = 16


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet."""

    subnet_id: str
    vpc_id: str
    cidr: str
    zone: str


@dataclass(frozen=True, slots=True)
class NatGateway:
    """A NAT gateway, whose public address stands for all calls through it."""

    nat_gateway_id: str
    subnet: Subnet
    private_address: str
    public_address: str


@dataclass(frozen=True, slots=True)
class Vpc:
    """A VPC. `endpoints` has the endpoint id of each service that is reached privately."""

    name: str
    vpc_id: str
    cidr: str
    subnets: tuple[Subnet, ...]
    endpoints: Mapping[str, str]
    nat_gateway: NatGateway | None


@dataclass(slots=True)
class AddressPool:
    """The free addresses of a subnet, lowest first; a returned one rests before it is reused."""

    cidr: str
    rest: int
    _free: list[int] = field(default_factory=list)
    _resting: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._free = list(range(FIRST_FOR_INSTANCES, IPv4Network(self.cidr).num_addresses - 1))

    def take(self, at: int) -> str:
        """Return a free address. Moments must not go back; raises IndexError if none is free."""
        while self._resting and self._resting[0][0] <= at:
            heapq.heappush(self._free, heapq.heappop(self._resting)[1])
        return str(IPv4Network(self.cidr)[heapq.heappop(self._free)])

    def give_back(self, address: str, at: int) -> None:
        """Take an address back at this moment, which may lie ahead."""
        start = int(IPv4Network(self.cidr).network_address)
        number = sum(
            int(part) << shift
            for part, shift in zip(address.split("."), (24, 16, 8, 0), strict=True)
        )
        heapq.heappush(self._resting, (at + self.rest, number - start))


def address_pool(subnet: Subnet, reuse_minutes: int) -> AddressPool:
    """Return the pool of a subnet; an address is used again after that many minutes."""
    return AddressPool(subnet.cidr, reuse_minutes * MINUTE)


class _Plan(NamedTuple):
    name: str
    prefix: str
    services: tuple[str, ...]
    nat_address: str


def _vpc(plan: _Plan, *, is_large: bool) -> Vpc:
    name, prefix, services, nat_address = plan
    vpc_id = resource_id("vpc", name)
    zones = (f"{HOME}a", f"{HOME}b", f"{HOME}c")
    subnets = tuple(
        Subnet(
            resource_id("subnet", f"{name}/{zone}"),
            vpc_id,
            _cidr(prefix, number, is_large=is_large),
            zone,
        )
        for number, zone in enumerate(zones, start=0 if is_large else 1)
    )
    endpoints = {service: resource_id("vpce", f"{name}/{service}") for service in services}
    gateway = None
    if nat_address:
        public_subnet = Subnet(
            resource_id("subnet", f"{name}/public"), vpc_id, f"{prefix}.255.0/24", zones[0]
        )
        gateway = NatGateway(
            resource_id("nat", name), public_subnet, f"{prefix}.255.10", nat_address
        )
        subnets = (*subnets, public_subnet)
    return Vpc(name, vpc_id, f"{prefix}.0.0/16", subnets, endpoints, gateway)


def _cidr(prefix: str, number: int, *, is_large: bool) -> str:
    return f"{prefix}.{number * 64}.0/18" if is_large else f"{prefix}.{number}.0/24"


STREAMING = "streaming"
PARTNER = "partner"
KIOSK = "kiosk"
FIELD = "field"


def networks(*, are_overlapping: bool, are_large: bool = False) -> dict[str, Vpc]:
    """Return the VPCs by name. With overlap, two of them have the same address range.

    Large subnets have room for ten thousand instances at once, others for two hundred.
    """
    partner_prefix = "10.20" if are_overlapping else "10.30"
    near = ("s3", "sts", "ssm", "secretsmanager", "kms", "logs")
    plans = (
        _Plan(STREAMING, "10.20", near, "203.0.113.10"),
        _Plan(PARTNER, partner_prefix, ("s3", "sts"), "203.0.113.40"),
        _Plan(KIOSK, "10.40", (), "203.0.113.70"),
        _Plan(FIELD, "10.60", ("s3",), ""),
    )
    return {plan.name: _vpc(plan, is_large=are_large) for plan in plans}

from typing import Any

import pytest

from ingest.resource_events import resource_history_of
from tests.ingest.event_tables import event, events_table


def row_of(name: str, request: object, answer: object = None) -> dict[str, Any]:
    """Return the history in one event of EC2 with these parameters and this answer."""
    (row,) = rows_of(name, request, answer)
    return row


def rows_of(name: str, request: object, answer: object = None) -> list[dict[str, Any]]:
    columns = {"request_parameters": request, "response_elements": answer}
    return resource_history_of(events_table(event("ec2.amazonaws.com", name, **columns)))


def test_a_network_interface_lives_from_creation_to_deletion() -> None:
    created = row_of(
        "CreateNetworkInterface",
        {
            "subnetId": "subnet-1",
            "groupSet": {"items": [{"groupId": "sg-1"}]},
            "privateIpAddressesSet": {},
        },
        {
            "requestId": "r",
            "networkInterface": {
                "networkInterfaceId": "eni-1",
                "subnetId": "subnet-1",
                "vpcId": "vpc-1",
                "ownerId": "123456789012",
                "privateIpAddress": "10.0.1.23",
                "groupSet": {"items": [{"groupId": "sg-1", "groupName": "fleet"}]},
            },
        },
    )
    assert (created["resource_type"], created["resource_id"]) == ("network_interface", "eni-1")
    assert created["change"] == "created"
    assert created["private_ip_address"] == "10.0.1.23"
    assert created["vpc_id"] == "vpc-1"
    assert created["subnet_ids"] == ["subnet-1"]
    assert created["security_group_ids"] == ["sg-1"]
    deleted = row_of("DeleteNetworkInterface", {"networkInterfaceId": "eni-1"}, {"x": True})
    assert (deleted["resource_id"], deleted["change"]) == ("eni-1", "deleted")
    assert "private_ip_address" not in deleted


def test_a_vpc_endpoint_is_unwrapped() -> None:
    row = row_of(
        "CreateVpcEndpoint",
        {
            "CreateVpcEndpointRequest": {
                "VpcId": "vpc-1",
                "ServiceName": "com.amazonaws.eu-central-1.sts",
                "SubnetId": {"tag": 1, "content": "subnet-1"},
                "SecurityGroupId": [
                    {"tag": 1, "content": "sg-1"},
                    {"tag": 2, "content": "sg-2"},
                ],
            }
        },
        {
            "CreateVpcEndpointResponse": {
                "vpcEndpoint": {
                    "vpcEndpointId": "vpce-1",
                    "vpcId": "vpc-1",
                    "serviceName": "com.amazonaws.eu-central-1.sts",
                    "subnetIdSet": {"item": "subnet-1"},
                    "groupSet": {"item": [{"groupId": "sg-1"}, {"groupId": "sg-2"}]},
                }
            }
        },
    )
    assert (row["resource_type"], row["resource_id"]) == ("vpc_endpoint", "vpce-1")
    assert (row["vpc_id"], row["service_name"]) == ("vpc-1", "com.amazonaws.eu-central-1.sts")
    assert (row["subnet_ids"], row["security_group_ids"]) == (["subnet-1"], ["sg-1", "sg-2"])


def test_an_endpoint_without_a_wrapper_is_taken_too() -> None:
    row = row_of("CreateVpcEndpoint", {}, {"vpcEndpoint": {"vpcEndpointId": "vpce-1"}})
    assert row["resource_id"] == "vpce-1"


@pytest.mark.parametrize(
    "request_parameters",
    [
        {"DeleteVpcEndpointsRequest": {"VpcEndpointId": {"tag": 1, "content": "vpce-1"}}},
        {"DeleteVpcEndpointsRequest": {"VpcEndpointId": [{"tag": 1, "content": "vpce-1"}]}},
        {"vpcEndpointIds": ["vpce-1"]},
        {"vpcEndpointIds": {"items": [{"vpcEndpointId": "vpce-1"}]}},
    ],
)
def test_a_deleted_endpoint_is_named_in_several_forms(
    request_parameters: dict[str, object],
) -> None:
    row = row_of("DeleteVpcEndpoints", request_parameters)
    assert (row["resource_id"], row["change"]) == ("vpce-1", "deleted")


def test_endpoints_that_could_not_be_deleted_live_on() -> None:
    rows = rows_of(
        "DeleteVpcEndpoints",
        {"DeleteVpcEndpointsRequest": {"VpcEndpointId": ["vpce-1", "vpce-2", "vpce-3"]}},
        {"DeleteVpcEndpointsResponse": {"unsuccessful": {"item": {"resourceId": "vpce-2"}}}},
    )
    assert [row["resource_id"] for row in rows] == ["vpce-1", "vpce-3"]
    assert len({row["resource_history_id"] for row in rows}) == 2


def test_a_modified_endpoint_is_seen_to_be_there() -> None:
    row = row_of("ModifyVpcEndpoint", {"ModifyVpcEndpointRequest": {"VpcEndpointId": "vpce-1"}})
    assert (row["resource_id"], row["change"]) == ("vpce-1", "updated")


def test_a_subnet_has_its_range() -> None:
    row = row_of(
        "CreateSubnet",
        {"vpcId": "vpc-1", "cidrBlock": "10.0.1.0/24"},
        {"subnet": {"subnetId": "subnet-1", "vpcId": "vpc-1", "cidrBlock": "10.0.1.0/24"}},
    )
    assert (row["resource_type"], row["resource_id"]) == ("subnet", "subnet-1")
    assert (row["vpc_id"], row["cidr_block"]) == ("vpc-1", "10.0.1.0/24")
    assert row_of("DeleteSubnet", {"subnetId": "subnet-1"})["change"] == "deleted"


def test_a_nat_gateway_has_its_address() -> None:
    row = row_of(
        "CreateNatGateway",
        {"CreateNatGatewayRequest": {"AllocationId": "eipalloc-1", "SubnetId": "subnet-1"}},
        {
            "CreateNatGatewayResponse": {
                "natGateway": {
                    "natGatewayId": "nat-1",
                    "subnetId": "subnet-1",
                    "vpcId": "vpc-1",
                    "natGatewayAddressSet": {
                        "item": {
                            "allocationId": "eipalloc-1",
                            "networkInterfaceId": "eni-1",
                            "privateIp": "10.0.0.4",
                            "publicIp": "203.0.113.1",
                        }
                    },
                }
            }
        },
    )
    assert (row["resource_type"], row["resource_id"]) == ("nat_gateway", "nat-1")
    assert (row["private_ip_address"], row["public_ip_address"]) == ("10.0.0.4", "203.0.113.1")
    assert row["network_interface_id"] == "eni-1"
    deleted = row_of("DeleteNatGateway", {"DeleteNatGatewayRequest": {"NatGatewayId": "nat-1"}})
    assert (deleted["resource_id"], deleted["change"]) == ("nat-1", "deleted")


def test_an_elastic_ip_is_allocated_and_released() -> None:
    allocated = row_of(
        "AllocateAddress",
        {"domain": "vpc"},
        {"publicIp": "203.0.113.5", "allocationId": "eipalloc-1", "domain": "vpc"},
    )
    assert (allocated["resource_type"], allocated["resource_id"]) == ("elastic_ip", "eipalloc-1")
    assert (allocated["public_ip_address"], allocated["change"]) == ("203.0.113.5", "created")
    released = row_of("ReleaseAddress", {"allocationId": "eipalloc-1"})
    assert (released["resource_id"], released["change"]) == ("eipalloc-1", "deleted")


def test_an_association_of_an_elastic_ip_lives_from_one_call_to_another() -> None:
    associated = row_of(
        "AssociateAddress",
        {
            "publicIp": "203.0.113.5",
            "networkInterfaceId": "eni-1",
            "privateIpAddress": "10.0.1.23",
        },
        {"associationId": "eipassoc-1", "_return": True},
    )
    assert associated["resource_type"] == "elastic_ip_association"
    assert (associated["resource_id"], associated["change"]) == ("eipassoc-1", "created")
    assert associated["network_interface_id"] == "eni-1"
    assert associated["private_ip_address"] == "10.0.1.23"
    assert associated["public_ip_address"] == "203.0.113.5"
    ended = row_of("DisassociateAddress", {"associationId": "eipassoc-1"})
    assert ended["resource_type"] == "elastic_ip_association"
    assert (ended["resource_id"], ended["change"]) == ("eipassoc-1", "deleted")

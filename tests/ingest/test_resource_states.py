import pytest
from pyiceberg.io.pyarrow import schema_to_pyarrow

from ingest import resource_states as states
from ingest.resource_states import READINGS, state_of
from lake.tables import RESOURCE_HISTORY

COLUMNS = set(schema_to_pyarrow(RESOURCE_HISTORY.schema()).names)
EVERYTHING = {
    "name": "f",
    "fleetName": "f",
    "stackName": "s",
    "roleName": "r",
    "arn": "arn:aws:iam::123456789012:role/r",
    "iamRoleArn": "arn:aws:iam::123456789012:role/r",
    "vpcConfig": {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]},
    "networkAccessConfiguration": {"eniPrivateIpAddress": "10.0.0.9", "eniId": "eni-9"},
    "maxSessionsPerInstance": 2,
    "enableDefaultInternetAccess": True,
    "vpcEndpointId": "vpce-1",
    "vpcId": "vpc-1",
    "serviceName": "com.amazonaws.eu-central-1.s3",
    "subnetId": "subnet-1",
    "cidrBlock": "10.0.0.0/24",
    "networkInterfaceId": "eni-1",
    "privateIpAddress": "10.0.0.9",
    "association": {"publicIp": "203.0.113.9"},
    "natGatewayId": "nat-1",
    "allocationId": "eipalloc-1",
    "associationId": "eipassoc-1",
    "publicIp": "203.0.113.9",
}


@pytest.mark.parametrize(
    ("resource_type", "resource_id"),
    [
        (states.FLEET, "f"),
        (states.IMAGE_BUILDER, "f"),
        (states.APP_BLOCK_BUILDER, "f"),
        (states.STACK_FLEET, "f"),
        (states.ROLE, "r"),
        (states.VPC_ENDPOINT, "vpce-1"),
        (states.SUBNET, "subnet-1"),
        (states.NETWORK_INTERFACE, "eni-1"),
        (states.NAT_GATEWAY, "nat-1"),
        (states.ELASTIC_IP, "eipalloc-1"),
        (states.ELASTIC_IP_ASSOCIATION, "eipassoc-1"),
    ],
)
def test_each_type_has_its_id_in_columns_of_the_table(resource_type: str, resource_id: str) -> None:
    state = state_of(resource_type, EVERYTHING)
    assert state["resource_id"] == resource_id
    assert state.keys() <= COLUMNS
    assert None not in state.values()


@pytest.mark.parametrize("resource_type", sorted(READINGS))
@pytest.mark.parametrize("description", [None, "", [], {}, {"name": None}, {"name": ""}])
def test_a_description_of_nothing_fills_no_column(resource_type: str, description: object) -> None:
    assert state_of(resource_type, description) == {}


def test_an_empty_list_of_subnets_says_that_there_are_none() -> None:
    assert state_of(states.FLEET, {"name": "f", "vpcConfig": {"subnetIds": []}}) == {
        "resource_id": "f",
        "subnet_ids": [],
    }

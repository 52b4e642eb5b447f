import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ingest.inventory import inventory_rows
from ingest.origin import EvidenceRows, Origin
from lake.tables import RESOURCE_HISTORY, STREAMING_SESSION_EVIDENCE
from tests.ingest.event_tables import arrow_rows

OBSERVED_AT = datetime(2026, 9, 15, 6, tzinfo=UTC)
ORIGIN = Origin(
    source_object_id="object-1",
    uri="file:///inventory/123456789012/eu-central-1/describe-fleets.json",
    account_id="123456789012",
    region="eu-central-1",
    observed_at=OBSERVED_AT,
)
NOWHERE = Origin("object-2", "file:///describe.json", None, None, OBSERVED_AT)
FLEET = {
    "Arn": "arn:aws:appstream:eu-west-1:210987654321:fleet/test-fleet",
    "Name": "test-fleet",
    "State": "RUNNING",
    "CreatedTime": "2026-01-02T03:04:05+00:00",
    "VpcConfig": {"SubnetIds": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]},
    "EnableDefaultInternetAccess": False,
    "IamRoleArn": "arn:aws:iam::210987654321:role/test_appstream_role",
    "MaxSessionsPerInstance": 5,
}


def taken(document: object, origin: Origin = ORIGIN) -> EvidenceRows:
    return inventory_rows(json.dumps(document).encode(), origin)


def state_in(document: object, origin: Origin = ORIGIN) -> dict[str, Any]:
    (row,) = taken(document, origin).history
    return row


def test_a_fleet_is_observed_with_its_role_and_network() -> None:
    rows = taken({"Fleets": [FLEET]})
    (row,) = rows.history
    assert (rows.read, rows.rejected, rows.evidence) == (1, [], [])
    assert len(str(row.pop("resource_history_id"))) == 32
    assert json.loads(str(row.pop("state"))) == FLEET
    assert row == {
        "resource_type": "fleet",
        "resource_id": "test-fleet",
        "account_id": "210987654321",
        "region": "eu-west-1",
        "valid_from": OBSERVED_AT,
        "valid_to": None,
        "change": "observed",
        "iam_role_arn": "arn:aws:iam::210987654321:role/test_appstream_role",
        "subnet_ids": ["subnet-1", "subnet-2"],
        "security_group_ids": ["sg-1"],
        "max_sessions_per_instance": 5,
        "has_default_internet_access": False,
        "evidence_source": "aws_cli",
        "source_object_id": "object-1",
        "observed_at": OBSERVED_AT,
    }


def test_a_fleet_without_a_role_is_known_to_carry_none() -> None:
    assert state_in({"Fleets": [{"Name": "f"}]})["iam_role_arn"] == ""


def test_what_a_fleet_leaves_out_is_not_guessed() -> None:
    row = state_in({"Fleets": [{"Name": "f"}]})
    assert not {"subnet_ids", "max_sessions_per_instance", "vpc_id"} & row.keys()


def test_an_image_builder_has_an_address() -> None:
    row = state_in(
        {
            "ImageBuilders": [
                {
                    "Name": "builder",
                    "IamRoleArn": "arn:aws:iam::123456789012:role/r",
                    "NetworkAccessConfiguration": {
                        "EniPrivateIpAddress": "10.0.1.9",
                        "EniId": "eni-1",
                    },
                }
            ]
        }
    )
    assert row["resource_type"] == "image_builder"
    assert (row["private_ip_address"], row["network_interface_id"]) == ("10.0.1.9", "eni-1")


def test_an_app_block_builder_is_taken() -> None:
    row = state_in({"AppBlockBuilders": [{"Name": "b", "IamRoleArn": "arn:aws:iam::1:role/r"}]})
    assert (row["resource_type"], row["resource_id"]) == ("app_block_builder", "b")


def test_a_vpc_endpoint_is_valid_from_its_creation() -> None:
    row = state_in(
        {
            "VpcEndpoints": [
                {
                    "VpcEndpointId": "vpce-1",
                    "VpcId": "vpc-1",
                    "ServiceName": "com.amazonaws.eu-central-1.s3",
                    "SubnetIds": ["subnet-1"],
                    "Groups": [{"GroupId": "sg-1", "GroupName": "endpoints"}],
                    "CreationTimestamp": "2025-02-03T04:05:06.789000+00:00",
                    "OwnerId": "210987654321",
                }
            ]
        }
    )
    assert row["resource_type"] == "vpc_endpoint"
    assert row["resource_id"] == "vpce-1"
    assert row["vpc_id"] == "vpc-1"
    assert row["service_name"] == "com.amazonaws.eu-central-1.s3"
    assert row["subnet_ids"] == ["subnet-1"]
    assert row["security_group_ids"] == ["sg-1"]
    assert row["valid_from"] == datetime(2025, 2, 3, 4, 5, 6, 789000, tzinfo=UTC)
    assert row["observed_at"] == OBSERVED_AT
    assert (row["account_id"], row["region"]) == ("210987654321", "eu-central-1")
    assert "iam_role_arn" not in row


def test_a_subnet_has_its_range_and_names_its_region_by_its_zone() -> None:
    row = state_in(
        {
            "Subnets": [
                {
                    "SubnetId": "subnet-1",
                    "VpcId": "vpc-1",
                    "CidrBlock": "10.0.1.0/24",
                    "AvailabilityZone": "ap-southeast-2a",
                    "OwnerId": "210987654321",
                }
            ]
        },
        NOWHERE,
    )
    assert (row["resource_type"], row["resource_id"]) == ("subnet", "subnet-1")
    assert (row["vpc_id"], row["cidr_block"]) == ("vpc-1", "10.0.1.0/24")
    assert (row["account_id"], row["region"]) == ("210987654321", "ap-southeast-2")


@pytest.mark.parametrize(
    ("zone", "region"),
    [
        ("eu-central-1b", "eu-central-1"),
        ("us-gov-west-1a", "us-gov-west-1"),
        ("us-west-2-lax-1a", "us-west-2"),
        ("nonsense", None),
    ],
)
def test_a_zone_names_its_region(zone: str, region: str | None) -> None:
    row = state_in({"Subnets": [{"SubnetId": "subnet-1", "AvailabilityZone": zone}]}, NOWHERE)
    assert row["region"] == region


def test_a_network_interface_has_held_its_address_since_it_was_attached() -> None:
    row = state_in(
        {
            "NetworkInterfaces": [
                {
                    "NetworkInterfaceId": "eni-1",
                    "VpcId": "vpc-1",
                    "SubnetId": "subnet-1",
                    "Groups": [{"GroupId": "sg-1"}],
                    "PrivateIpAddress": "10.0.1.23",
                    "Association": {"PublicIp": "203.0.113.5"},
                    "Attachment": {"AttachTime": "2026-09-14T08:00:00+00:00"},
                    "AvailabilityZone": "eu-central-1a",
                    "OwnerId": "123456789012",
                }
            ]
        }
    )
    assert (row["resource_type"], row["resource_id"]) == ("network_interface", "eni-1")
    assert (row["private_ip_address"], row["public_ip_address"]) == ("10.0.1.23", "203.0.113.5")
    assert (row["subnet_ids"], row["security_group_ids"]) == (["subnet-1"], ["sg-1"])
    assert row["valid_from"] == datetime(2026, 9, 14, 8, tzinfo=UTC)


def test_a_nat_gateway_has_a_row_for_each_address() -> None:
    rows = taken(
        {
            "NatGateways": [
                {
                    "NatGatewayId": "nat-1",
                    "VpcId": "vpc-1",
                    "SubnetId": "subnet-1",
                    "CreateTime": "2026-01-01T00:00:00+00:00",
                    "DeleteTime": "2026-02-01T00:00:00+00:00",
                    "NatGatewayAddresses": [
                        {
                            "PublicIp": "203.0.113.1",
                            "PrivateIp": "10.0.0.4",
                            "NetworkInterfaceId": "eni-1",
                        },
                        {"PublicIp": "203.0.113.2", "PrivateIp": "10.0.0.5"},
                    ],
                }
            ]
        }
    )
    assert [row["public_ip_address"] for row in rows.history] == ["203.0.113.1", "203.0.113.2"]
    assert [row["private_ip_address"] for row in rows.history] == ["10.0.0.4", "10.0.0.5"]
    assert {row["resource_id"] for row in rows.history} == {"nat-1"}
    assert {row["valid_from"] for row in rows.history} == {datetime(2026, 1, 1, tzinfo=UTC)}
    assert {row["valid_to"] for row in rows.history} == {datetime(2026, 2, 1, tzinfo=UTC)}
    assert len({row["resource_history_id"] for row in rows.history}) == 2
    assert rows.read == 1


def test_a_nat_gateway_that_lists_no_address_is_still_seen() -> None:
    assert state_in({"NatGateways": [{"NatGatewayId": "nat-1"}]})["resource_id"] == "nat-1"


def test_an_elastic_ip_and_what_it_is_associated_with() -> None:
    rows = taken(
        {
            "Addresses": [
                {
                    "AllocationId": "eipalloc-1",
                    "AssociationId": "eipassoc-1",
                    "PublicIp": "203.0.113.5",
                    "PrivateIpAddress": "10.0.1.23",
                    "NetworkInterfaceId": "eni-1",
                    "NetworkBorderGroup": "eu-west-1",
                },
                {"PublicIp": "203.0.113.6", "Domain": "standard"},
            ]
        }
    )
    assert [(row["resource_type"], row["resource_id"]) for row in rows.history] == [
        ("elastic_ip", "eipalloc-1"),
        ("elastic_ip_association", "eipassoc-1"),
        ("elastic_ip", "203.0.113.6"),
    ]
    assert [row.get("network_interface_id") for row in rows.history] == ["eni-1", "eni-1", None]
    assert [row["region"] for row in rows.history] == ["eu-west-1", "eu-west-1", "eu-central-1"]


def test_a_streaming_session_is_evidence() -> None:
    item = {
        "Id": "0f3c-1",
        "UserId": "Hoge",
        "StackName": "test-stack",
        "FleetName": "test-fleet",
        "State": "ACTIVE",
        "StartTime": "2026-09-14T10:12:33.123000+02:00",
        "AuthenticationType": "API",
        "NetworkAccessConfiguration": {"EniPrivateIpAddress": "10.0.1.23", "EniId": "eni-1"},
        "InstanceId": "i-0abc",
    }
    rows = taken({"Sessions": [item], "NextToken": "x"})
    (row,) = rows.evidence
    assert (rows.read, rows.history, rows.rejected) == (1, [], [])
    assert len(str(row.pop("evidence_id"))) == 32
    assert json.loads(str(row.pop("detail"))) == item
    assert row == {
        "evidence_source": "describe_sessions",
        "observed_at": OBSERVED_AT,
        "streaming_session_id": "0f3c-1",
        "account_id": "123456789012",
        "region": "eu-central-1",
        "user_id": "Hoge",
        "user_id_sha256": hashlib.sha256(b"Hoge").hexdigest(),
        "authentication_type": "CUSTOM",
        "fleet_name": "test-fleet",
        "stack_name": "test-stack",
        "started_at": datetime(2026, 9, 14, 8, 12, 33, 123000, tzinfo=UTC),
        "eni_private_ip_address": "10.0.1.23",
        "instance_id": "i-0abc",
        "source_object_id": "object-1",
    }


@pytest.mark.parametrize("authentication_type", ["SAML", "USERPOOL", "AWS_AD", None])
def test_other_authentication_types_are_named_as_they_are(authentication_type: str | None) -> None:
    (row,) = taken({"Sessions": [{"Id": "s", "AuthenticationType": authentication_type}]}).evidence
    assert row["authentication_type"] == authentication_type


def test_an_older_cli_gives_times_as_numbers() -> None:
    (row,) = taken({"Sessions": [{"Id": "s", "StartTime": 1789373553.5}]}).evidence
    assert row["started_at"] == datetime(2026, 9, 14, 8, 12, 33, 500000, tzinfo=UTC)


def test_names_in_lower_camel_case_are_taken_too() -> None:
    row = state_in({"fleets": [{"name": "f", "vpcConfig": {"subnetIds": ["subnet-1"]}}]})
    assert (row["resource_id"], row["subnet_ids"]) == ("f", ["subnet-1"])


def test_an_unknown_place_is_null() -> None:
    row = state_in({"Fleets": [{"Name": "f"}]}, NOWHERE)
    assert (row["account_id"], row["region"]) == (None, None)


def test_reading_again_gives_the_same_ids() -> None:
    document = {"Fleets": [FLEET, FLEET], "Sessions": [{"Id": "s"}]}
    first = taken(document)
    assert first == taken(document)
    assert len({row["resource_history_id"] for row in first.history}) == 2


def test_the_rows_fit_their_tables() -> None:
    rows = taken({"Fleets": [FLEET, {"Name": "f"}], "Sessions": [{"Id": "s", "StartTime": 1}]})
    assert arrow_rows(RESOURCE_HISTORY, rows.history).num_rows == 2
    assert arrow_rows(STREAMING_SESSION_EVIDENCE, rows.evidence).num_rows == 1

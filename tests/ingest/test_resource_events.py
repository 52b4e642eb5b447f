import json
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest

from ingest.resource_events import MEANINGS, resource_history_of
from lake.tables import RESOURCE_HISTORY
from tests.ingest.event_tables import EVENT_TIME, arrow_rows, event, events_table

APPSTREAM = "appstream.amazonaws.com"
EC2 = "ec2.amazonaws.com"
IAM = "iam.amazonaws.com"
ROLE = "arn:aws:iam::123456789012:role/test_appstream_role"


def rows_of(source: str, name: str, request: object, answer: object = None) -> list[dict[str, Any]]:
    """Return the history in one event with these parameters and this answer."""
    return resource_history_of(
        events_table(event(source, name, request_parameters=request, response_elements=answer))
    )


def row_of(source: str, name: str, request: object, answer: object = None) -> dict[str, Any]:
    (row,) = rows_of(source, name, request, answer)
    return row


def test_a_created_fleet_has_its_role_and_network() -> None:
    request = {
        "name": "test-fleet",
        "iamRoleArn": ROLE,
        "vpcConfig": {"subnetIds": ["subnet-1", "subnet-2"], "securityGroupIds": ["sg-1"]},
        "enableDefaultInternetAccess": False,
        "maxSessionsPerInstance": 4,
    }
    row = row_of(APPSTREAM, "CreateFleet", request)
    assert len(row.pop("resource_history_id")) == 32
    assert json.loads(row.pop("state")) == {"requestParameters": request}
    assert row == {
        "resource_type": "fleet",
        "resource_id": "test-fleet",
        "account_id": "123456789012",
        "region": "eu-central-1",
        "valid_from": EVENT_TIME,
        "change": "created",
        "iam_role_arn": ROLE,
        "subnet_ids": ["subnet-1", "subnet-2"],
        "security_group_ids": ["sg-1"],
        "max_sessions_per_instance": 4,
        "has_default_internet_access": False,
        "evidence_source": "cloudtrail",
        "event_id": "event-1",
        "source_object_id": "object-1",
        "observed_at": EVENT_TIME,
    }


def test_the_answer_says_what_the_request_left_to_aws() -> None:
    row = row_of(
        APPSTREAM,
        "CreateFleet",
        {"name": "f", "iamRoleArn": "as-asked"},
        {"fleet": {"name": "f", "iamRoleArn": ROLE, "vpcConfig": {"subnetIds": ["subnet-9"]}}},
    )
    assert (row["iam_role_arn"], row["subnet_ids"]) == (ROLE, ["subnet-9"])


def test_pascal_case_is_taken_too() -> None:
    row = row_of(APPSTREAM, "CreateFleet", {"Name": "f", "IamRoleArn": ROLE})
    assert (row["resource_id"], row["iam_role_arn"]) == ("f", ROLE)


@pytest.mark.parametrize("name", ["CreateFleet", "CreateImageBuilder", "CreateAppBlockBuilder"])
def test_what_is_created_without_a_role_is_known_to_carry_none(name: str) -> None:
    assert row_of(APPSTREAM, name, {"name": "x"})["iam_role_arn"] == ""


def test_an_update_says_only_what_it_changes() -> None:
    row = row_of(APPSTREAM, "UpdateFleet", {"name": "f", "description": "new"})
    assert row["change"] == "updated"
    assert not {"iam_role_arn", "subnet_ids", "max_sessions_per_instance"} & row.keys()


def test_an_update_can_bring_another_role() -> None:
    assert row_of(APPSTREAM, "UpdateFleet", {"name": "f", "iamRoleArn": ROLE})["iam_role_arn"] == (
        ROLE
    )


@pytest.mark.parametrize(
    ("request_parameters", "emptied"),
    [
        ({"attributesToDelete": ["IAM_ROLE_ARN"]}, {"iam_role_arn": ""}),
        (
            {"attributesToDelete": ["VPC_CONFIGURATION"]},
            {"subnet_ids": [], "security_group_ids": []},
        ),
        (
            {"attributesToDelete": ["VPC_CONFIGURATION_SECURITY_GROUP_IDS", "DOMAIN_JOIN_INFO"]},
            {"security_group_ids": []},
        ),
        (
            {"AttributesToDelete": ["MAX_SESSIONS_PER_INSTANCE"]},
            {"max_sessions_per_instance": 1},
        ),
        ({"deleteVpcConfig": True}, {"subnet_ids": [], "security_group_ids": []}),
        ({"deleteVpcConfig": False}, {}),
    ],
)
def test_what_an_update_takes_away_is_empty_and_not_null(
    request_parameters: dict[str, object], emptied: dict[str, object]
) -> None:
    row = row_of(APPSTREAM, "UpdateFleet", {"name": "f"} | request_parameters)
    columns = ("iam_role_arn", "subnet_ids", "security_group_ids", "max_sessions_per_instance")
    assert {name: row[name] for name in columns if name in row} == emptied


@pytest.mark.parametrize(
    ("name", "resource_type", "change"),
    [
        ("StartFleet", "fleet", "started"),
        ("StopFleet", "fleet", "stopped"),
        ("DeleteFleet", "fleet", "deleted"),
        ("StartImageBuilder", "image_builder", "started"),
        ("StopImageBuilder", "image_builder", "stopped"),
        ("DeleteImageBuilder", "image_builder", "deleted"),
        ("UpdateAppBlockBuilder", "app_block_builder", "updated"),
        ("StartAppBlockBuilder", "app_block_builder", "started"),
        ("StopAppBlockBuilder", "app_block_builder", "stopped"),
        ("DeleteAppBlockBuilder", "app_block_builder", "deleted"),
    ],
)
def test_a_life_has_its_starts_stops_and_end(name: str, resource_type: str, change: str) -> None:
    row = row_of(APPSTREAM, name, {"name": "x"})
    assert (row["resource_type"], row["resource_id"], row["change"]) == (resource_type, "x", change)
    assert "iam_role_arn" not in row


def test_a_started_image_builder_tells_its_role() -> None:
    row = row_of(
        APPSTREAM,
        "StartImageBuilder",
        {"name": "b"},
        {"imageBuilder": {"name": "b", "iamRoleArn": ROLE}},
    )
    assert row["iam_role_arn"] == ROLE


@pytest.mark.parametrize(
    ("name", "change"), [("AssociateFleet", "created"), ("DisassociateFleet", "deleted")]
)
def test_a_fleet_is_associated_with_a_stack(name: str, change: str) -> None:
    row = row_of(APPSTREAM, name, {"fleetName": "ExampleFleet1", "stackName": "ExampleStack1"})
    assert (row["resource_type"], row["change"]) == ("stack_fleet", change)
    assert (row["resource_id"], row["stack_name"]) == ("ExampleFleet1", "ExampleStack1")


TRUST = '{"Statement":[{"Effect":"Allow","Principal":{"Service":"appstream.amazonaws.com"}}]}'


def test_a_role_has_its_trust_policy() -> None:
    created = row_of(
        IAM,
        "CreateRole",
        {"roleName": "test_appstream_role", "assumeRolePolicyDocument": TRUST},
        {"role": {"roleName": "test_appstream_role", "arn": ROLE}},
    )
    assert (created["resource_type"], created["resource_id"]) == ("role", "test_appstream_role")
    assert (created["iam_role_arn"], created["state"]) == (ROLE, TRUST)
    updated = row_of(
        IAM, "UpdateAssumeRolePolicy", {"roleName": "r", "policyDocument": json.loads(TRUST)}
    )
    assert (updated["change"], updated["state"]) == ("updated", TRUST)
    deleted = row_of(IAM, "DeleteRole", {"roleName": "r"})
    assert (deleted["resource_id"], deleted["change"]) == ("r", "deleted")


def test_a_trust_policy_that_is_not_json_is_kept_as_text() -> None:
    row = row_of(IAM, "UpdateAssumeRolePolicy", {"roleName": "r", "policyDocument": "%7B%7D"})
    assert json.loads(row["state"]) == "%7B%7D"


def test_failed_calls_changed_nothing() -> None:
    table = events_table(
        event(EC2, "DeleteSubnet", request_parameters={"subnetId": "s"}, error_code="Client.X"),
        event(EC2, "DeleteSubnet", request_parameters={"subnetId": "s"}, error_code=""),
    )
    assert resource_history_of(table) == []


def test_a_call_that_network_activity_repeats_counts_once() -> None:
    call = event(EC2, "DeleteSubnet", request_parameters={"subnetId": "s"})
    repeated = call | {"event_category": "NetworkActivity", "event_id": "event-2"}
    older = call | {"event_category": None, "event_id": "event-3"}
    rows = resource_history_of(events_table(call, repeated, older))
    assert [row["event_id"] for row in rows] == ["event-1", "event-3"]


def test_other_services_calls_of_the_same_name_are_left_out() -> None:
    request = {"name": "f", "subnetId": "s"}
    assert rows_of("redshift.amazonaws.com", "CreateFleet", request) == []
    assert rows_of(EC2, "CreateFleet", request) == []
    assert rows_of(EC2, "DescribeSubnets", request) == []


@pytest.mark.parametrize("source_and_name", sorted(MEANINGS), ids=lambda pair: pair[1])
@pytest.mark.parametrize(
    "odd",
    [
        None,
        "null",
        "[]",
        '"{\\"name\\": \\"f\\"}"',
        "7",
        "not json",
        "[" * 100_000,
        '{"name": null, "roleName": 7, "networkInterfaceId": {"a": []}, "subnetId": []}',
        '{"attributesToDelete": {"a": {}}, "vpcEndpointIds": [null, 7, {"a": 1}]}',
        '{"fleet": "f", "vpcEndpoint": [], "publicIp": 1, "allocationId": false}',
    ],
)
def test_odd_parameters_yield_no_row(source_and_name: tuple[str, str], odd: str | None) -> None:
    source, name = source_and_name
    assert rows_of(source, name, odd, odd) == []


def test_many_events_keep_their_own_times_and_ids() -> None:
    calls = [
        event(
            EC2,
            "DeleteSubnet",
            request_parameters={"subnetId": f"subnet-{number}"},
            event_id=f"event-{number}",
            event_time=EVENT_TIME + timedelta(seconds=number),
        )
        for number in range(3)
    ]
    rows = resource_history_of(events_table(*calls))
    assert [row["valid_from"] for row in rows] == [call["event_time"] for call in calls]
    assert len({row["resource_history_id"] for row in rows}) == 3


def test_the_same_event_from_another_object_has_the_same_id() -> None:
    call = event(EC2, "DeleteSubnet", request_parameters={"subnetId": "s"})
    copies = resource_history_of(events_table(call, call | {"source_object_id": "object-2"}))
    assert len({row["resource_history_id"] for row in copies}) == 1


def test_no_events_have_no_history() -> None:
    assert resource_history_of(events_table()) == []


def test_dictionary_columns_are_read_as_well() -> None:
    table = events_table(event(EC2, "DeleteSubnet", request_parameters={"subnetId": "s"}))
    for name in ("event_source", "event_name", "event_category", "aws_region", "error_code"):
        column = table.column(name).dictionary_encode()
        table = table.set_column(table.schema.get_field_index(name), name, column)
    assert pa.types.is_dictionary(table.column("event_name").type)
    assert [row["resource_id"] for row in resource_history_of(table)] == ["s"]


def test_the_rows_fit_their_table() -> None:
    request = {"name": "f", "vpcConfig": {"subnetIds": ["subnet-1"]}, "maxSessionsPerInstance": 2}
    rows = rows_of(APPSTREAM, "CreateFleet", request)
    assert arrow_rows(RESOURCE_HISTORY, rows).num_rows == 1


def test_the_state_names_the_role_of_the_caller() -> None:
    role = "arn:aws:iam::123456789012:role/service-role/AmazonAppStreamServiceAccess"
    request = {"networkInterfaceId": "eni-1"}
    call = event(EC2, "DeleteNetworkInterface", request_parameters=request, issuing_role_arn=role)
    (row,) = resource_history_of(events_table(call))
    assert json.loads(str(row["state"])) == {"issuing_role_arn": role, "requestParameters": request}

"""AWS asked how things are: what is kept of its answers, and what is said where it refuses."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest import IngestError
from ingest.collection import collect
from lake import Lake, open_lake
from tests.ingest.appstream_server import AppStream, serving
from tests.ingest.log_files import ingested, log_file, record, rows

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

ACCOUNT = "123456789012"  # moto's
HERE = {"account_id": ACCOUNT, "region": "eu-central-1"}


# In this order: `s3` is moto, all of AWS but what is set after it.
pytestmark = pytest.mark.usefixtures("s3", "appstream")


@pytest.fixture
def appstream(monkeypatch: pytest.MonkeyPatch) -> Iterator[AppStream]:
    """Yield an AppStream that boto3 finds."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    there = AppStream()
    with serving(there) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL_APPSTREAM", address)
        yield there


@pytest.fixture
def ec2() -> "EC2Client":
    import boto3

    return boto3.client("ec2")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return open_lake(tmp_path / "lake", create=True)


def fleet(name: str, **fields: object) -> dict[str, Any]:
    """Return a fleet as DescribeFleets shows it."""
    return {
        "Name": name,
        "Arn": f"arn:aws:appstream:eu-central-1:{ACCOUNT}:fleet/{name}",
        "InstanceType": "stream.standard.small",
        "State": "RUNNING",
        "ComputeCapacityStatus": {"Desired": 2, "Available": 2},
        "IamRoleArn": f"arn:aws:iam::{ACCOUNT}:role/one",
        "VpcConfig": {"SubnetIds": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]},
        **fields,
    }


def streaming(number: int, authentication_type: str = "API") -> dict[str, Any]:
    """Return a running streaming session as DescribeSessions shows it."""
    return {
        "Id": f"streaming-{number}",
        "UserId": f"user-{number}",
        "StackName": "stack",
        "FleetName": "fleet",
        "State": "ACTIVE",
        "StartTime": 1_790_000_000 + number,
        "AuthenticationType": authentication_type,
        "NetworkAccessConfiguration": {"EniPrivateIpAddress": f"10.0.0.{number}"},
    }


def history(lake: Lake, resource_type: str, columns: str) -> list[dict[str, Any]]:
    """Return these columns of the states of a type, in the order in which they were seen."""
    found = rows(lake, "resource_history", f"observed_at, resource_id, resource_type, {columns}")
    wanted = [row for row in found if row["resource_type"] == resource_type]
    return [{name.strip(): row[name.strip()] for name in columns.split(",")} for row in wanted]


# ── what is kept ─────────────────────────────────────────────────────────────────────────────


def test_every_page_is_read(lake: Lake, appstream: AppStream) -> None:
    appstream.fleets = [fleet(f"fleet-{number}") for number in range(5)]
    appstream.app_block_builders = [fleet(f"builder-{number}") for number in range(3)]
    collect(lake)
    assert history(lake, "fleet", "resource_id, account_id, region, evidence_source") == [
        {"resource_id": f"fleet-{number}", **HERE, "evidence_source": "api"} for number in range(5)
    ]
    assert len(history(lake, "app_block_builder", "resource_id")) == 3
    tokens = [request.get("NextToken") for name, request in appstream.asked if "Fleets" in name]
    assert tokens == [None, "2", "4"]


def test_an_answer_that_is_the_same_writes_nothing(lake: Lake, appstream: AppStream) -> None:
    appstream.fleets = [fleet("fleet")]
    first = collect(lake)
    # What is free changes from minute to minute, and AWS lists subnets in any order.
    free = {"ComputeCapacityStatus": {"Desired": 2, "Available": 1}}
    appstream.fleets = [
        fleet(
            "fleet",
            VpcConfig={"SubnetIds": ["subnet-2", "subnet-1"], "SecurityGroupIds": ["sg-1"]},
            **free,
        )
    ]
    objects = rows(lake, "source_objects")
    second = collect(lake)
    assert first.answers == second.answers == second.answers_known == 10
    assert (second.items, second.items_known) == (first.items, first.items)
    assert (second.history_rows, second.evidence_rows) == (0, 0)
    assert len(history(lake, "fleet", "resource_id")) == 1
    assert rows(lake, "source_objects") == objects


def test_a_role_that_changes_and_changes_back_is_three_states(
    lake: Lake, appstream: AppStream
) -> None:
    for role in ("one", "two", "two", "one"):
        role_arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
        appstream.fleets = [fleet("fleet", IamRoleArn=role_arn), fleet("other")]
        collect(lake)
    roles = [
        row["iam_role_arn"]
        for row in history(lake, "fleet", "resource_id, iam_role_arn")
        if row["resource_id"] == "fleet"
    ]
    assert [role.rpartition("/")[2] for role in roles] == ["one", "two", "one"]
    assert len(history(lake, "fleet", "resource_id")) == 4


def test_the_ledger_accounts_for_every_item(lake: Lake, appstream: AppStream) -> None:
    appstream.fleets = [fleet("fleet"), fleet("other")]
    collect(lake)
    appstream.fleets = [fleet("fleet", MaxSessionsPerInstance=3), fleet("other")]
    summary = collect(lake)
    assert (summary.answers - summary.answers_known, summary.history_rows) == (1, 1)
    uri = f"aws://{ACCOUNT}/eu-central-1/appstream/describe-fleets"
    columns = "ingested_at, uri, kind, status, records_read, events_written, duplicates, rejected"
    ledger = [row for row in rows(lake, "source_objects", columns) if row["uri"] == uri]
    assert [tuple(row.values())[2:] for row in ledger] == [
        ("inventory", "ingested", 2, 2, 0, 0),
        ("inventory", "ingested", 2, 1, 1, 0),
    ]


def test_what_is_not_listed_any_more_is_gone(lake: Lake, appstream: AppStream) -> None:
    appstream.fleets = [fleet("fleet"), fleet("other")]
    appstream.stacks = {"stack": ["fleet", "other"]}
    collect(lake)
    appstream.fleets = [fleet("other")]
    appstream.stacks = {"stack": ["other"]}
    for _ in range(2):
        collect(lake)
    assert history(lake, "fleet", "resource_id, change") == [
        {"resource_id": "fleet", "change": "observed"},
        {"resource_id": "other", "change": "observed"},
        {"resource_id": "fleet", "change": "deleted"},
    ]
    assert history(lake, "stack_fleet", "resource_id, stack_name, change")[2:] == [
        {"resource_id": "fleet", "stack_name": "stack", "change": "deleted"}
    ]
    appstream.fleets = [fleet("fleet"), fleet("other")]
    collect(lake)
    assert history(lake, "fleet", "change")[-1] == {"change": "observed"}


def test_nothing_is_gone_because_aws_refuses_to_answer(lake: Lake, appstream: AppStream) -> None:
    appstream.fleets = [fleet("fleet")]
    collect(lake)
    appstream.fleets = []
    appstream.refused = {"DescribeFleets": "AccessDeniedException"}
    assert collect(lake).history_rows == 0


def test_what_cloudtrail_said_since_is_answered_by_what_is_now(
    tmp_path: Path, lake: Lake, appstream: AppStream
) -> None:
    update = record(
        eventTime="2100-01-01T00:00:00Z",
        eventSource="appstream.amazonaws.com",
        eventName="UpdateFleet",
        requestParameters={"name": "fleet", "iamRoleArn": f"arn:aws:iam::{ACCOUNT}:role/two"},
        readOnly=False,
    )
    appstream.fleets = [fleet("fleet")]
    collect(lake)
    ingested(tmp_path, {"update.json.gz": log_file(update)})
    assert collect(lake).history_rows == 1


def test_networks_are_kept_once(lake: Lake, ec2: "EC2Client") -> None:
    subnet_id = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    interface = ec2.create_network_interface(SubnetId=subnet_id)["NetworkInterface"]
    address = ec2.allocate_address(Domain="vpc")
    gateway = ec2.create_nat_gateway(SubnetId=subnet_id, AllocationId=address["AllocationId"])
    endpoint = ec2.create_vpc_endpoint(
        VpcId=interface["VpcId"], ServiceName="com.amazonaws.eu-central-1.s3"
    )
    collect(lake)
    assert collect(lake).history_rows == 0
    found = {
        row["resource_id"]: row["private_ip_address"]
        for kind in ("network_interface", "nat_gateway", "elastic_ip", "vpc_endpoint", "subnet")
        for row in history(lake, kind, "resource_id, private_ip_address")
    }
    assert found[interface["NetworkInterfaceId"]] == interface["PrivateIpAddress"]
    assert {
        subnet_id,
        address["AllocationId"],
        gateway["NatGateway"]["NatGatewayId"],
        endpoint["VpcEndpoint"]["VpcEndpointId"],
    } <= set(found)


# ── streaming sessions ───────────────────────────────────────────────────────────────────────


def test_streaming_sessions_of_every_way_to_sign_in_are_seen(
    lake: Lake, appstream: AppStream
) -> None:
    appstream.stacks = {"stack": ["fleet"], "empty": []}
    kinds = ("API", "API", "API", "SAML", "USERPOOL", "AWS_AD")
    appstream.streaming_sessions = [streaming(number, kind) for number, kind in enumerate(kinds)]
    summary = collect(lake)
    assert summary.evidence_rows == 6
    columns = "streaming_session_id, user_id, authentication_type, eni_private_ip_address"
    found = rows(lake, "streaming_session_evidence", f"{columns}, evidence_source")
    assert [row["authentication_type"] for row in found] == [
        "CUSTOM",
        "CUSTOM",
        "CUSTOM",
        "SAML",
        "USERPOOL",
        "AWS_AD",
    ]
    assert found[5]["user_id"] == "user-5"
    assert found[5]["eni_private_ip_address"] == "10.0.0.5"
    assert {row["evidence_source"] for row in found} == {"describe_sessions"}
    limits = {request["Limit"] for name, request in appstream.asked if name == "DescribeSessions"}
    assert limits == {50}


def test_the_same_streaming_sessions_again_extend_their_last_sighting(
    lake: Lake, appstream: AppStream
) -> None:
    appstream.stacks = {"stack": ["fleet"]}
    appstream.streaming_sessions = [streaming(1)]
    for _ in range(2):
        assert collect(lake).evidence_rows == 1
    appstream.streaming_sessions = []
    assert collect(lake).evidence_rows == 0
    first, second = rows(lake, "streaming_session_evidence", "observed_at, evidence_id, started_at")
    assert first["observed_at"] < second["observed_at"]
    assert first["evidence_id"] != second["evidence_id"]
    assert first["started_at"] == second["started_at"]


# ── refusals ─────────────────────────────────────────────────────────────────────────────────


def test_an_api_that_is_denied_stops_no_other(lake: Lake, appstream: AppStream) -> None:
    appstream.fleets = [fleet("fleet")]
    appstream.stacks = {"stack": ["fleet"]}
    appstream.streaming_sessions = [streaming(1)]
    appstream.refused = {
        "DescribeImageBuilders": "AccessDeniedException",
        "DescribeSessions": "AccessDeniedException",
    }
    summary = collect(lake)
    assert summary.refusals == tuple(
        f"{ACCOUNT} eu-central-1: {name}: access denied. It takes appstream:{name}"
        for name in appstream.refused
    )
    assert len(history(lake, "fleet", "resource_id")) == 1
    assert len(history(lake, "stack_fleet", "resource_id")) == 1


def test_without_associations_it_is_said_that_streaming_sessions_are_not_asked_for(
    lake: Lake, appstream: AppStream
) -> None:
    appstream.stacks = {"stack": ["fleet"]}
    appstream.refused = {"ListAssociatedFleets": "AccessDeniedException"}
    denied, not_asked = collect(lake).refusals
    assert "ListAssociatedFleets: access denied" in denied
    assert "DescribeSessions: not asked" in not_asked


def test_throttling_is_waited_out_so_many_times_and_then_named(
    lake: Lake, appstream: AppStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.aws_places.ATTEMPTS", 2)
    appstream.refused = {"DescribeFleets": "ThrottlingException"}
    (refusal,) = collect(lake).refusals
    assert refusal == (
        f"{ACCOUNT} eu-central-1: DescribeFleets: throttled for too long. Ask less often"
    )
    assert [name for name, _ in appstream.asked].count("DescribeFleets") == 2


def test_a_service_that_a_region_lacks_is_tried_once_and_named_once(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.aws_places.ATTEMPTS", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL_APPSTREAM", "http://127.0.0.1:1")
    summary = collect(lake)
    unreachable, not_asked = summary.refusals
    assert unreachable.startswith(f"{ACCOUNT} eu-central-1: appstream: Could not connect")
    assert "DescribeSessions: not asked" in not_asked
    assert summary.answers == 5


def test_a_stack_deleted_meanwhile_has_no_fleets(lake: Lake, appstream: AppStream) -> None:
    appstream.stacks = {"stack": ["fleet"]}
    appstream.refused = {"ListAssociatedFleets": "ResourceNotFoundException"}
    assert collect(lake).refusals == ()


# ── where is asked ───────────────────────────────────────────────────────────────────────────


def test_each_role_is_an_account_and_each_region_is_asked(lake: Lake, appstream: AppStream) -> None:
    appstream.fleets = [fleet("fleet", Arn=None)]
    roles = [f"arn:aws:iam::{account}:role/reader" for account in ("111111111111", "222222222222")]
    summary = collect(lake, role_arns=roles, regions=["eu-central-1", "us-east-1"])
    assert (summary.places, summary.refusals) == (4, ())
    assert history(lake, "fleet", "account_id, region") == [
        {"account_id": account, "region": region}
        for account in ("111111111111", "222222222222")
        for region in ("eu-central-1", "us-east-1")
    ]


def test_without_a_region_it_is_said_how_to_name_one(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(IngestError, match=r"no AWS region is set\. Name one: --region"):
        collect(lake)


def test_without_credentials_it_is_said_how_to_get_some(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(IngestError, match=r"no AWS credentials\. Run `aws configure`"):
        collect(lake)

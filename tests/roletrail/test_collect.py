from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest

from ingest.collection import CollectSummary
from roletrail.cli import main
from roletrail.commands.collect import collection_text
from roletrail.errors import ExitCode
from tests.ingest.appstream_server import AppStream, serving
from tests.ingest.log_files import log_file, record


def test_the_summary_says_what_was_asked_and_what_is_new() -> None:
    summary = CollectSummary(
        places=2,
        answers=20,
        answers_known=18,
        items=1_204,
        items_known=1_201,
        evidence_rows=1,
        history_rows=2,
        seconds=2.04,
    )
    assert collection_text(summary).splitlines() == [
        "20 answers from 2 regions = 18 known + 2 with news, in 2.0 s",
        "1,204 items = 1,201 known + 3 new + 0 rejected",
        "learnt: 1 sighting of streaming sessions, 2 states of resources",
    ]


@pytest.mark.usefixtures("s3")
def test_what_is_refused_is_named_and_ends_in_1_and_what_is_new_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = str(tmp_path / "lake")
    appstream = AppStream(
        fleets=[{"Name": "fleet"}], refused={"DescribeStacks": "AccessDeniedException"}
    )
    with serving(appstream) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL_APPSTREAM", address)
        assert main(["collect", "--lake", lake]) is ExitCode.SOME_REJECTED
        written = capsys.readouterr()
        appstream.refused = {}
        assert main(["collect", "--lake", lake]) is ExitCode.OK
        again = capsys.readouterr()
    assert written.out.startswith("8 answers from 1 region = ")
    denied, not_asked, following = written.err.splitlines()
    assert denied == (
        "warning: 123456789012 eu-central-1: DescribeStacks: access denied."
        " It takes appstream:DescribeStacks"
    )
    assert not_asked.startswith("warning: 123456789012 eu-central-1: DescribeSessions: not asked")
    assert following == f"next: roletrail attribute --lake {lake}"
    assert again.out.startswith("10 answers from 1 region = 10 known + 0 with news, ")
    assert again.out.endswith("learnt: 0 sightings of streaming sessions, 0 states of resources\n")
    assert again.err == ""


@pytest.mark.usefixtures("s3")
def test_no_credentials_is_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert main(["collect", "--lake", str(tmp_path / "lake")]) is ExitCode.NOTHING_DONE
    assert capsys.readouterr().err.startswith("error: no AWS credentials. Run `aws configure`")


@pytest.mark.usefixtures("s3")
def test_who_is_seen_streaming_is_named_behind_calls_that_came_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ec2 = boto3.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]
    service = "com.amazonaws.eu-central-1.s3"
    endpoint = ec2.create_vpc_endpoint(VpcId=subnet["VpcId"], ServiceName=service)["VpcEndpoint"]
    address = subnet["CidrBlock"].rpartition(".")[0] + ".77"
    called_at = datetime.now(UTC) - timedelta(minutes=30)
    call = record(
        eventTime=f"{called_at:%Y-%m-%dT%H:%M:%SZ}",
        sourceIPAddress=address,
        vpcEndpointId=endpoint["VpcEndpointId"],
    )
    call["userIdentity"]["sessionContext"]["attributes"]["creationDate"] = call["eventTime"]
    (tmp_path / "call.json.gz").write_bytes(log_file(call))
    appstream = AppStream(
        fleets=[
            {
                "Name": "fleet",
                "IamRoleArn": "arn:aws:iam::123456789012:role/fleet-role",
                "VpcConfig": {"SubnetIds": [subnet["SubnetId"]]},
            }
        ],
        stacks={"stack": ["fleet"]},
        streaming_sessions=[
            {
                "Id": "streaming-1",
                "UserId": "hoge",
                "StackName": "stack",
                "FleetName": "fleet",
                "State": "ACTIVE",
                "AuthenticationType": "SAML",
                "StartTime": int((called_at - timedelta(minutes=30)).timestamp()),
                "NetworkAccessConfiguration": {"EniPrivateIpAddress": address},
            }
        ],
    )
    monkeypatch.setenv("ROLETRAIL_LAKE", str(tmp_path / "lake"))
    asked = "select user_id, session_confidence from attributed_events"

    def named() -> str:
        assert main(["attribute"]) is ExitCode.OK
        capsys.readouterr()
        assert main(["sql", "--format", "csv", asked]) is ExitCode.OK
        return capsys.readouterr().out.splitlines()[1]

    assert main(["ingest", str(tmp_path / "call.json.gz")]) is ExitCode.OK
    assert named() == ","
    with serving(appstream) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_APPSTREAM", server)
        assert main(["collect"]) is ExitCode.OK
    assert named() == "hoge,certain"

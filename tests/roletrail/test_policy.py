"""The command: a policy alone on standard output, all else beside it, and how it ends."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from ingest import IngestError, role_policies
from ingest.aws_places import Place
from roletrail.cli import main
from roletrail.errors import ExitCode
from tests.conftest import REPOSITORY

ROLE = "appstream-trading-role"


@pytest.fixture(scope="module")
def granted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with far too wide a policy, as the AWS CLI answers."""
    file = tmp_path_factory.mktemp("granted") / "role.json"
    statement = {"Effect": "Allow", "Action": ["s3:*", "sns:Publish"], "Resource": "*"}
    file.write_text(json.dumps({"RoleName": ROLE, "PolicyDocument": {"Statement": [statement]}}))
    return file


def test_standard_output_is_the_policy_alone_and_the_rest_stands_beside_it(
    sample_lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["policy", ROLE, "--lake", str(sample_lake)]) is ExitCode.OK
    written = capsys.readouterr()
    policy = json.loads(written.out)
    assert set(policy) == {"Version", "Statement"}
    assert "iam:ListUsers" not in written.out
    assert "denied, not granted: ec2:DescribeInstances (3), iam:ListUsers (2)" in written.err
    assert "needs no permission: sts:GetCallerIdentity" in written.err
    assert "blind spot: no data events of kinesis, lambda, sns, sqs" in written.err


def test_the_report_has_policy_and_all_that_stands_beside_it(
    sample_lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["policy", "--person", "hoge", "--format", "json", "--lake", str(sample_lake)]
    assert main(arguments) is ExitCode.OK
    written = capsys.readouterr()
    report = json.loads(written.out)
    assert not written.err
    assert report["subject"] == "person hoge"
    assert report["parts"] == [report["policy"]]
    assert {"event_source": "ec2.amazonaws.com", "event_name": "DescribeInstances", "calls": 1} in (
        report["denied"]
    )
    assert any("belong to no known streaming session" in spot for spot in report["blind_spots"])


def test_a_range_narrows_what_is_granted(
    sample_lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = ("--lake", str(sample_lake))
    assert main(["policy", ROLE, "--until", "2026-09-14T06:00:00Z", *lake]) is ExitCode.OK
    early = capsys.readouterr().out
    main(["policy", ROLE, *lake])
    assert len(early) < len(capsys.readouterr().out)


def test_a_comparison_shows_what_is_unused_missing_and_too_wide(
    sample_lake: Path, granted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["policy", ROLE, "--compare", str(granted), "--lake", str(sample_lake)]
    assert main(arguments) is ExitCode.OK
    lines = capsys.readouterr().out.splitlines()
    assert "granted, never used: sns: Publish" in lines
    assert "used, not granted: cloudfront:ListDistributions on *" in lines
    assert "granted more widely than used: s3:GetObject on *" in lines
    assert main([*arguments, "--fail"]) is ExitCode.SOME_REJECTED


def test_a_policy_compared_with_itself_has_no_differences(
    sample_lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["policy", ROLE, "--lake", str(sample_lake)]
    main(arguments)
    file = tmp_path / "own.json"
    file.write_text(capsys.readouterr().out)
    assert main([*arguments, "--compare", str(file), "--fail"]) is ExitCode.OK


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name one of these"),
        (["a", "--fleet", "b"], "name one of these"),
        (["nobody"], "no role nobody has been used"),
        ([ROLE, "--fail"], "Add: --compare FILE"),
        ([ROLE, "--role-arn", "arn"], "Add: --from-iam"),
        ([ROLE, "--since", "2027-01-01"], "no calls of role"),
        ([ROLE, "--since", "2026-01-02", "--until", "2026-01-01"], "isn't after --since"),
        ([ROLE, "--compare", "/nonexistent.json"], "No such file"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    sample_lake: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["policy", *arguments, "--lake", str(sample_lake)]) is ExitCode.NOTHING_DONE
    written = capsys.readouterr()
    assert message in written.err
    assert written.err.startswith("error: ")
    assert written.err.count("\n") == 1
    assert not written.out


def test_what_is_no_policy_is_named(
    sample_lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cut.json"
    file.write_text('{"Statement": [')
    arguments = ["policy", ROLE, "--compare", str(file), "--lake", str(sample_lake)]
    assert main(arguments) is ExitCode.NOTHING_DONE
    assert f"{file} is no policy" in capsys.readouterr().err


# ── from IAM ─────────────────────────────────────────────────────────────────────────────────


def granting(action: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def iam(s3: object) -> Any:  # noqa: ANN401 - boto3 makes clients at run time
    """Return a client of an IAM where the role has an inline and an attached policy."""
    assert s3 is not None
    client: Any = boto3.client("iam")
    client.create_role(RoleName=ROLE, AssumeRolePolicyDocument="{}")
    inline = granting("sns:Publish")
    client.put_role_policy(RoleName=ROLE, PolicyName="inline", PolicyDocument=inline)
    made = client.create_policy(PolicyName="attached", PolicyDocument=granting("sqs:*"))
    arn = made["Policy"]["Arn"]
    current = granting("s3:GetObject")
    client.create_policy_version(PolicyArn=arn, PolicyDocument=current, SetAsDefault=True)
    client.attach_role_policy(RoleName=ROLE, PolicyArn=arn)
    return client


def test_the_policies_that_iam_grants_now_are_compared(
    sample_lake: Path,
    iam: Any,  # noqa: ANN401 - as the fixture
    capsys: pytest.CaptureFixture[str],
) -> None:
    iam.put_role_permissions_boundary(
        RoleName=ROLE, PermissionsBoundary="arn:aws:iam::123456789012:policy/attached"
    )
    arguments = ["policy", ROLE, "--from-iam", "--fail", "--lake", str(sample_lake)]
    assert main(arguments) is ExitCode.SOME_REJECTED
    written = capsys.readouterr()
    lines = written.out.splitlines()
    assert lines[0].startswith("2 actions granted, ")
    assert "granted, never used: sns: Publish" in lines
    assert "granted more widely than used: s3:GetObject on *" in lines
    assert "used, not granted: cloudfront:ListDistributions on *" in lines
    assert "compared with 2 policies of arn:aws:iam::123456789012:role/" in written.err
    assert "boundary arn:aws:iam::123456789012:policy/attached is left out" in written.err


@pytest.mark.usefixtures("iam")
def test_a_file_and_iam_are_one_together(
    sample_lake: Path, granted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["policy", ROLE, "--from-iam", "--compare", str(granted), "--format", "json"]
    assert main([*arguments, "--lake", str(sample_lake)]) is ExitCode.OK
    found = json.loads(capsys.readouterr().out)["comparison"]
    assert found["unused"]["sns"] == ["sns:Publish"]
    assert "s3:DeleteBucket" in found["unused"]["s3"]


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize(
    ("assume", "message"),
    [
        ([], "IAM has no arn:aws:iam::123456789012:role/appstream-trading-role any more"),
        (
            ["--role-arn", "arn:aws:iam::210987654321:role/reader"],
            "is of another account than 210987654321, which was asked. Name a role there",
        ),
    ],
)
def test_a_role_that_iam_has_not_is_one_line(
    sample_lake: Path, assume: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["policy", ROLE, "--from-iam", *assume, "--lake", str(sample_lake)]
    assert main(arguments) is ExitCode.NOTHING_DONE
    written = capsys.readouterr()
    assert message in written.err
    assert written.err.splitlines()[-1].startswith("error: ")
    assert not written.out


def test_a_refusal_names_the_permission_that_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetRole")

    def refuse(**_: str) -> None:
        raise refusal

    place = Place("1", "eu-central-1", boto3.session.Session())
    monkeypatch.setattr(role_policies, "places", lambda *_: [place])
    monkeypatch.setattr(Place, "client", lambda *_: SimpleNamespace(get_role=refuse))
    with pytest.raises(IngestError, match=r"access denied\. It takes iam:GetRole"):
        role_policies.role_policies(("arn:aws:iam::1:role/r",))


def test_the_page_about_policies_asks_for_the_permissions_that_it_takes() -> None:
    page = (REPOSITORY / "docs" / "policies.md").read_text()
    assert sorted(set(re.findall(r'"(iam:\w+)"', page))) == list(role_policies.PERMISSIONS)

"""The table of workload rules: its order, its patterns, and a user's own file before it."""

from pathlib import Path

import duckdb
import pytest

from analysis import AnalysisError
from analysis.workload_rules import FACTS, WorkloadRule, decide_workloads, workload_rules

UUID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"


def decision(rules: tuple[WorkloadRule, ...], **facts: str) -> tuple[str | None, str | None]:
    """Return the kind and name of a workload with these facts."""
    with duckdb.connect() as connection:
        columns = ", ".join(f"cast(${fact} as varchar) as {fact}" for fact in FACTS)
        connection.execute(
            f"create table role_session_facts as select 'key' as role_session_id, {columns}",
            dict.fromkeys(FACTS) | facts,
        )
        decide_workloads(connection, rules)
        row = connection.execute(
            "select workload_kind, workload_name from workload_decisions"
        ).fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize(
    ("role_session_name", "kind"),
    [
        ("i-1a2b3c4d", "ec2_instance"),
        ("i-0a1b2c3d4e5f60718", "ec2_instance"),
        ("mi-0a1b2c3d4e5f60718", "ssm_managed_instance"),
        ("awslambda_12_20260914101500123", "lambda_function"),
        ("0123456789abcdef0123456789abcdef", "ecs_task"),
        (f"eks-prod-billing-{UUID}", "eks_pod"),
        (f"AWSCodeBuild-{UUID}", "codebuild"),
        ("1757844930123", "codepipeline"),
        ("AWSCloudFormation", "cloudformation"),
        ("abcdefghijklmnopqrstuvwxyzABCDEF", "step_functions"),
        ("AWSConfig-Describe", "aws_config"),
        ("configLambdaExecution", "aws_config"),
        ("AutoScaling", "auto_scaling"),
        ("SLRManagement", "rds"),
        ("GlueJobRunnerSession", "glue_job"),
        ("SageMaker", "sagemaker"),
        (f"AWSBackup-{UUID}", "aws_backup"),
        ("CognitoIdentityCredentials", "cognito_identity"),
        ("GitHubActions", "github_actions"),
        ("botocore-session-1757844930", "assumed_role"),
        ("aws-sdk-java-1757844930123", "assumed_role"),
        ("aws-sdk-js-session-1757844930123", "assumed_role"),
        ("aws-go-sdk-1757844930123456789", "assumed_role"),
        ("AWS-CLI-session-1757844930", "assumed_role"),
        ("alice", None),
        ("i-12345", None),
    ],
)
def test_the_role_session_name_tells_the_workload(role_session_name: str, kind: str | None) -> None:
    assert decision(workload_rules(), role_session_name=role_session_name)[0] == kind


def test_the_path_of_the_role_comes_before_the_name_of_the_role_session() -> None:
    arn = "arn:aws:iam::123456789012:role/service-role/AmazonAppStreamServiceAccess"
    facts = {"issuing_role_arn": arn, "role_session_name": "PhotonSession"}
    facts["is_machine_role_session_name"] = "true"
    assert decision(workload_rules(), **facts) == ("appstream_service", "PhotonSession")


def test_the_inventory_comes_before_the_name_of_the_role_session() -> None:
    facts = {"appstream_carrier": "image_builder", "role_session_name": "i-0a1b2c3d4e5f60718"}
    assert decision(workload_rules(), **facts)[0] == "appstream_image_builder"


def test_a_users_file_comes_first_and_names_the_workload(tmp_path: Path) -> None:
    own = tmp_path / "rules.toml"
    own.write_text(
        '[[rule]]\nname = "vault"\nkind = "vault"\nworkload_name = "role_session_name"\n'
        'workload_name_pattern = "^vault-(.+)$"\nwhen = { role_session_name = "^vault-" }\n'
    )
    rules = workload_rules(own)
    assert decision(rules, role_session_name="vault-billing") == ("vault", "billing")
    assert decision(rules, role_session_name="AutoScaling")[0] == "auto_scaling"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[rule", "rules.toml"),
        ('[[rule]]\nname = "x"\nkind = "x"\nwhat = 1\n', "what"),
        ('[[rule]]\nname = "x"\nkind = "x"\n', "has no condition"),
        ('[[rule]]\nname = "x"\nkind = "x"\nwhen = { colour = "x" }\n', "Known facts"),
        ('[[rule]]\nname = "x"\nkind = "x"\nwhen = { user_agent = "(" }\n', "rule x"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_in_one_line(
    tmp_path: Path, text: str, message: str
) -> None:
    own = tmp_path / "rules.toml"
    own.write_text(text)
    with pytest.raises(AnalysisError) as refusal:
        workload_rules(own)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_missing_file_of_rules_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match="can't read the workload rules"):
        workload_rules(tmp_path / "none.toml")

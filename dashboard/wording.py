"""The words that pages use for what the lake holds, and the sentences that explain them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo

from analysis.confidence import Confidence
from dashboard.escaping import DASH

CONFIDENCE_MEANING = {
    level.name.lower(): f"{level.meaning[0].upper()}{level.meaning[1:]}."
    for level in sorted(Confidence, reverse=True)
} | {"not attributable": "The evidence does not reach one streaming session. Nothing is guessed."}
CONFIDENCE_HELP = "How sure it is that the calls are this person's.\n\n" + "\n".join(
    f"- **{name}**: {meaning}" for name, meaning in CONFIDENCE_MEANING.items()
)
RESULT_HELP = (
    "How AWS answered the call.\n\n"
    "- **ok**: the call was carried out.\n"
    "- **denied**: permission was missing.\n"
    "- **error**: it failed for another reason, such as a name that does not exist."
)
STREAMING_SESSION_HELP = (
    "A streaming session is one person's time on a streaming instance of AppStream 2.0, today "
    "called Amazon WorkSpaces Applications."
)
RUNNING_HELP = (
    "Running: no end is known yet. AppStream reports the end of a streaming session up to a day "
    "after it."
)
CALLS_HELP = (
    "Calls of AWS APIs that CloudTrail logged as management or data events. One that two accounts "
    "logged, the caller's and the resource's, has an event in each and counts in both."
)
ONCE_HELP = "A call that two accounts logged, the caller's and the resource's, counts once."

OTHERS = "AWS and others"
# Workload kinds, each with its family in charts (see palette.WORKLOAD) and its name in tables.
WORKLOAD_KINDS = {
    "appstream_fleet": ("AppStream fleets", "AppStream fleet"),
    "appstream_image_builder": ("AppStream builders", "AppStream image builder"),
    "appstream_app_block_builder": ("AppStream builders", "AppStream app block builder"),
    "appstream_service": ("AppStream service", "AppStream service"),
    "appstream_instance_identity": ("AppStream service", "AppStream instance identity"),
    "identity_center_user": ("People", "Identity Center user"),
    "saml_user": ("People", "SAML user"),
    "web_identity": ("People", "web identity"),
    "cognito_identity": ("People", "Cognito identity"),
    "iam_user": ("People", "IAM user"),
    "root_user": ("People", "root user"),
    "ec2_instance": ("EC2 and containers", "EC2 instance"),
    "ssm_managed_instance": ("EC2 and containers", "SSM managed instance"),
    "ecs_task": ("EC2 and containers", "ECS task"),
    "eks_pod": ("EC2 and containers", "EKS pod"),
    "lambda_function": ("Functions", "Lambda function"),
    "step_functions": ("Functions", "Step Functions"),
    "codebuild": ("Build and deploy", "CodeBuild"),
    "codepipeline": ("Build and deploy", "CodePipeline"),
    "cloudformation": ("Build and deploy", "CloudFormation"),
    "github_actions": ("Build and deploy", "GitHub Actions"),
    "aws_account": (OTHERS, "another AWS account"),
    "aws_service": (OTHERS, "AWS service"),
    "aws_backup": (OTHERS, "AWS Backup"),
    "aws_config": (OTHERS, "AWS Config"),
    "auto_scaling": (OTHERS, "Auto Scaling"),
    "rds": (OTHERS, "RDS"),
    "glue_job": (OTHERS, "Glue job"),
    "sagemaker": (OTHERS, "SageMaker"),
    "snowflake": (OTHERS, "Snowflake"),
    "datadog": (OTHERS, "Datadog"),
    "assumed_role": (OTHERS, "assumed role"),
    "unknown": (OTHERS, "unknown"),
}


def workload_family(kind: str | None) -> str:
    """Return the family that charts show this workload kind in."""
    return WORKLOAD_KINDS.get(kind or "unknown", (OTHERS, ""))[0]


def workload_label(kind: str | None) -> str:
    """Return the name of a workload kind as tables show it."""
    return WORKLOAD_KINDS.get(kind or "unknown", ("", (kind or "").replace("_", " ")))[1]


def service_label(event_source: str | None) -> str:
    """Return a service's short name, as IAM policies call it: s3 for s3.amazonaws.com."""
    return (event_source or "").removesuffix(".amazonaws.com")


def api_label(event_source: str | None, event_name: str | None) -> str:
    """Return an API as IAM policies name actions, such as s3:ListBuckets."""
    return f"{service_label(event_source)}:{event_name or ''}"


def listed(names: Iterable[str | None] | None, shown: int = 4) -> str | None:
    """Return names in alphabetical order on one line, the rest as a number: a, b, c, d + 2.

    Missing names don't count; without any name it is None.
    """
    ordered = sorted(name for name in names or () if name)
    if not ordered:
        return None
    rest = len(ordered) - shown
    return ", ".join(ordered[:shown]) + (f" + {rest}" if rest > 0 else "")


def count_of(number: int, thing: str, things: str | None = None) -> str:
    """Return a number with its noun: 1 call, 1,204 calls."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def moment(time: datetime | None) -> str:
    """Return a time in UTC to the minute, or a dash if there is none."""
    return DASH if time is None else f"{time.astimezone(UTC):%Y-%m-%d %H:%M}"


def in_zone(time: datetime | None, zone: tzinfo) -> str:
    """Return a time there to the minute with the zone's name; a dash if there is none."""
    if time is None:
        return DASH
    return f"{time.astimezone(zone):%Y-%m-%d %H:%M} {getattr(zone, 'key', 'UTC')}"


def stretch(since: datetime | None, until: datetime | None) -> str:
    """Return a stretch of time in UTC; its end without the date where both are of one day."""
    if since is None or until is None:
        return f"{moment(since)} {DASH} {moment(until)}"
    same_day = since.astimezone(UTC).date() == until.astimezone(UTC).date()
    return f"{moment(since)} {DASH} {moment(until)[11 if same_day else 0 :]}"


def duration(length: timedelta) -> str:
    """Return a length of time in its two largest units: 2 d 3 h, 4 h 5 min, 12 min."""
    minutes = max(int(length.total_seconds()) // 60, 0)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"

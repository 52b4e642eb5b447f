"""The cases that published articles describe, with their names and values as published.

The case of hoge and fuga, two people on the two instances of one fleet, is part of the estate's
own life: `instances.staged_streaming_sessions` sees to it that both are there at once.
"""

from collections.abc import Iterator
from random import Random

from tests.estate.accounts import ABROAD, APPSTREAM_SERVICE, HOME, MAIN, Role
from tests.estate.apis import list_buckets, list_objects, object_call
from tests.estate.clock import HOUR, seconds_of
from tests.estate.credentials import Terms, assume_role, new_role_session
from tests.estate.identifiers import resource_id
from tests.estate.operators import user_caller
from tests.estate.paths import SERVICE
from tests.estate.records import (
    LOG,
    Api,
    Caller,
    Event,
    Json,
    Moment,
    as_raw,
    encoded,
    event,
)
from tests.estate.truth import Truth
from tests.estate.workloads import service_event

LIST_BUCKETS_AT = "2019-09-25T17:08:03Z"
BUCKET = "mytest-s3-read"


def published_cases(random: Random, start: int) -> Iterator[Event]:
    """Yield the cases of the estate's own days, which begin at `start`."""
    yield from _user_s3_read(random, start + 9 * HOUR)
    yield from _ec2_s3_read(random, start + 10 * HOUR)
    yield from _lambda_s3_read(random, start + 11 * HOUR)
    yield from _systems_manager(random, start + 12 * HOUR)


def list_buckets_of_2019() -> Iterator[Event]:
    """Yield AWS's published sample: AppStream itself lists buckets, in 2019."""
    identity: Json = {
        "type": "AssumedRole",
        "principalId": "AIDACKCEVSQ6C2EXAMPLE:PhotonSession",
        "arn": APPSTREAM_SERVICE.assumed_arn("PhotonSession"),
        "accountId": MAIN,
        "accessKeyId": "DUMMY",
        "sessionContext": {
            "attributes": {"creationDate": LIST_BUCKETS_AT, "mfaAuthenticated": "false"},
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AIDACKCEVSQ6C2EXAMPLE",
                "arn": APPSTREAM_SERVICE.arn,
                "accountId": MAIN,
                "userName": APPSTREAM_SERVICE.name,
            },
        },
        "invokedBy": "AWS Internal",
    }
    record: Json = {
        "eventVersion": "1.05",
        "userIdentity": identity,
        "eventTime": LIST_BUCKETS_AT,
        "eventSource": "s3.amazonaws.com",
        "eventName": "ListBuckets",
        "awsRegion": HOME,
        "sourceIPAddress": "172.18.165.74",
        "userAgent": (
            "[aws-internal/3 aws-sdk-java/1.11.631 Linux/4.9.184-0.1.ac.235.83.329.metal1.x86_64 "
            "OpenJDK_64-Bit_Server_VM/25.222-b10 java/1.8.0_222 vendor/Oracle_Corporation]"
        ),
        "requestParameters": {"host": ["s3-eu-central-1.amazonaws.com"]},
        "responseElements": None,
        "additionalEventData": {
            "SignatureVersion": "SigV4",
            "CipherSuite": "ECDHE-RSA-AES128-GCM-SHA256",
            "AuthenticationMethod": "AuthHeader",
            "vpcEndpointId": "vpce-1234",
        },
        "requestID": "CBB8BE5A3A7F4B17",
        "eventID": "f67ab1d4-4fdf-40ca-9584-ad60e6568d17",
        "eventType": "AwsApiCall",
        "recipientAccountId": MAIN,
        "vpcEndpointId": "vpce-1234",
    }
    truth = Truth("appstream_service", "PhotonSession", path=SERVICE)
    yield encoded(record, Caller(as_raw(identity), "172.18.165.74", ""), truth, LOG)


def list_buckets_time() -> int:
    """Return when that sample was recorded."""
    return seconds_of(LIST_BUCKETS_AT)


def _user_s3_read(random: Random, at: int) -> Iterator[Event]:
    """Yield an IAM user who assumes a role for reading from S3."""
    user = user_caller("test-user", "203.0.113.99")
    issued = new_role_session(random, Role("user-s3-read"), "user-role-session01", at)
    yield event(
        random, Moment(at), assume_role(random, issued), user, Truth("iam_user", "test-user")
    )
    truth = Truth(
        "assumed_role",
        issued.role_session_name,
        path="chained",
        origin=f"arn:aws:iam::{MAIN}:user/test-user",
    )
    caller = Caller(issued.identity, user.address, user.user_agent, issued.access_key_id)
    for number, api in enumerate(
        (
            list_buckets(random, BUCKET),
            list_objects(random, BUCKET),
            object_call(random, "GetObject", BUCKET, "test.txt"),
        )
    ):
        yield event(random, Moment(at + 20 + 15 * number), api, caller, truth)


def _ec2_s3_read(random: Random, at: int) -> Iterator[Event]:
    """Yield an EC2 instance with an instance profile."""
    instance_id = resource_id("i", "ec2-s3-read")
    keys = [
        new_role_session(
            random,
            Role("ec2-s3-read"),
            instance_id,
            at,
            Terms(life=6 * HOUR, ec2_role_delivery=version),
        )
        for version in ("1.0", "2.0")
    ]
    for key in keys:
        yield service_event(random, at, "ec2", key)
    caller = Caller(keys[1].identity, "10.90.3.8", "aws-cli/2.31.8", keys[1].access_key_id)
    for number, api in enumerate((list_buckets(random, BUCKET), list_objects(random, BUCKET))):
        truth = Truth("ec2_instance", instance_id)
        yield event(random, Moment(at + 90 + number), api, caller, truth)


def _lambda_s3_read(random: Random, at: int) -> Iterator[Event]:
    """Yield a Lambda function."""
    name = "test-s3-read-function"
    key = new_role_session(random, Role("lambda-s3-read"), name, at)
    yield service_event(random, at, "lambda", key)
    program = "Boto3/1.42.97 md/Botocore#1.42.97 exec-env/AWS_Lambda_python3.13 Botocore/1.42.97"
    caller = Caller(key.identity, "3.121.40.18", program, key.access_key_id)
    api = list_buckets(random, BUCKET)
    yield event(random, Moment(at + 2), api, caller, Truth("lambda_function", name))


def _systems_manager(random: Random, at: int) -> Iterator[Event]:
    """Yield an EC2 instance that Systems Manager looks after, and how its role came to be able."""
    instance_id = resource_id("i", "ec2-ssm")
    role = Role("ec2-ssm-role")
    user = user_caller("test-user", "203.0.113.99")
    request: Json = {
        "roleName": role.name,
        "policyArn": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    }
    api = Api("iam", "AttachRolePolicy", request, is_read=False, region=ABROAD)
    yield event(random, Moment(at - 600), api, user, Truth("iam_user", "test-user"))
    key = new_role_session(random, role, instance_id, at, Terms(life=6 * HOUR))
    yield service_event(random, at, "ec2", key)
    caller = Caller(key.identity, "10.90.3.9", "amazon-ssm-agent/3.3.2299.0", key.access_key_id)
    for number in range(4):
        parameters: Json = {"instanceId": instance_id, "agentStatus": "Active"}
        api = Api("ssm", "UpdateInstanceInformation", parameters, is_read=False)
        truth = Truth("ec2_instance", instance_id)
        yield event(random, Moment(at + 60 + 300 * number), api, caller, truth)

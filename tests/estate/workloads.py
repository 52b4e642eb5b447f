"""Everybody else who assumes roles: instances, functions, tasks, builds, services."""

from collections.abc import Callable, Iterator
from random import Random
from typing import TypeAlias

from tests.estate.accounts import DATA, HOME, MAIN, Role
from tests.estate.apis import file_key, get_parameter, list_objects, object_call
from tests.estate.clock import HOUR, iso
from tests.estate.credentials import (
    RoleSession,
    Terms,
    assume_role,
    new_role_session,
)
from tests.estate.identifiers import new_uuid, resource_id
from tests.estate.records import Api, Caller, Event, Json, Moment, as_raw, event
from tests.estate.truth import Truth

Workload: TypeAlias = Callable[[Random, int], Iterator[Event]]
"""Takes a moment, and yields what one workload does from then on, within the hour."""

LINUX = "Boto3/1.42.97 md/Botocore#1.42.97 ua/2.1 os/linux#6.1.155 lang/python#3.13.7"
BUCKET = "example-operations"
EC2_ADDRESS = "18.184.20.6"


def service_event(random: Random, at: int, service: str, issued: RoleSession) -> Event:
    """Return the AssumeRole by which a service of AWS gets credentials for a workload."""
    name = f"{service}.amazonaws.com"
    caller = Caller(
        as_raw({"type": "AWSService", "invokedBy": name}), name, name, is_inside_aws=True
    )
    account_id = issued.role.account_id
    moment = Moment(at, account_id, new_uuid(random))
    return event(random, moment, assume_role(random, issued), caller, Truth("aws_service", name))


def ec2_instance(random: Random, at: int) -> Iterator[Event]:
    """Yield an instance's work: EC2 gets a key for each version of the metadata service."""
    number = random.randrange(3)
    instance_id = resource_id("i", f"operations-{number}")
    arn = f"arn:aws:ec2:{HOME}:{MAIN}:instance/{instance_id}"
    issuer: Json = {"issuerType": "AWS::EC2::Instance", "credentialsIssuedTo": arn}
    role = Role("operations-instance-role")
    keys = [
        new_role_session(
            random,
            role,
            instance_id,
            at,
            # An older agent of EC2 doesn't say what its keys are for.
            Terms(life=6 * HOUR, ec2_role_delivery=version, in_scope_of=issuer if number else None),
        )
        for version in ("1.0", "2.0")
    ]
    for key in keys:
        yield service_event(random, at, "ec2", key)
    truth = Truth("ec2_instance", instance_id)
    caller = Caller(keys[1].identity, EC2_ADDRESS, LINUX, keys[1].access_key_id)
    for number in range(random.randrange(1, 5)):
        api = random.choice((list_objects, get_parameter))(random, BUCKET)
        yield event(random, Moment(at + 60 + 40 * number), api, caller, truth)


def lambda_function(random: Random, at: int) -> Iterator[Event]:
    """Yield a function's work."""
    name = random.choice(("nightly-report", "order-import", "cost-watch"))
    role = Role(f"{name}-role", path="/service-role/")
    arn = f"arn:aws:lambda:{HOME}:{MAIN}:function:{name}"
    issuer: Json = {
        "issuerType": "AWS::Lambda::Function",
        "credentialsIssuedTo": arn,
        "credentialsIssuedToVersion": f"{arn}:$LATEST",
    }
    terms = Terms(in_scope_of=issuer if name == "cost-watch" else None)
    key = new_role_session(random, role, name, at, terms)
    yield service_event(random, at, "lambda", key)
    program = f"{LINUX} exec-env/AWS_Lambda_python3.13 Botocore/1.42.97"
    caller = Caller(key.identity, "3.121.40.17", program, key.access_key_id)
    for number in range(random.randrange(1, 4)):
        api = object_call(random, "GetObject", BUCKET, file_key(random))
        yield event(random, Moment(at + 2 + number), api, caller, Truth("lambda_function", name))


def ecs_task(random: Random, at: int) -> Iterator[Event]:
    """Yield a container's work."""
    name = f"{random.getrandbits(128):032x}"
    key = new_role_session(random, Role("web-shop-task-role"), name, at)
    yield service_event(random, at, "ecs-tasks", key)
    caller = Caller(
        key.identity, "10.90.1.44", f"{LINUX} exec-env/AWS_ECS_FARGATE", key.access_key_id
    )
    api = object_call(random, "PutObject", BUCKET, file_key(random))
    yield event(random, Moment(at + 30), api, caller, Truth("ecs_task", name))


def build(random: Random, at: int) -> Iterator[Event]:
    """Yield a build of CodeBuild."""
    name = f"AWSCodeBuild-{new_uuid(random)}"
    role = Role("codebuild-web-shop-service-role", path="/service-role/")
    key = new_role_session(random, role, name, at)
    yield service_event(random, at, "codebuild", key)
    caller = Caller(
        key.identity, "3.64.7.120", "aws-cli/2.31.8 ua/2.1 os/linux#6.1.155", key.access_key_id
    )
    request: Json = {
        "logGroupName": "/aws/codebuild/web-shop",
        "logStreamName": new_uuid(random),
    }
    api = Api("logs", "CreateLogStream", request, is_read=False)
    yield event(random, Moment(at + 5), api, caller, Truth("codebuild", name))


def managed_server(random: Random, at: int) -> Iterator[Event]:
    """Yield a hybrid server that Systems Manager looks after."""
    name = resource_id("mi", "office-server")
    role = Role("AmazonEC2RunCommandRoleForManagedInstances", path="/service-role/")
    key = new_role_session(random, role, name, at)
    caller = Caller(
        key.identity, "198.51.100.240", "amazon-ssm-agent/3.3.2299.0", key.access_key_id
    )
    request: Json = {"instanceId": name, "agentVersion": "3.3.2299.0", "agentStatus": "Active"}
    api = Api("ssm", "UpdateInstanceInformation", request, is_read=False)
    yield event(random, Moment(at + 9), api, caller, Truth("ssm_managed_instance", name))


def configuration_recorder(random: Random, at: int) -> Iterator[Event]:
    """Yield AWS Config, whose service-linked role's calls carry no access key."""
    role = Role("AWSServiceRoleForConfig", path="/aws-service-role/config.amazonaws.com/")
    for region in (HOME, "us-east-1"):
        name = "AWSConfig-Describe"
        identity: Json = {
            "type": "AssumedRole",
            "principalId": f"{role.role_id}:{name}",
            "arn": role.assumed_arn(name),
            "accountId": MAIN,
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": role.role_id,
                    "arn": role.arn,
                    "accountId": MAIN,
                    "userName": role.name,
                },
                "attributes": {"creationDate": iso(at), "mfaAuthenticated": "false"},
            },
            "invokedBy": "config.amazonaws.com",
        }
        service = "config.amazonaws.com"
        caller = Caller(as_raw(identity), service, service, is_inside_aws=True)
        api = Api("ec2", "DescribeVolumes", {"volumeSet": {}, "filterSet": {}}, region=region)
        yield event(random, Moment(at + 1), api, caller, Truth("aws_service", service))


def pod(random: Random, at: int) -> Iterator[Event]:
    """Yield a pod of EKS with Pod Identity, in the data account."""
    name = f"eks-data-plane-loader-{new_uuid(random)}"
    key = new_role_session(random, Role("loader-pod-role", DATA), name, at)
    caller = Caller(key.identity, "10.90.2.71", LINUX, key.access_key_id)
    api = object_call(random, "GetObject", "example-ledger", file_key(random), account_id=DATA)
    yield event(random, Moment(at + 3, DATA), api, caller, Truth("eks_pod", name))


WORKLOADS: tuple[tuple[Workload, int], ...] = (
    (ec2_instance, 20),
    (lambda_function, 24),
    (ecs_task, 12),
    (build, 10),
    (managed_server, 6),
    (configuration_recorder, 6),
    (pod, 6),
)

"""The requests that programs on an instance make, and their answers."""

from collections.abc import Callable
from random import Random
from typing import TypeAlias

from tests.estate.accounts import ABROAD, HOME, MAIN
from tests.estate.identifiers import new_uuid
from tests.estate.records import Api, Json

Maker: TypeAlias = Callable[[Random, str], Api]
"""Takes the bucket of the fleet."""

FILES = ("plan", "report", "invoice", "drawing", "minutes", "forecast", "inventory")
ENDINGS = ("csv", "xlsx", "pdf", "dwg", "docx")
HOST = f"s3.{HOME}.amazonaws.com"


def file_key(random: Random) -> str:
    """Return the key of some file."""
    folder, name = random.choice(("shared", "projects", "inbox")), random.choice(FILES)
    return f"{folder}/{name}-{random.randrange(1, 40):02}.{random.choice(ENDINGS)}"


def bucket_resource(bucket: str, account_id: str = MAIN) -> Json:
    """Return the bucket as a record's `resources` name it."""
    return {"accountId": account_id, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{bucket}"}


def object_call(random: Random, name: str, bucket: str, key: str, **settings: str) -> Api:
    """Return a data event of S3. Settings: `account_id` of the bucket's owner, `region`."""
    account_id = settings.get("account_id", MAIN)
    region = settings.get("region", HOME)
    is_read = name in {"GetObject", "HeadObject"}
    size = random.randrange(200, 900_000)
    resources: list[Json] = [
        {"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::{bucket}/{key}"},
        bucket_resource(bucket, account_id),
    ]
    return Api(
        "s3",
        name,
        {"bucketName": bucket, "Host": f"{bucket}.s3.{region}.amazonaws.com", "key": key},
        None if is_read else {"x-amz-server-side-encryption": "AES256"},
        is_read=is_read,
        is_data=True,
        resources=resources,
        additional={
            "SignatureVersion": "SigV4",
            "CipherSuite": "TLS_AES_128_GCM_SHA256",
            "bytesTransferredIn": 0 if is_read else size,
            "AuthenticationMethod": "AuthHeader",
            "bytesTransferredOut": size if is_read else 0,
        },
        region=region,
    )


def get_object(random: Random, bucket: str) -> Api:
    """Return the reading of a file."""
    return object_call(random, "GetObject", bucket, file_key(random))


def put_object(random: Random, bucket: str) -> Api:
    """Return the writing of a file."""
    return object_call(random, "PutObject", bucket, file_key(random))


def list_objects(_random: Random, bucket: str) -> Api:
    """Return the listing of a bucket."""
    request: Json = {
        "bucketName": bucket,
        "Host": f"{bucket}.{HOST}",
        "list-type": "2",
        "prefix": "shared/",
        "delimiter": "/",
    }
    listed: list[Json] = [
        bucket_resource(bucket),
        {"type": "AWS::S3::Object", "ARNPrefix": f"arn:aws:s3:::{bucket}/"},
    ]
    return Api("s3", "ListObjects", request, is_data=True, resources=listed)


def list_buckets(_random: Random, _bucket: str) -> Api:
    """Return the listing of all buckets."""
    return Api("s3", "ListBuckets", {"Host": HOST})


def get_parameter(_random: Random, bucket: str) -> Api:
    """Return the reading of a parameter, as configuration tools do at every turn."""
    name = f"/appstream/{bucket}/settings"
    request: Json = {"name": name, "withDecryption": False}
    arn = f"arn:aws:ssm:{HOME}:{MAIN}:parameter{name}"
    return Api("ssm", "GetParameter", request, resources=[{"accountId": MAIN, "ARN": arn}])


def get_secret_value(_random: Random, bucket: str) -> Api:
    """Return the reading of a secret."""
    return Api("secretsmanager", "GetSecretValue", {"secretId": f"{bucket}/database"})


def decrypt(random: Random, bucket: str) -> Api:
    """Return a decryption."""
    arn = f"arn:aws:kms:{HOME}:{MAIN}:key/8f2f5d3e-4c1b-4a39-9c53-0d1b5f0a7c11"
    request: Json = {
        "encryptionContext": {"aws:s3:arn": f"arn:aws:s3:::{bucket}/{file_key(random)}"},
        "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
    }
    key: list[Json] = [{"accountId": MAIN, "type": "AWS::KMS::Key", "ARN": arn}]
    return Api("kms", "Decrypt", request, resources=key)


def get_caller_identity(_random: Random, _bucket: str) -> Api:
    """Return the question who one is."""
    return Api("sts", "GetCallerIdentity")


def describe_log_streams(_random: Random, bucket: str) -> Api:
    """Return a look at log streams."""
    request: Json = {"logGroupName": f"/appstream/{bucket}", "limit": 50}
    return Api("logs", "DescribeLogStreams", request)


def query_table(random: Random, bucket: str) -> Api:
    """Return a query of DynamoDB, which none of the estate's VPCs has an endpoint for."""
    table = f"{bucket}-orders"
    request: Json = {
        "tableName": table,
        "key": {"order": f"{random.randrange(1000, 9999)}"},
        "consistentRead": False,
    }
    arn = f"arn:aws:dynamodb:{HOME}:{MAIN}:table/{table}"
    items: list[Json] = [{"accountId": MAIN, "type": "AWS::DynamoDB::Table", "ARN": arn}]
    return Api("dynamodb", "GetItem", request, is_data=True, resources=items)


def start_query(random: Random, bucket: str) -> Api:
    """Return the start of an Athena query."""
    request: Json = {
        "queryString": "***OMITTED***",
        "clientRequestToken": new_uuid(random),
        "queryExecutionContext": {"database": bucket.replace("-", "_")},
        "workGroup": "primary",
    }
    answer: Json = {"queryExecutionId": new_uuid(random)}
    return Api("athena", "StartQueryExecution", request, answer, is_read=False)


def invoke_model(_random: Random, _bucket: str) -> Api:
    """Return the use of a model in another region."""
    request: Json = {"modelId": "anthropic.claude-3-5-sonnet-20241022-v2:0"}
    return Api("bedrock", "InvokeModel", request, region=ABROAD)


def get_archived_object(random: Random, _bucket: str) -> Api:
    """Return the reading of a file in another region."""
    return object_call(random, "GetObject", "example-archive-us", file_key(random), region=ABROAD)


def list_distributions(_random: Random, _bucket: str) -> Api:
    """Return a call of a global service, which is logged in us-east-1."""
    return Api("cloudfront", "ListDistributions", region=ABROAD)


ROUTINE: tuple[tuple[Maker, int], ...] = (
    (get_object, 30),
    (list_objects, 18),
    (put_object, 10),
    (query_table, 9),
    (get_secret_value, 5),
    (get_caller_identity, 4),
    (decrypt, 6),
    (start_query, 5),
    (get_parameter, 4),
    (list_buckets, 3),
    (invoke_model, 2),
    (get_archived_object, 2),
    (list_distributions, 1),
)
AGENT: tuple[tuple[Maker, int], ...] = (
    (get_parameter, 6),
    (describe_log_streams, 3),
    (get_caller_identity, 1),
)
_ROUTINE_MAKERS = [maker for maker, weight in ROUTINE for _ in range(weight)]
_AGENT_MAKERS = [maker for maker, weight in AGENT for _ in range(weight)]
DENIED_SHARE = 0.04


def routine_call(random: Random, bucket: str, caller_arn: str) -> Api:
    """Return what an application asks for; a few requests are denied."""
    if random.random() < DENIED_SHARE:
        return random.choice(DENIED)(random, caller_arn)
    return random.choice(_ROUTINE_MAKERS)(random, bucket)


def agent_call(random: Random, bucket: str) -> Api:
    """Return what a program that always runs asks for."""
    return random.choice(_AGENT_MAKERS)(random, bucket)


def _denied_object(random: Random, caller_arn: str) -> Api:
    api = object_call(random, "GetObject", "example-finance-ledger", file_key(random))
    return api._replace(error=_denial(caller_arn, "s3:GetObject", "a bucket policy"))


def _denied_secret(_random: Random, caller_arn: str) -> Api:
    error = ("AccessDeniedException", _denial(caller_arn, "secretsmanager:GetSecretValue", "")[1])
    return Api("secretsmanager", "GetSecretValue", error=error)


def _denied_instances(_random: Random, _caller_arn: str) -> Api:
    words = "You are not authorized to perform this operation."
    error = ("Client.UnauthorizedOperation", words)
    return Api("ec2", "DescribeInstances", {"instancesSet": {}, "filterSet": {}}, error=error)


def _denied_users(_random: Random, caller_arn: str) -> Api:
    error = _denial(caller_arn, "iam:ListUsers", "")
    return Api("iam", "ListUsers", error=error, region=ABROAD)


def _denied_role(_random: Random, caller_arn: str) -> Api:
    # STS tells nothing about an AssumeRole that it denied.
    return Api("sts", "AssumeRole", error=_denial(caller_arn, "sts:AssumeRole", ""))


def _denial(caller_arn: str, action: str, policy: str) -> tuple[str, str]:
    reason = (
        f"with an explicit deny in {policy}"
        if policy
        else ("because no identity-based policy allows the action")
    )
    words = f"User: {caller_arn} is not authorized to perform: {action} {reason}"
    return "AccessDenied", words


DENIED: tuple[Callable[[Random, str], Api], ...] = (
    _denied_object,
    _denied_object,
    _denied_secret,
    _denied_instances,
    _denied_users,
    _denied_role,
)

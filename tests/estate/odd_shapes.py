"""Records of shapes that real logs have, though nobody would expect them."""

from collections.abc import Callable, Iterator
from random import Random

from tests.estate.accounts import HOME, MAIN, Role
from tests.estate.apis import list_objects
from tests.estate.clock import iso
from tests.estate.identifiers import new_uuid
from tests.estate.operators import user_caller
from tests.estate.records import Event, Json, Moment, encoded, record_of
from tests.estate.truth import Truth

SERVER = Role("operations-instance-role")
ROLE_SESSION_NAME = "i-0a1b2c3d4e5f60718"
UNKNOWN = Truth("unknown")
INSTANCE = Truth("ec2_instance", ROLE_SESSION_NAME)
DATABASE_SERVICE = Role("AWSServiceRoleForRDS", path="/aws-service-role/rds.amazonaws.com/")


def odd_events(random: Random, start: int) -> Iterator[Event]:
    """Yield one event for each odd shape, a minute apart."""
    user = user_caller("backup-operator", "203.0.113.99")
    for number, change in enumerate(CHANGES):
        moment = Moment(start + 60 * number)
        record = record_of(random, moment, list_objects(random, "example-operations"), user)
        truth = change(record) or Truth("iam_user", "backup-operator")
        yield encoded(record, user, truth)


def insight(random: Random, at: int) -> Json:
    """Return an Insights record, which names neither an API of its own nor a caller."""
    return {
        "eventVersion": "1.09",
        "eventTime": iso(at),
        "awsRegion": HOME,
        "eventID": new_uuid(random),
        "eventType": "AwsCloudTrailInsight",
        "recipientAccountId": MAIN,
        "sharedEventID": new_uuid(random),
        "insightDetails": {
            "state": "Start",
            "eventSource": "ssm.amazonaws.com",
            "eventName": "GetParameter",
            "insightType": "ApiCallRateInsight",
            "insightContext": {
                "statistics": {
                    "baseline": {"average": 0.12},
                    "insight": {"average": 7.4},
                    "insightDuration": 5,
                    "baselineDuration": 10080,
                },
            },
        },
        "eventCategory": "Insight",
    }


def network_activity(record: Json, random: Random) -> Json:
    """Return the NetworkActivity record of a call: another event id, and less of the rest."""
    kept = (
        "userIdentity",
        "eventTime",
        "eventSource",
        "eventName",
        "awsRegion",
        "sourceIPAddress",
        "errorCode",
        "errorMessage",
    )
    return {
        "eventVersion": "1.11",
        **{name: record[name] for name in kept if name in record},
        "requestID": record["requestID"],
        "eventID": new_uuid(random),
        "eventType": "AwsVpceEvent",
        "recipientAccountId": MAIN,
        "sharedEventID": new_uuid(random),
        "vpcEndpointId": record["vpcEndpointId"],
        "vpcEndpointAccountId": MAIN,
        "eventCategory": "NetworkActivity",
    }


# ── one function for each shape ──────────────────────────────────────────────────────────────
# Each changes a record in place and returns the truth if that differs from the ordinary caller's.


def _user_agent_is_a_list(record: Json) -> Truth | None:
    record["userAgent"] = ["aws-cli/2.31.8", "md/command#s3.ls"]
    return None


def _read_only_is_text(record: Json) -> Truth | None:
    record["readOnly"] = "True"
    return None


def _parameters_are_text(record: Json) -> Truth | None:
    record["requestParameters"] = '{"bucketName":"example-operations","prefix":"shared/"}'
    return None


def _resources_are_empty_text(record: Json) -> Truth | None:
    record["resources"] = ""
    return None


def _names_are_not_latin(record: Json) -> Truth | None:
    record["requestParameters"] = {
        "bucketName": "example-operations",
        "Host": "example-operations.s3.eu-central-1.amazonaws.com",
        "prefix": "보고서/2026년 9월 📁/",
    }
    return None


def _field_is_new(record: Json) -> Truth | None:
    record["requestTimeInMilliseconds"] = 1789372800123
    record["callerEnvironment"] = {"attested": True, "zone": None}
    return None


def _version_is_ancient(record: Json) -> Truth | None:
    record["eventVersion"] = "1.02"
    for name in ("eventCategory", "managementEvent", "tlsDetails", "readOnly"):
        record.pop(name)
    return None


def _identity_is_absent(record: Json) -> Truth | None:
    record.pop("userIdentity")
    return UNKNOWN


def _identity_has_no_type(record: Json) -> Truth | None:
    record["userIdentity"] = {"accountId": MAIN, "invokedBy": "delivery.logs.amazonaws.com"}
    return Truth("aws_service", "delivery.logs.amazonaws.com")


def _answer_is_text(record: Json) -> Truth | None:
    record["responseElements"] = "accepted"
    return None


def _address_is_version_six(record: Json) -> Truth | None:
    record["sourceIPAddress"] = "2001:db8:85a3::8a2e:370:7334"
    return None


def _addresses_are_two(record: Json) -> Truth | None:
    record["sourceIPAddress"] = "203.0.113.99, 10.20.1.17"
    return None


def _creation_date_is_basic(record: Json) -> Truth | None:
    identity = _assumed(record)
    context = identity["sessionContext"]
    if isinstance(context, dict):
        context["attributes"] = {"creationDate": "20260914T070000Z", "mfaAuthenticated": "false"}
    return INSTANCE


def _arn_is_of_another_partition(record: Json) -> Truth | None:
    identity = _assumed(record)
    identity["arn"] = f"arn:aws-us-gov:sts::{MAIN}:assumed-role/{SERVER.name}"
    return INSTANCE


def _key_is_blank(record: Json) -> Truth | None:
    identity = _assumed(record)
    identity["accessKeyId"] = ""
    return INSTANCE


def _key_is_from_documentation(record: Json) -> Truth | None:
    identity = _assumed(record)
    identity["accessKeyId"] = "ASIAIOSFODNN7EXAMPLE"
    return INSTANCE


def _key_is_from_documentation_too(record: Json) -> Truth | None:
    # The same key under another role: a link by the key alone would be wrong.
    identity = _assumed(record, Role("documentation-reader"), "reader")
    identity["accessKeyId"] = "ASIAIOSFODNN7EXAMPLE"
    return Truth("unknown", "reader")


def _scope_is_a_source(record: Json) -> Truth | None:
    identity = _assumed(record, DATABASE_SERVICE, "SLRManagement")
    identity["invokedBy"] = "rds.amazonaws.com"
    identity.pop("accessKeyId")
    arn = f"arn:aws:rds:{HOME}:{MAIN}:db:orders"
    identity["inScopeOf"] = {"sourceArn": arn, "sourceAccount": MAIN}
    return Truth("aws_service", "rds.amazonaws.com")


def _event_is_a_services_own(record: Json) -> Truth | None:
    record["userIdentity"] = {"accountId": MAIN, "invokedBy": "kms.amazonaws.com"}
    record["eventSource"], record["eventName"] = "kms.amazonaws.com", "RotateKey"
    record["eventType"] = "AwsServiceEvent"
    record["sourceIPAddress"] = record["userAgent"] = "AWS Internal"
    record["requestParameters"] = None
    record["serviceEventDetails"] = {"keyId": "8f2f5d3e-4c1b-4a39-9c53-0d1b5f0a7c11"}
    record["sharedEventID"] = "6f4a2ab4-52d7-4c5e-9d4e-2f1f8b1f7a10"
    record.pop("tlsDetails")
    return Truth("aws_service", "kms.amazonaws.com")


def _record_is_large(record: Json) -> Truth | None:
    record["requestParameters"] = {
        "bucketName": "example-operations",
        "keys": [f"shared/batch/part-{number:05}.parquet" for number in range(1700)],
    }
    return None


def _assumed(record: Json, role: Role = SERVER, name: str = ROLE_SESSION_NAME) -> Json:
    identity: Json = {
        "type": "AssumedRole",
        "principalId": f"{role.role_id}:{name}",
        "arn": role.assumed_arn(name),
        "accountId": MAIN,
        "accessKeyId": "ASIAQEXAMPLEODDSHAPE",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": role.role_id,
                "arn": role.arn,
                "accountId": MAIN,
                "userName": role.name,
            },
            "attributes": {"creationDate": "2026-09-14T07:00:00Z", "mfaAuthenticated": "false"},
        },
    }
    record["userIdentity"] = identity
    return identity


CHANGES: tuple[Callable[[Json], Truth | None], ...] = (
    _user_agent_is_a_list,
    _read_only_is_text,
    _parameters_are_text,
    _resources_are_empty_text,
    _names_are_not_latin,
    _field_is_new,
    _version_is_ancient,
    _identity_is_absent,
    _identity_has_no_type,
    _answer_is_text,
    _address_is_version_six,
    _addresses_are_two,
    _creation_date_is_basic,
    _arn_is_of_another_partition,
    _key_is_blank,
    _key_is_from_documentation,
    _key_is_from_documentation_too,
    _scope_is_a_source,
    _event_is_a_services_own,
    _record_is_large,
)

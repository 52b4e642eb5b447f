"""Records that each have one oddity, by the name of their file."""

import json
from collections.abc import Iterator
from typing import Any, TypeAlias

Record: TypeAlias = dict[str, Any]

ACCOUNT = "123456789012"
TIME = "2026-09-14T08:12:33Z"
ROLE = "arn:aws:iam::123456789012:role/appstream/fleet-role"
# Made up, and of the length and the letters of a true one.
TOKEN = "IQoJb3JpZ2luX2VjEODDITIES" + "EXAMPLETOKEN/+" * 20 + "="
ISSUED_KEY = "ASIAISSUEDEXAMPLE"
INSIGHT = {
    "eventVersion": "1.09",
    "eventTime": TIME,
    "awsRegion": "eu-central-1",
    "eventID": "insight",
    "eventType": "AwsCloudTrailInsight",
    "recipientAccountId": ACCOUNT,
    "sharedEventID": "shared-1",
    "insightDetails": {
        "state": "Start",
        "eventSource": "ssm.amazonaws.com",
        "eventName": "GetParameter",
        "insightType": "ApiCallRateInsight",
    },
    "eventCategory": "Insight",
}
NETWORK_ACTIVITY = {
    "eventVersion": "1.11",
    "userIdentity": {"type": "AWSAccount", "principalId": "AROAEXAMPLE:x", "accountId": ACCOUNT},
    "eventTime": TIME,
    "eventSource": "s3.amazonaws.com",
    "eventName": "GetObject",
    "awsRegion": "eu-central-1",
    "sourceIPAddress": "10.20.2.16",
    "errorCode": "VpceAccessDenied",
    "requestID": "request-1",
    "eventID": "network-activity",
    "eventType": "AwsVpceEvent",
    "recipientAccountId": ACCOUNT,
    "sharedEventID": "shared-1",
    "vpcEndpointId": "vpce-1234",
    "vpcEndpointAccountId": ACCOUNT,
    "eventCategory": "NetworkActivity",
}
AGGREGATED = {
    "eventId": "aggregated",
    "eventVersion": "1.0",
    "eventCategory": "Aggregated",
    "timeWindow": {"windowStart": TIME, "windowEnd": "2026-09-14T08:17:33Z", "windowSize": "PT5M"},
    "awsAccountId": ACCOUNT,
    "summary": {"primaryDimension": {"dimension": "RESOURCE_ARN", "statistics": []}},
}


def ordinary(event_id: str, /, **fields: object) -> Record:
    """Return a record as CloudTrail writes it, with these fields of its own."""
    return {
        "eventVersion": "1.11",
        "userIdentity": identity(),
        "eventTime": TIME,
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "10.20.2.16",
        "userAgent": "aws-cli/2.17",
        "requestParameters": {"bucketName": "example", "key": "a.txt"},
        "responseElements": None,
        "requestID": "request-1",
        "eventID": event_id,
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": False,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Data",
        **fields,
    }


def identity(created: object = "2026-09-14T08:00:00Z", **fields: object) -> Record:
    """Return who called: a role session of a fleet, with these fields of its own."""
    issuer = {"type": "Role", "principalId": "AROAEXAMPLE", "arn": ROLE, "accountId": ACCOUNT}
    return {
        "type": "AssumedRole",
        "principalId": "AROAEXAMPLE:PhotonSession",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/fleet-role/PhotonSession",
        "accountId": ACCOUNT,
        "accessKeyId": "ASIAEXAMPLE",
        "sessionContext": {
            "sessionIssuer": {**issuer, "userName": "fleet-role"},
            "attributes": {"creationDate": created, "mfaAuthenticated": "false"},
        },
        **fields,
    }


def issue(event_id: str, /, expiration: object = "Sep 14, 2026 9:12:33 AM") -> Record:
    """Return a call that handed out credentials."""
    credentials = {"accessKeyId": ISSUED_KEY, "sessionToken": TOKEN, "expiration": expiration}
    return ordinary(
        event_id,
        eventSource="sts.amazonaws.com",
        eventName="AssumeRole",
        requestParameters={"roleArn": ROLE, "roleSessionName": "PhotonSession"},
        responseElements={"credentials": credentials},
        eventCategory="Management",
    )


def without(record: Record, *names: str) -> Record:
    """Return the record without these fields."""
    return {name: value for name, value in record.items() if name not in names}


def one_each() -> Iterator[tuple[str, Record]]:
    """Yield each record with the name of what it shows."""
    yield from _versions_and_callers()
    yield from _parts()
    yield from _addresses_and_names()
    yield from _times()
    yield from _tokens()


def _versions_and_callers() -> Iterator[tuple[str, Record]]:
    for version in ("1.0", *(f"1.{minor:02}" for minor in range(1, 12))):
        yield f"event-version-{version}", ordinary("odd", eventVersion=version)
    yield "event-version-as-number", ordinary("odd", eventVersion=1.05)
    yield "identity-absent", without(ordinary("odd"), "userIdentity")
    yield "identity-null", ordinary("odd", userIdentity=None)
    yield "identity-text", ordinary("odd", userIdentity="root")
    yield "identity-without-type", ordinary("odd", userIdentity=without(identity(), "type"))
    service = {"type": "AWSService", "invokedBy": "appstream.amazonaws.com"}
    yield "identity-of-a-service", ordinary("odd", userIdentity=service)
    linked = without(identity(), "accessKeyId")
    yield "identity-without-access-key", ordinary("odd", userIdentity=linked)
    yield (
        "key-of-the-documentation",
        ordinary("odd", userIdentity=identity(accessKeyId="ASIAIOSFODNN7EXAMPLE")),
    )
    scope = {"issuerType": "AWS::EC2::Instance", "credentialsIssuedTo": "arn:aws:ec2:::i-1"}
    yield "in-scope-of", ordinary("odd", userIdentity=identity(inScopeOf=scope))


def _parts() -> Iterator[tuple[str, Record]]:
    for name in ("requestParameters", "responseElements", "serviceEventDetails"):
        words = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)
        yield f"{words}-absent", without(ordinary("odd"), name)
        yield f"{words}-null", ordinary("odd", **{name: None})
        yield f"{words}-object", ordinary("odd", **{name: {"a": 1}})
        yield f"{words}-empty", ordinary("odd", **{name: {}})
        yield f"{words}-text", ordinary("odd", **{name: "a text"})
        yield f"{words}-json-in-text", ordinary("odd", **{name: '{"a": 1}'})
        yield f"{words}-list", ordinary("odd", **{name: [1, "b"]})
    yield (
        "assume-role-denied",
        ordinary("odd", errorCode="AccessDenied", requestParameters=None, responseElements=None),
    )
    yield "resources-empty-text", ordinary("odd", resources="")
    yield "resources-null", ordinary("odd", resources=None)
    yield "resources-with-more", ordinary("odd", resources=[{"ARN": "arn:a", "owner": "b"}, 1])
    yield "user-agent-list", ordinary("odd", userAgent=["aws-cli/2.17", "x"])
    yield "read-only-in-words", ordinary("odd", readOnly="True")
    yield "nulls-everywhere", dict.fromkeys(ordinary("odd")) | {"eventID": "odd", "eventTime": TIME}
    yield "field-of-next-year", ordinary("odd", newField={"a": [1.0, None]}, **{"$record": "x"})
    addendum = {"reason": "UPDATED_DATA", "originalEventID": "first", "updatedFields": "errorCode"}
    yield "addendum", ordinary("odd", addendum=addendum)
    yield "large", ordinary("odd", requestParameters={"policy": "p" * 66_000})
    yield "korean-and-emoji", ordinary("odd", requestParameters={"key": "보고서 🎉.xlsx"})
    yield "numbers-of-any-size", ordinary("odd", requestParameters={"n": [10**30, 0.1, -0.0]})


def _addresses_and_names() -> Iterator[tuple[str, Record]]:
    for name, address in {
        "service": "athena.amazonaws.com",
        "internal": "AWS Internal",
        "ipv6": "2001:db8::1",
        "two": "203.0.113.9, 198.51.100.7",
        "empty": "",
        "number": 17,
    }.items():
        yield f"address-{name}", ordinary("odd", sourceIPAddress=address)
    for name, arn in {
        "gov": "arn:aws-us-gov:sts::123456789012:assumed-role/fleet-role/PhotonSession",
        "malformed": "arn:aws::sts:123456789012:assumed-role/fleet-role/PhotonSession",
        "without-role-session": "arn:aws:sts::123456789012:assumed-role/fleet-role",
        "of-nothing": "",
    }.items():
        yield f"arn-{name}", ordinary("odd", userIdentity=identity(arn=arn, principalId="AROA"))


def _times() -> Iterator[tuple[str, Record]]:
    for name, created in {
        "basic": "20260914T080000Z",
        "extended": "2026-09-14T08:00:00Z",
        "with-fraction": "2026-09-14T08:00:00.123Z",
        "with-offset": "2026-09-14T10:00:00+02:00",
        "in-seconds": 1789372800,
        "impossible": "2026-02-30T08:00:00Z",
    }.items():
        yield f"creation-date-{name}", ordinary("odd", userIdentity=identity(created))
    for name, expiration in {
        "in-words": "Sep 14, 2026 9:12:33 AM",
        "narrow-space": "Sep 14, 2026, 9:12:33\u202fAM",
        "iso": "2026-09-14T09:12:33Z",
        "in-seconds": 1789377153.0,
    }.items():
        yield f"expiration-{name}", issue("odd", expiration)
    yield "event-time-with-fraction", ordinary("odd", eventTime="2026-09-14T08:12:33.5Z")
    yield "event-time-absent", without(ordinary("odd"), "eventTime")
    yield "event-time-in-words", ordinary("odd", eventTime="soon")
    yield "event-id-absent", without(ordinary("odd"), "eventID")


def _tokens() -> Iterator[tuple[str, Record]]:
    in_json = json.dumps({"credentials": {"sessionToken": TOKEN}})
    yield "token-in-answer", issue("odd")
    yield (
        "token-in-capitals",
        ordinary("odd", responseElements={"Credentials": {"SessionToken": TOKEN}}),
    )
    yield "token-in-request", ordinary("odd", requestParameters={"sessionToken": TOKEN})
    yield "token-in-json-in-text", ordinary("odd", responseElements=in_json)
    yield "token-in-nested-text", ordinary("odd", requestParameters={"body": in_json})
    yield "token-in-text-twice", ordinary("odd", requestParameters={"a": json.dumps([in_json])})
    yield "token-in-identity", ordinary("odd", userIdentity=identity(extra={"sessionToken": TOKEN}))
    yield "token-in-new-field", ordinary("odd", newField=[{"aws_session_token": TOKEN}])
    yield "token-in-user-agent", ordinary("odd", userAgent=f"cli sessionToken={TOKEN}")
    yield "token-in-error", ordinary("odd", errorMessage=f'no such "sessionToken": "{TOKEN}"')
    yield (
        "token-in-resource",
        ordinary("odd", resources=[{"ARN": f"arn:aws:s3:::b/?SessionToken={TOKEN}"}]),
    )
    yield "token-in-rejected", without(issue("odd"), "eventTime")

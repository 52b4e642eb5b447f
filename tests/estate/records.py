"""CloudTrail records: fields in AWS's order, encoded as soon as they are made."""

from functools import lru_cache
from random import Random
from typing import NamedTuple, TypeAlias

import msgspec

from tests.estate.accounts import HOME, MAIN
from tests.estate.clock import iso, seconds_of
from tests.estate.identifiers import new_request_id, new_uuid
from tests.estate.truth import Truth

Json: TypeAlias = dict[str, object]

LOG = "CloudTrail"
NETWORK_ACTIVITY = "CloudTrail-NetworkActivity"
# Services move to a new record version at different times.
VERSIONS = {"appstream": "1.09", "ec2": "1.10", "ssm": "1.08", "iam": "1.10", "athena": "1.09"}
NEWEST_VERSION = "1.11"
TLS_1_2_SERVICES = {"athena", "secretsmanager"}


class Api(NamedTuple):
    """One request to AWS and its answer, whoever makes it. `source` is short: s3, sts."""

    source: str
    name: str
    request: Json | None = None
    response: Json | None = None
    is_read: bool = True
    is_data: bool = False
    resources: list[Json] | None = None
    additional: Json | None = None
    error: tuple[str, str] | None = None
    region: str = HOME


class Caller(NamedTuple):
    """Who calls and from where. Calls inside AWS have no TLS details."""

    identity: msgspec.Raw
    address: str
    user_agent: str
    access_key_id: str = ""
    endpoint_id: str = ""
    is_private: bool = False
    is_inside_aws: bool = False


class Moment(NamedTuple):
    """When a call was made, and in which account's log it stands."""

    at: int
    account_id: str = MAIN
    shared_event_id: str = ""


class Event(NamedTuple):
    """One record, ready to be delivered, with the truth about it."""

    at: int
    account_id: str
    region: str
    kind: str
    event_id: str
    record: bytes
    truth: Truth
    access_key_id: str = ""
    is_private: bool = False
    """Whether the record shows the private address of an instance."""


def event(random: Random, moment: Moment, api: Api, caller: Caller, truth: Truth) -> Event:
    """Return the event of an ordinary API call."""
    return encoded(record_of(random, moment, api, caller), caller, truth)


def encoded(record: Json, caller: Caller, truth: Truth, kind: str = LOG) -> Event:
    """Return the event of a record; its own fields say when and where it belongs."""
    return Event(
        seconds_of(str(record["eventTime"])),
        str(record["recipientAccountId"]),
        str(record["awsRegion"]),
        kind,
        str(record["eventID"]),
        msgspec.json.encode(record),
        truth,
        caller.access_key_id,
        caller.is_private,
    )


def record_of(random: Random, moment: Moment, api: Api, caller: Caller) -> Json:
    """Return the record of an ordinary API call."""
    source = api.source
    record: Json = {
        "eventVersion": VERSIONS.get(source, NEWEST_VERSION),
        "userIdentity": caller.identity,
        "eventTime": iso(moment.at),
        "eventSource": f"{source}.amazonaws.com",
        "eventName": api.name,
        "awsRegion": api.region,
        "sourceIPAddress": caller.address,
        "userAgent": f"[{caller.user_agent}]" if source == "s3" else caller.user_agent,
    }
    if api.error is not None:
        record["errorCode"], record["errorMessage"] = api.error
    record["requestParameters"] = api.request
    record["responseElements"] = None if api.error is not None else api.response
    if api.additional is not None:
        record["additionalEventData"] = api.additional
    record["requestID"] = new_request_id(random) if source == "s3" else new_uuid(random)
    record["eventID"] = new_uuid(random)
    record["readOnly"] = api.is_read
    if api.resources is not None:
        record["resources"] = api.resources
    record["eventType"] = "AwsApiCall"
    record["managementEvent"] = not api.is_data
    record["recipientAccountId"] = moment.account_id
    if moment.shared_event_id:
        record["sharedEventID"] = moment.shared_event_id
    if caller.endpoint_id:
        record["vpcEndpointId"] = caller.endpoint_id
        if record["eventVersion"] == NEWEST_VERSION and not caller.is_inside_aws:
            record["vpcEndpointAccountId"] = MAIN
    record["eventCategory"] = "Data" if api.is_data else "Management"
    if not caller.is_inside_aws:
        record["tlsDetails"] = _tls_details(source, api.region)
    return record


@lru_cache(maxsize=500)
def _tls_details(source: str, region: str) -> msgspec.Raw:
    is_old = source in TLS_1_2_SERVICES
    details = {
        "tlsVersion": "TLSv1.2" if is_old else "TLSv1.3",
        "cipherSuite": "ECDHE-RSA-AES128-GCM-SHA256" if is_old else "TLS_AES_128_GCM_SHA256",
        "clientProvidedHostHeader": f"{source}.{region}.amazonaws.com",
    }
    return msgspec.Raw(msgspec.json.encode(details))


def as_raw(value: object) -> msgspec.Raw:
    """Return the JSON of a value, encoded once to be used often."""
    return msgspec.Raw(msgspec.json.encode(value))

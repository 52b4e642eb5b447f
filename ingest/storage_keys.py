"""S3 keys that AppStream names after people and streaming sessions, as evidence of both.

AppStream's agent syncs home folders, application settings and session-script logs through the
customer's own endpoint, so such an event ties a user's hash to a private address and a credential.
Only calls under AppStream's service role are worth believing: anybody who may write to the bucket
can make up a key. Calls by others are kept, with `is_service_role` false in `detail`.

CloudTrail gives keys as they are; what is read here has no character that could be encoded.
"""

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from ingest.observed_values import is_private_address, json_text, stable_id

Row: TypeAlias = dict[str, object]
Call: TypeAlias = Mapping[str, Any]

BUCKET = re.compile(
    r"(?P<family>appstream-logs|appstream2-36fb080bb8|appstream-app-settings)"
    r"-(?P<region>[a-z]{2,}(?:-[a-z]+)+-\d+)-(?P<account_id>\d{12})(?:-[0-9a-z]+)?"
)
ACCESS_MODE_AND_USER = r"(?P<access_mode>[A-Za-z_]+)/(?P<user_id_sha256>[0-9A-Fa-f]{64})"
KEYS = {
    "appstream-logs": (
        "script_log_key",
        re.compile(
            r"(?P<stack_name>[^/]+)/(?P<fleet_name>[^/]+)/" + ACCESS_MODE_AND_USER + r"/"
            r"(?P<streaming_session_id>[^/]+)/SessionScriptsLogs(?:/.*)?",
            re.DOTALL,
        ),
    ),
    "appstream2-36fb080bb8": (
        "home_folder_key",
        re.compile(r"user/" + ACCESS_MODE_AND_USER + r"(?:/.*)?", re.DOTALL),
    ),
    # Windows/v4/<settings group>/…, and since v6 the system's name before the settings group.
    "appstream-app-settings": (
        "app_settings_key",
        re.compile(r"[^/]+/v\d+/(?:[^/]+/)+?" + ACCESS_MODE_AND_USER + r"(?:[/.].*)?", re.DOTALL),
    ),
}
AUTHENTICATION_TYPES = {"custom": "CUSTOM", "federated": "SAML", "userpool": "USERPOOL"}
SERVICE_ROLE = re.compile(
    r"arn:aws[a-z-]*:iam::(?P<account_id>\d{12}):role/service-role/AmazonAppStreamServiceAccess"
)

S3 = "s3.amazonaws.com"
REPEATED_CALLS = ["NetworkActivity"]
COLUMNS = (
    "event_id",
    "event_time",
    "event_name",
    "aws_region",
    "source_ip_address",
    "error_code",
    "recipient_account_id",
    "vpc_endpoint_id",
    "access_key_id",
    "issuing_role_arn",
    "resources",
    "request_parameters",
    "source_object_id",
)


class _Request(msgspec.Struct, rename="camel"):
    """What an S3 call about an object or a listing says of it."""

    bucket_name: str
    key: str | None = None
    prefix: str | None = None


def sightings_of(events: pa.Table) -> list[Row]:
    """Return the evidence in S3 data events: one row for each event whose key names a user.

    The bucket must carry AppStream's name with its owner's account in it. Failed calls count too:
    the agent asks for a new user's settings before there are any.
    """
    calls = events.select(COLUMNS).take(_possible_sightings(events)).to_pylist()
    return [row for call in calls if (row := _sighting(call)) is not None]


def _possible_sightings(events: pa.Table) -> pa.ChunkedArray:
    """Return the rows of S3 calls that name something of AppStream."""
    is_s3 = pc.is_in(events.column("event_source"), value_set=pa.array([S3]))
    is_repeated = pc.is_in(events.column("event_category"), value_set=pa.array(REPEATED_CALLS))
    rows = pc.indices_nonzero(pc.and_not(is_s3, is_repeated))
    requests = events.column("request_parameters").take(rows)
    return rows.filter(pc.match_substring(requests, "appstream"))


def _sighting(call: Call) -> Row | None:
    request = _request(call["request_parameters"])
    bucket = None if request is None else BUCKET.fullmatch(request.bucket_name)
    if request is None or bucket is None or call["event_time"] is None:
        return None
    account_id = bucket["account_id"]
    evidence_source, pattern = KEYS[bucket["family"]]
    key = request.key or request.prefix or ""
    names = pattern.fullmatch(key)
    if names is None or not _is_owned_by(account_id, call):
        return None
    found = names.groupdict()
    address = call["source_ip_address"]
    return {
        "evidence_id": stable_id(call["recipient_account_id"], call["event_id"], evidence_source),
        "evidence_source": evidence_source,
        "observed_at": call["event_time"],
        "streaming_session_id": found.get("streaming_session_id"),
        "account_id": account_id,
        "region": bucket["region"],
        "user_id_sha256": found["user_id_sha256"].lower(),
        "authentication_type": AUTHENTICATION_TYPES.get(found["access_mode"].lower()),
        "fleet_name": found.get("fleet_name"),
        "stack_name": found.get("stack_name"),
        "eni_private_ip_address": address if is_private_address(address) else None,
        "vpc_endpoint_id": call["vpc_endpoint_id"],
        "event_id": call["event_id"],
        "access_key_id": call["access_key_id"],
        "detail": json_text(
            {
                "event_name": call["event_name"],
                "error_code": call["error_code"],
                "bucket": request.bucket_name,
                "key": key,
                "issuing_role_arn": call["issuing_role_arn"],
                "is_service_role": _is_service_role(call["issuing_role_arn"], account_id),
            }
        ),
        "source_object_id": call["source_object_id"],
    }


def _request(text: str) -> _Request | None:
    try:
        return msgspec.json.decode(text, type=_Request)
    except (ValueError, RecursionError):
        return None


def _is_owned_by(account_id: str, call: Call) -> bool:
    """Say whether the bucket is of the account in its name; anybody may call their own bucket so.

    The event names the bucket's owner; where it doesn't, the trail's own account has to be it.
    """
    owners = {
        resource["account_id"]
        for resource in call["resources"] or []
        if resource is not None and resource["type"] == "AWS::S3::Bucket"
    } - {None}
    return (owners or {call["recipient_account_id"]}) == {account_id}


def _is_service_role(issuing_role_arn: str | None, account_id: str) -> bool:
    """Say whether this is AppStream's own role in that account, not a namesake elsewhere."""
    role = SERVICE_ROLE.fullmatch(issuing_role_arn or "")
    return role is not None and role["account_id"] == account_id

"""The form that nearly every CloudTrail record has, for decoding at full speed.

A record with another field, or with a value of another type, is refused here and read tolerantly.
Free-form parts stay the text they are.
"""

from typing import Literal, TypeAlias

import msgspec
from msgspec import UNSET, Raw, UnsetType

from ingest.fields import FREE_FORM, RESOURCE_FIELDS, TOP_FLAGS, TOP_TEXTS, TOP_TIMES, TOP_WORDS

Text: TypeAlias = str | UnsetType
Flag: TypeAlias = bool | UnsetType
Part: TypeAlias = Raw | UnsetType

PARTS_READ_ONCE = {"userIdentity": "user_identity", "tlsDetails": "tls_details"}
NAMES = {
    column: name
    for name, column in (
        TOP_TEXTS | TOP_FLAGS | TOP_WORDS | TOP_TIMES | FREE_FORM | PARTS_READ_ONCE
    ).items()
}
RESOURCE_NAMES = {column: name for name, column in RESOURCE_FIELDS.items()}


class Resource(msgspec.Struct, forbid_unknown_fields=True, gc=False, rename=RESOURCE_NAMES):
    """One element of `resources`."""

    account_id: Text = UNSET
    type: Text = UNSET
    arn: Text = UNSET
    arn_prefix: Text = UNSET


# Records are many and none refers to itself, so the garbage collector needn't look at them.
class Record(msgspec.Struct, forbid_unknown_fields=True, gc=False, rename=NAMES):
    """One CloudTrail record as documented up to eventVersion 1.11; fields are named as columns."""

    event_id: str
    event_time: str
    user_identity: Part = UNSET
    tls_details: Part = UNSET
    event_version: Text = UNSET
    event_source: Text = UNSET
    event_name: Text = UNSET
    aws_region: Text = UNSET
    source_ip_address: Text = UNSET
    user_agent: Text = UNSET
    error_code: Text = UNSET
    error_message: Text = UNSET
    request_id: Text = UNSET
    event_type: Text = UNSET
    event_category: Text = UNSET
    api_version: Text = UNSET
    recipient_account_id: Text = UNSET
    shared_event_id: Text = UNSET
    vpc_endpoint_id: Text = UNSET
    vpc_endpoint_account_id: Text = UNSET
    read_only: Flag = UNSET
    management_event: Flag = UNSET
    session_credential_from_console: Literal["true", "false"] | UnsetType = UNSET
    resources: list[Resource] | UnsetType = UNSET
    request_parameters: Part = UNSET
    response_elements: Part = UNSET
    additional_event_data: Part = UNSET
    service_event_details: Part = UNSET
    edge_device_details: Part = UNSET
    event_context: Part = UNSET
    insight_details: Part = UNSET


class LogFile(msgspec.Struct):
    """A log file as CloudTrail delivers it; what else it may say is not looked at."""

    records: list[Record] = msgspec.field(name="Records")


class RawLogFile(msgspec.Struct):
    """A log file whose records stay text."""

    records: list[Raw] = msgspec.field(name="Records")


RECORD = msgspec.json.Decoder(Record)
LOG_FILE = msgspec.json.Decoder(LogFile)
RAW_LOG_FILE = msgspec.json.Decoder(RawLogFile)

"""The form that nearly every CloudTrail record has, for decoding at full speed.

A record with another field, or with a value of another type, is refused here and read tolerantly.
Free-form parts stay the text they are.
"""

from typing import Literal, cast

import msgspec
from msgspec import Raw

from ingest.fields import FREE_FORM, RESOURCE_FIELDS, TOP_FLAGS, TOP_TEXTS, TOP_TIMES, TOP_WORDS

PARTS_READ_ONCE = {"userIdentity": "user_identity", "tlsDetails": "tls_details"}
NAMES = {
    column: name
    for name, column in (
        TOP_TEXTS | TOP_FLAGS | TOP_WORDS | TOP_TIMES | FREE_FORM | PARTS_READ_ONCE
    ).items()
}
RESOURCE_NAMES = {column: name for name, column in RESOURCE_FIELDS.items()}

# What is absent is None, and no text at all for a part. A null in its place is refused, since the
# types don't allow it; defaults aren't checked.
NO_TEXT = cast("str", None)
NO_FLAG = cast("bool", None)
NO_PART = Raw()


class Resource(msgspec.Struct, forbid_unknown_fields=True, gc=False, rename=RESOURCE_NAMES):
    """One element of `resources`."""

    account_id: str = NO_TEXT
    type: str = NO_TEXT
    arn: str = NO_TEXT
    arn_prefix: str = NO_TEXT


# Records are many and none refers to itself, so the garbage collector needn't look at them.
class Record(msgspec.Struct, forbid_unknown_fields=True, gc=False, rename=NAMES):
    """One CloudTrail record as documented up to eventVersion 1.11; fields are named as columns."""

    event_id: str
    event_time: str
    user_identity: Raw = NO_PART
    tls_details: Raw = NO_PART
    event_version: str = NO_TEXT
    event_source: str = NO_TEXT
    event_name: str = NO_TEXT
    aws_region: str = NO_TEXT
    source_ip_address: str = NO_TEXT
    user_agent: str = NO_TEXT
    error_code: str = NO_TEXT
    error_message: str = NO_TEXT
    request_id: str = NO_TEXT
    event_type: str = NO_TEXT
    event_category: str = NO_TEXT
    api_version: str = NO_TEXT
    recipient_account_id: str = NO_TEXT
    shared_event_id: str = NO_TEXT
    vpc_endpoint_id: str = NO_TEXT
    vpc_endpoint_account_id: str = NO_TEXT
    read_only: bool = NO_FLAG
    management_event: bool = NO_FLAG
    session_credential_from_console: Literal["true", "false"] = cast("Literal['true']", NO_TEXT)
    resources: list[Resource] = cast("list[Resource]", None)
    request_parameters: Raw = NO_PART
    response_elements: Raw = NO_PART
    additional_event_data: Raw = NO_PART
    service_event_details: Raw = NO_PART
    edge_device_details: Raw = NO_PART
    event_context: Raw = NO_PART
    insight_details: Raw = NO_PART


RECORD = msgspec.json.Decoder(Record)
RECORDS = msgspec.json.Decoder(list[Record])
RAW_RECORDS = msgspec.json.Decoder(list[Raw])

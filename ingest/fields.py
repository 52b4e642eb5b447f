"""Which field of a CloudTrail record stands in which column of `events`.

Decoding and rebuilding read the same list, so a field that is added here is both taken in and given
back. Columns that are not here are derived: `role_session_name`, `issued_access_key_id`,
`source_object_id`, `record_index`, and `extra`.
"""

from dataclasses import dataclass
from enum import Enum, auto


class Form(Enum):
    """How a field is written in a record; anything else also goes to `extra` as it is."""

    TEXT = auto()
    FLAG = auto()  # true, false
    WORD = auto()  # "true", "false"
    TIME = auto()  # "2026-01-31T22:41:00Z"
    JSON = auto()  # anything but null and text, kept as JSON text


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its path from the top of the record, its column, and its form."""

    path: tuple[str, ...]
    column: str
    form: Form = Form.TEXT


def _fields(prefix: tuple[str, ...], columns: dict[str, str], form: Form) -> tuple[Field, ...]:
    return tuple(Field((*prefix, name), column, form) for name, column in columns.items())


TOP_TEXTS = {
    "eventID": "event_id",
    "eventVersion": "event_version",
    "eventSource": "event_source",
    "eventName": "event_name",
    "awsRegion": "aws_region",
    "sourceIPAddress": "source_ip_address",
    "userAgent": "user_agent",
    "errorCode": "error_code",
    "errorMessage": "error_message",
    "requestID": "request_id",
    "eventType": "event_type",
    "eventCategory": "event_category",
    "apiVersion": "api_version",
    "recipientAccountId": "recipient_account_id",
    "sharedEventID": "shared_event_id",
    "vpcEndpointId": "vpc_endpoint_id",
    "vpcEndpointAccountId": "vpc_endpoint_account_id",
}
TOP_FLAGS = {"readOnly": "read_only", "managementEvent": "management_event"}
TOP_WORDS = {"sessionCredentialFromConsole": "session_credential_from_console"}
TOP_TIMES = {"eventTime": "event_time"}
FREE_FORM = {
    "requestParameters": "request_parameters",
    "responseElements": "response_elements",
    "additionalEventData": "additional_event_data",
    "serviceEventDetails": "service_event_details",
    "edgeDeviceDetails": "edge_device_details",
    "eventContext": "event_context",
    "insightDetails": "insight_details",
}
RESOURCES = "resources"
RESOURCE_FIELDS = {
    "accountId": "account_id",
    "type": "type",
    "ARN": "arn",
    "ARNPrefix": "arn_prefix",
}

ISSUER = ("sessionContext", "sessionIssuer")
ATTRIBUTES = ("sessionContext", "attributes")
IDENTITY_FIELDS = (
    *_fields(
        (),
        {
            "type": "user_identity_type",
            "principalId": "principal_id",
            "arn": "user_identity_arn",
            "accountId": "user_identity_account_id",
            "accessKeyId": "access_key_id",
            "userName": "user_name",
            "invokedBy": "invoked_by",
            "identityProvider": "identity_provider",
            "credentialId": "credential_id",
        },
        Form.TEXT,
    ),
    Field(("onBehalfOf", "userId"), "on_behalf_of_user_id"),
    Field(("onBehalfOf", "identityStoreArn"), "on_behalf_of_identity_store_arn"),
    Field(("inScopeOf", "sourceArn"), "in_scope_of_source_arn"),
    Field(("inScopeOf", "sourceAccount"), "in_scope_of_source_account"),
    Field(("inScopeOf", "issuerType"), "in_scope_of_issuer_type"),
    Field(("inScopeOf", "credentialsIssuedTo"), "in_scope_of_credentials_issued_to"),
    Field((*ISSUER, "type"), "issuing_role_type"),
    Field((*ISSUER, "arn"), "issuing_role_arn"),
    Field((*ISSUER, "principalId"), "issuing_role_id"),
    Field((*ISSUER, "accountId"), "issuing_role_account_id"),
    Field((*ISSUER, "userName"), "issuing_role_user_name"),
    Field((*ATTRIBUTES, "creationDate"), "credentials_created_at", Form.TIME),
    Field((*ATTRIBUTES, "mfaAuthenticated"), "mfa_authenticated", Form.WORD),
    Field(("sessionContext", "sourceIdentity"), "source_identity"),
    Field(("sessionContext", "ec2RoleDelivery"), "ec2_role_delivery"),
    Field(("sessionContext", "assumedRoot"), "is_assumed_root", Form.WORD),
    Field(("sessionContext", "webIdFederationData", "federatedProvider"), "web_identity_provider"),
    Field(
        ("sessionContext", "webIdFederationData", "attributes"),
        "web_identity_attributes",
        Form.JSON,
    ),
)
TLS_FIELDS = _fields(
    (),
    {
        "tlsVersion": "tls_version",
        "cipherSuite": "cipher_suite",
        "clientProvidedHostHeader": "client_provided_host_header",
    },
    Form.TEXT,
)
ADDENDUM_FIELDS = _fields(
    (),
    {
        "reason": "addendum_reason",
        "updatedFields": "addendum_updated_fields",
        "originalRequestID": "addendum_original_request_id",
        "originalEventID": "addendum_original_event_id",
    },
    Form.TEXT,
)


def _within(name: str, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    return tuple(Field((name, *field.path), field.column, field.form) for field in fields)


FIELDS = (
    *_fields((), TOP_TEXTS, Form.TEXT),
    *_fields((), TOP_FLAGS, Form.FLAG),
    *_fields((), TOP_WORDS, Form.WORD),
    *_fields((), TOP_TIMES, Form.TIME),
    *_fields((), FREE_FORM, Form.JSON),
    *_within("userIdentity", IDENTITY_FIELDS),
    *_within("tlsDetails", TLS_FIELDS),
    *_within("addendum", ADDENDUM_FIELDS),
)

# These two stand in nearly every record, as null where there is nothing to say. So their null
# column means null, except in records of these categories, where it means that they are absent.
NULL_WHEN_EMPTY = ("requestParameters", "responseElements")
CATEGORIES_WITHOUT_THEM = frozenset({"NetworkActivity", "Insight"})

# Names of our own in `extra`. A field of a record whose name starts with the mark gets it twice.
MARK = "$"
ABSENT = "$absent"  # which of NULL_WHEN_EMPTY a record lacks
WHOLE_RECORD = "$record"  # the record's text, where columns can't carry it

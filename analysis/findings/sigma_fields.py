"""Which column, or which part of a JSON column, a field of CloudTrail's is in the lake.

Sigma rules name fields by their path in the record: `eventName`, `userIdentity.type`,
`requestParameters.bucketName`.
"""

import json
import re
from collections.abc import Callable

from analysis.errors import AnalysisError

COLUMNS = {
    "additionalEventData": "additional_event_data",
    "apiVersion": "api_version",
    "awsRegion": "aws_region",
    "errorCode": "error_code",
    "errorMessage": "error_message",
    "eventCategory": "event_category",
    "eventID": "event_id",
    "eventName": "event_name",
    "eventSource": "event_source",
    "eventTime": "cast(event_time as varchar)",
    "eventType": "event_type",
    "eventVersion": "event_version",
    "managementEvent": "cast(management_event as varchar)",
    "readOnly": "cast(read_only as varchar)",
    "recipientAccountId": "recipient_account_id",
    "requestID": "request_id",
    "requestParameters": "request_parameters",
    "resources": "cast(to_json(resources) as varchar)",
    "responseElements": "response_elements",
    "serviceEventDetails": "service_event_details",
    "sessionCredentialFromConsole": "cast(session_credential_from_console as varchar)",
    "sharedEventID": "shared_event_id",
    "sourceIPAddress": "source_ip_address",
    "tlsDetails.cipherSuite": "cipher_suite",
    "tlsDetails.clientProvidedHostHeader": "client_provided_host_header",
    "tlsDetails.tlsVersion": "tls_version",
    "userAgent": "user_agent",
    "userIdentity.accessKeyId": "access_key_id",
    "userIdentity.accountId": "user_identity_account_id",
    "userIdentity.arn": "user_identity_arn",
    "userIdentity.identityProvider": "identity_provider",
    "userIdentity.invokedBy": "invoked_by",
    "userIdentity.principalId": "principal_id",
    "userIdentity.sessionContext.attributes.creationDate": (
        "cast(credentials_created_at as varchar)"
    ),
    "userIdentity.sessionContext.attributes.mfaAuthenticated": "cast(mfa_authenticated as varchar)",
    "userIdentity.sessionContext.ec2RoleDelivery": "ec2_role_delivery",
    "userIdentity.sessionContext.sessionIssuer.accountId": "issuing_role_account_id",
    "userIdentity.sessionContext.sessionIssuer.arn": "issuing_role_arn",
    "userIdentity.sessionContext.sessionIssuer.principalId": "issuing_role_id",
    "userIdentity.sessionContext.sessionIssuer.type": "issuing_role_type",
    "userIdentity.sessionContext.sessionIssuer.userName": "issuing_role_user_name",
    "userIdentity.sessionContext.sourceIdentity": "source_identity",
    "userIdentity.type": "user_identity_type",
    "userIdentity.userName": "user_name",
    "vpcEndpointAccountId": "vpc_endpoint_account_id",
    "vpcEndpointId": "vpc_endpoint_id",
}
JSON_COLUMNS = {
    "additionalEventData": "additional_event_data",
    "eventContext": "event_context",
    "insightDetails": "insight_details",
    "requestParameters": "request_parameters",
    "resources": "to_json(resources)",
    "responseElements": "response_elements",
    "serviceEventDetails": "service_event_details",
}
KEYWORD_COLUMNS = (
    "event_source",
    "event_name",
    "user_agent",
    "error_code",
    "error_message",
    "source_ip_address",
    "user_identity_arn",
    "user_name",
    "request_parameters",
    "response_elements",
    "additional_event_data",
)
_BY_LOWER_CASE = {field.lower(): column for field, column in COLUMNS.items()}
_PATH = re.compile(r"[\w:/-]+(\.[\w:/-]+)*")


def field_sql(field: str, parameter: Callable[[object], str]) -> str:
    """Return the SQL expression, text or null, of a field of the record.

    A path into JSON is passed as a parameter; `parameter` takes a value and returns its name in
    SQL. A step that leads to a list leads to all its members. What has no column of its own is
    looked for in `extra`. Raises AnalysisError for a name that is no path.
    """
    if not _PATH.fullmatch(field):
        message = f"field {field!r} is no path of names with dots between them"
        raise AnalysisError(message)
    if column := _BY_LOWER_CASE.get(field.lower()):
        return column
    first, _, rest = field.partition(".")
    column = JSON_COLUMNS.get(first, "extra")
    steps = rest.split(".") if first in JSON_COLUMNS else field.split(".")
    names = [json.dumps(step) for step in steps]
    direct = f"json_extract_string({column}, {parameter('$.' + '.'.join(names))})"
    if len(names) == 1:
        return direct
    every = f"json_extract({column}, {parameter('$.' + '[*].'.join(names))})"
    return f"coalesce({direct}, nullif(cast({every} as varchar), '[]'))"

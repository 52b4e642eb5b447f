"""Who called: `userIdentity`, and the credentials that a call issued.

A log file holds few identities and many events, so each distinct identity is read once.
"""

import re
from collections.abc import Mapping

import msgspec

from ingest.observed_values import fields_of, text_of

LONGEST_ANSWER = 2**16  # characters, of one that hands out credentials
ASSUMED_ROLE = "AssumedRole"
# Some logs have `arn:aws::sts:`: what comes before the role isn't looked at.
_ASSUMED_ROLE_ARN = re.compile(r"arn:[^/]*:assumed-role/.*/([^/]+)", re.DOTALL)


def role_session_name(row: Mapping[str, object]) -> str | None:
    """Return the role session name in an identity's columns; None if no role was assumed."""
    if row.get("user_identity_type") != ASSUMED_ROLE:
        return None
    arn, principal_id = row.get("user_identity_arn"), row.get("principal_id")
    if isinstance(arn, str) and (found := _ASSUMED_ROLE_ARN.fullmatch(arn)):
        return found[1]
    if isinstance(principal_id, str):
        return principal_id.partition(":")[2] or None
    return None


def issued_access_key_id(response_elements: object) -> str | None:
    """Return the access key that a call's answer hands out with temporary credentials, if any."""
    if not isinstance(response_elements, str) or len(response_elements) > LONGEST_ANSWER:
        return None
    try:
        answer = fields_of(msgspec.json.decode(response_elements))
    except (ValueError, RecursionError):
        return None
    return text_of(fields_of(answer.get("credentials")).get("accesskeyid"))

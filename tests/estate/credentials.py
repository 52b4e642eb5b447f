"""Role sessions: sets of temporary credentials, and the identity that their calls carry."""

from dataclasses import dataclass, field, replace
from random import Random

import msgspec

from tests.estate.accounts import Role
from tests.estate.clock import HOUR, in_words, iso
from tests.estate.identifiers import new_access_key_id, new_session_token
from tests.estate.records import Api, Json, as_raw


@dataclass(frozen=True, slots=True)
class RoleSession:
    """One set of temporary credentials, valid from `created_at` until `expires_at`."""

    access_key_id: str
    role: Role
    role_session_name: str
    created_at: int
    expires_at: int
    source_identity: str = ""
    identity: msgspec.Raw = field(default_factory=msgspec.Raw, compare=False)

    @property
    def arn(self) -> str:
        """The assumed-role ARN that calls with these credentials carry."""
        return self.role.assumed_arn(self.role_session_name)


@dataclass(frozen=True, slots=True)
class Terms:
    """How long credentials live, in seconds, and what their identity says beside the ordinary."""

    life: int = HOUR
    source_identity: str = ""
    invoked_by: str = ""
    in_scope_of: Json | None = None
    web_identity: Json | None = None
    ec2_role_delivery: str = ""


ORDINARY = Terms()


def new_role_session(
    random: Random, role: Role, role_session_name: str, created_at: int, terms: Terms = ORDINARY
) -> RoleSession:
    """Return fresh credentials."""
    fresh = RoleSession(
        new_access_key_id(random),
        role,
        role_session_name,
        created_at,
        created_at + terms.life,
        terms.source_identity,
    )
    return replace(fresh, identity=as_raw(identity_of(fresh, terms)))


def identity_of(role_session: RoleSession, terms: Terms = ORDINARY) -> Json:
    """Return the userIdentity of calls that use these credentials."""
    role = role_session.role
    context: Json = {
        "sessionIssuer": {
            "type": "Role",
            "principalId": role.role_id,
            "arn": role.arn,
            "accountId": role.account_id,
            "userName": role.name,
        },
    }
    if terms.web_identity is not None:
        context["webIdFederationData"] = terms.web_identity
    context["attributes"] = {
        "creationDate": iso(role_session.created_at),
        "mfaAuthenticated": "false",
    }
    if terms.ec2_role_delivery:
        context["ec2RoleDelivery"] = terms.ec2_role_delivery
    if role_session.source_identity:
        context["sourceIdentity"] = role_session.source_identity
    identity: Json = {
        "type": "AssumedRole",
        "principalId": f"{role.role_id}:{role_session.role_session_name}",
        "arn": role_session.arn,
        "accountId": role.account_id,
        "accessKeyId": role_session.access_key_id,
        "sessionContext": context,
    }
    if terms.invoked_by:
        identity["invokedBy"] = terms.invoked_by
    if terms.in_scope_of is not None:
        identity["inScopeOf"] = terms.in_scope_of
    return identity


def assume_role(random: Random, issued: RoleSession) -> Api:
    """Return the STS call that issues these credentials."""
    role = issued.role
    request: Json = {
        "roleArn": role.arn,
        "roleSessionName": issued.role_session_name,
        "durationSeconds": issued.expires_at - issued.created_at,
    }
    if issued.source_identity:
        request["sourceIdentity"] = issued.source_identity
    response: Json = {
        "credentials": {
            "accessKeyId": issued.access_key_id,
            "sessionToken": new_session_token(random),
            "expiration": in_words(issued.expires_at),
        },
        "assumedRoleUser": {
            "assumedRoleId": f"{role.role_id}:{issued.role_session_name}",
            "arn": issued.arn,
        },
    }
    if issued.source_identity:
        response["sourceIdentity"] = issued.source_identity
    resources: list[Json] = [
        {"accountId": role.account_id, "type": "AWS::IAM::Role", "ARN": role.arn},
    ]
    return Api("sts", "AssumeRole", request, response, resources=resources)

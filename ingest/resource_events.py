"""CloudTrail's own events about fleets, builders, networks and roles, as their history.

An update names only what it changes, so a null column means "not told here", and analysis carries
the last value forward. What an update takes away is therefore told apart from null: a removed role
is `NO_ROLE`, removed subnets or security groups are empty lists, a removed limit of sessions is 1.
A fleet or builder that is created without a role has `NO_ROLE` too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from ingest import resource_states as states
from ingest.observed_values import (
    Fields,
    fields_of,
    flag_of,
    json_of,
    json_text,
    stable_id,
    texts_of,
)

Row: TypeAlias = dict[str, object]
Call: TypeAlias = Mapping[str, Any]

APPSTREAM = "appstream.amazonaws.com"
EC2 = "ec2.amazonaws.com"
IAM = "iam.amazonaws.com"


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a successful call did, and the field of its answer that describes the resource."""

    resource_type: str
    change: str
    answer: str | None = None


MEANINGS: Mapping[tuple[str, str], _Meaning] = {
    (APPSTREAM, "CreateFleet"): _Meaning(states.FLEET, "created", "fleet"),
    (APPSTREAM, "UpdateFleet"): _Meaning(states.FLEET, "updated", "fleet"),
    (APPSTREAM, "StartFleet"): _Meaning(states.FLEET, "started"),
    (APPSTREAM, "StopFleet"): _Meaning(states.FLEET, "stopped"),
    (APPSTREAM, "DeleteFleet"): _Meaning(states.FLEET, "deleted"),
    (APPSTREAM, "CreateImageBuilder"): _Meaning(states.IMAGE_BUILDER, "created", "imagebuilder"),
    (APPSTREAM, "StartImageBuilder"): _Meaning(states.IMAGE_BUILDER, "started", "imagebuilder"),
    (APPSTREAM, "StopImageBuilder"): _Meaning(states.IMAGE_BUILDER, "stopped", "imagebuilder"),
    (APPSTREAM, "DeleteImageBuilder"): _Meaning(states.IMAGE_BUILDER, "deleted"),
    (APPSTREAM, "CreateAppBlockBuilder"): _Meaning(
        states.APP_BLOCK_BUILDER, "created", "appblockbuilder"
    ),
    (APPSTREAM, "UpdateAppBlockBuilder"): _Meaning(
        states.APP_BLOCK_BUILDER, "updated", "appblockbuilder"
    ),
    (APPSTREAM, "StartAppBlockBuilder"): _Meaning(
        states.APP_BLOCK_BUILDER, "started", "appblockbuilder"
    ),
    (APPSTREAM, "StopAppBlockBuilder"): _Meaning(
        states.APP_BLOCK_BUILDER, "stopped", "appblockbuilder"
    ),
    (APPSTREAM, "DeleteAppBlockBuilder"): _Meaning(states.APP_BLOCK_BUILDER, "deleted"),
    (APPSTREAM, "AssociateFleet"): _Meaning(states.STACK_FLEET, "created"),
    (APPSTREAM, "DisassociateFleet"): _Meaning(states.STACK_FLEET, "deleted"),
    (EC2, "CreateNetworkInterface"): _Meaning(
        states.NETWORK_INTERFACE, "created", "networkinterface"
    ),
    (EC2, "DeleteNetworkInterface"): _Meaning(states.NETWORK_INTERFACE, "deleted"),
    (EC2, "CreateVpcEndpoint"): _Meaning(states.VPC_ENDPOINT, "created", "vpcendpoint"),
    (EC2, "ModifyVpcEndpoint"): _Meaning(states.VPC_ENDPOINT, "updated"),
    (EC2, "DeleteVpcEndpoints"): _Meaning(states.VPC_ENDPOINT, "deleted"),
    (EC2, "CreateSubnet"): _Meaning(states.SUBNET, "created", "subnet"),
    (EC2, "DeleteSubnet"): _Meaning(states.SUBNET, "deleted"),
    (EC2, "CreateNatGateway"): _Meaning(states.NAT_GATEWAY, "created", "natgateway"),
    (EC2, "DeleteNatGateway"): _Meaning(states.NAT_GATEWAY, "deleted"),
    (EC2, "AllocateAddress"): _Meaning(states.ELASTIC_IP, "created"),
    (EC2, "ReleaseAddress"): _Meaning(states.ELASTIC_IP, "deleted"),
    (EC2, "AssociateAddress"): _Meaning(states.ELASTIC_IP_ASSOCIATION, "created"),
    (EC2, "DisassociateAddress"): _Meaning(states.ELASTIC_IP_ASSOCIATION, "deleted"),
    (IAM, "CreateRole"): _Meaning(states.ROLE, "created", "role"),
    (IAM, "UpdateAssumeRolePolicy"): _Meaning(states.ROLE, "updated"),
    (IAM, "DeleteRole"): _Meaning(states.ROLE, "deleted"),
}

# Attributes that UpdateFleet and UpdateAppBlockBuilder can delete, and what is left then.
EMPTIED_BY: Mapping[str, states.Columns] = {
    "IAM_ROLE_ARN": {"iam_role_arn": states.NO_ROLE},
    "VPC_CONFIGURATION": {"subnet_ids": [], "security_group_ids": []},
    "VPC_CONFIGURATION_SECURITY_GROUP_IDS": {"security_group_ids": []},
    "MAX_SESSIONS_PER_INSTANCE": {"max_sessions_per_instance": 1},
}
SOURCES = sorted({source for source, _ in MEANINGS})
NAMES = sorted({name for _, name in MEANINGS})
REPEATED_CALLS = ["NetworkActivity"]
COLUMNS = (
    "event_id",
    "event_time",
    "event_source",
    "event_name",
    "aws_region",
    "recipient_account_id",
    "issuing_role_arn",
    "request_parameters",
    "response_elements",
    "source_object_id",
)


def resource_history_of(events: pa.Table) -> list[Row]:
    """Return what these events say of resources: a row for each resource that a call changed.

    Only successful calls count; network-activity events, which repeat calls, do not. An event whose
    parameters don't name the resource yields no row.
    """
    calls = events.filter(_is_change(events)).select(COLUMNS).to_pylist()
    return [row for call in calls for row in _rows(call)]


def _is_change(events: pa.Table) -> pa.Array:
    is_known = pc.and_(
        pc.is_in(events.column("event_name"), value_set=pa.array(NAMES)),
        pc.is_in(events.column("event_source"), value_set=pa.array(SOURCES)),
    )
    is_repeated = pc.is_in(events.column("event_category"), value_set=pa.array(REPEATED_CALLS))
    is_success = pc.and_not(pc.is_null(events.column("error_code")), is_repeated)
    return pc.and_(is_known, is_success)


def _rows(call: Call) -> list[Row]:
    meaning = MEANINGS.get((call["event_source"], call["event_name"]))
    if meaning is None or call["event_time"] is None:
        return []
    request = _parameters(call, "request_parameters", "request")
    answer = _parameters(call, "response_elements", "response")
    return [
        {
            "resource_history_id": stable_id(
                call["recipient_account_id"],
                call["event_id"],
                meaning.resource_type,
                str(state["resource_id"]),
            ),
            "resource_type": meaning.resource_type,
            "account_id": call["recipient_account_id"],
            "region": call["aws_region"],
            "valid_from": call["event_time"],
            "change": meaning.change,
            "state": _said(meaning, request, call),
            "evidence_source": "cloudtrail",
            "event_id": call["event_id"],
            "source_object_id": call["source_object_id"],
            "observed_at": call["event_time"],
            **state,
        }
        for state in _states(meaning, request, answer)
    ]


def _parameters(call: Call, column: str, suffix: str) -> Fields:
    """Return the call's parameters or answer, out of the wrapper that some of EC2's calls have."""
    fields = fields_of(json_of(call[column]))
    wrapper = f"{call['event_name']}{suffix}".lower()
    return fields_of(fields[wrapper]) if wrapper in fields else fields


def _states(meaning: _Meaning, request: Fields, answer: Fields) -> list[states.Columns]:
    """Return the columns of each resource that the call changed; none if it names none."""
    resource_type = meaning.resource_type
    if (resource_type, meaning.change) == (states.VPC_ENDPOINT, "deleted"):
        return _deleted_endpoints(request, answer)
    described = answer if meaning.answer is None else fields_of(answer.get(meaning.answer))
    state = states.state_of(resource_type, request) | states.state_of(resource_type, described)
    if resource_type in states.CARRIES_ROLE:
        created = {"iam_role_arn": states.NO_ROLE} if meaning.change == "created" else {}
        state = created | state | _taken_away(request)
    return [state] if "resource_id" in state else []


def _deleted_endpoints(request: Fields, answer: Fields) -> list[states.Columns]:
    named = request.get("vpcendpointids", request.get("vpcendpointid"))
    kept = texts_of(answer.get("unsuccessful"), "resourceId") or []
    deleted = texts_of(named, "vpcEndpointId") or []
    return [{"resource_id": endpoint_id} for endpoint_id in deleted if endpoint_id not in kept]


def _taken_away(request: Fields) -> states.Columns:
    """Return the columns that an update empties."""
    attributes = set(texts_of(request.get("attributestodelete"), "attribute") or [])
    if flag_of(request.get("deletevpcconfig")):
        attributes.add("VPC_CONFIGURATION")
    emptied: states.Columns = {}
    for attribute in attributes & EMPTIED_BY.keys():
        emptied |= EMPTIED_BY[attribute]
    return emptied


def _said(meaning: _Meaning, request: Fields, call: Call) -> str:
    """Return what the call said, whole, as JSON; for a role, the trust policy that it set.

    The caller's role is part of it: which interfaces are AppStream's is told by who made them.
    """
    policy = request.get("assumerolepolicydocument", request.get("policydocument"))
    if meaning.resource_type == states.ROLE and policy is not None:
        is_json = isinstance(policy, str) and json_of(policy) is not None
        return policy if is_json else json_text(policy)
    role_arn = call["issuing_role_arn"]
    parts = {
        "issuing_role_arn": None if role_arn is None else json_text(role_arn),
        "requestParameters": call["request_parameters"],
        "responseElements": call["response_elements"],
    }
    texts = (f'"{name}":{text}' for name, text in parts.items() if json_of(text) is not None)
    return f"{{{','.join(texts)}}}"

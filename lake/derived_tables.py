"""The tables that attribution writes. All of them can be rebuilt from what ingest stored."""

from lake.columns import COUNT, FLAG, JSON, TEXT, TEXTS, TIME, Column, Table

ROLE_SESSIONS = Table(
    name="role_sessions",
    comment="One row per set of temporary credentials seen in use or issued.",
    day_partition="first_event_at",
    sort_by=("first_event_at",),
    columns=(
        Column("role_session_id", TEXT, "The access key id; a stable hash where there is none."),
        Column("access_key_id", TEXT, "Access key id, as the events carry it."),
        Column("issuing_role_arn", TEXT, "Role that issued the credentials."),
        Column("issuing_role_id", TEXT, "The role's unique id, AROA…."),
        Column("issuing_role_account_id", TEXT, "Account of the role."),
        Column("role_session_name", TEXT, "Name of the role session; not unique."),
        Column("credentials_created_at", TIME, "When the credentials were issued, UTC."),
        Column("first_event_at", TIME, "First use, UTC; the issue if never used."),
        Column("last_event_at", TIME, "Last use, UTC."),
        Column("workload_kind", TEXT, "Kind of workload that used them."),
        Column("workload_name", TEXT, "Its name: function, instance, fleet, person, …"),
        Column("workload_rule", TEXT, "Rule that decided the kind."),
        Column("fleet_name", TEXT, "Fleet, if it is known."),
        Column("fleet_confidence", TEXT, "certain, strong or weak."),
        Column("candidate_fleet_names", TEXTS, "Fleets that carry the role at that time."),
        Column("image_builder_name", TEXT, "Image builder, if it is one's."),
        Column("source_ip_addresses", TEXTS, "Addresses that the credentials were used from."),
        Column("vpc_endpoint_ids", TEXTS, "Endpoints that they were used through."),
        Column("vpc_id", TEXT, "VPC of the instance, if it is known."),
        Column("eni_private_ip_address", TEXT, "Private address of the instance, if known."),
        Column("issued_by_event_id", TEXT, "STS event that issued them."),
        Column("parent_role_session_id", TEXT, "Role session that assumed this role."),
        Column("origin_principal_arn", TEXT, "Person, service or key that the chain starts at."),
        Column("origin_role_session_id", TEXT, "First role session of the chain."),
        Column("source_identity", TEXT, "Source identity, if one was set."),
        Column("event_count", COUNT, "Calls made."),
        Column("denied_count", COUNT, "Calls denied."),
        Column("role_session_tags", JSON, "Tags passed when the credentials were issued."),
    ),
)

CREDENTIAL_LINEAGE = Table(
    name="credential_lineage",
    comment="One row per link from the credentials that called STS to the ones that it issued.",
    columns=(
        Column("parent_role_session_id", TEXT, "Role session that called; null for a first issue."),
        Column("parent_principal_arn", TEXT, "Principal that called STS."),
        Column("child_role_session_id", TEXT, "Role session that was issued."),
        Column("assume_event_id", TEXT, "The STS event."),
        Column("assume_event_name", TEXT, "AssumeRole, AssumeRoleWithSAML, …"),
        Column("assumed_at", TIME, "When, UTC."),
        Column("depth", COUNT, "Steps from the start of the chain, from 1."),
        Column("method", TEXT, "issued_key, or role_name_and_time where the key is blank."),
    ),
)

STREAMING_SESSIONS = Table(
    name="streaming_sessions",
    comment="One row per AppStream streaming session, merged from all that was seen of it.",
    day_partition="started_at",
    sort_by=("started_at",),
    columns=(
        Column("streaming_session_id", TEXT, "AppStream's id."),
        Column("user_id", TEXT, "The person."),
        Column("user_id_sha256", TEXT, "Hash of the person's id."),
        Column("authentication_type", TEXT, "CUSTOM, SAML, USERPOOL or AWS_AD."),
        Column("fleet_name", TEXT, "Fleet."),
        Column("stack_name", TEXT, "Stack."),
        Column("account_id", TEXT, "Account."),
        Column("region", TEXT, "Region."),
        Column("vpc_id", TEXT, "VPC of the instance's address, if it is known."),
        Column("eni_private_ip_address", TEXT, "Private address of the instance."),
        Column("instance_id", TEXT, "Streaming instance."),
        Column("started_at", TIME, "Start, UTC."),
        Column("ended_at", TIME, "End, UTC; null while it runs."),
        Column("is_multisession", FLAG, "Whether others may share the instance."),
        Column("issuing_role_arn", TEXT, "Role of the fleet when it started."),
        Column("evidence_sources", TEXTS, "What it is known from."),
        Column("api_count", COUNT, "Calls attributed to it, certain or strong."),
        Column("denied_count", COUNT, "Of these, denied."),
    ),
)

ATTRIBUTIONS = Table(
    name="attributions",
    comment=(
        "One row per claim: this role session belonged to this streaming session from one time "
        "to another. Claims of one role session and path don't overlap."
    ),
    day_partition="valid_from",
    sort_by=("valid_from",),
    columns=(
        Column("attribution_id", TEXT, "Stable id of the claim."),
        Column("role_session_id", TEXT, "Role session."),
        Column("streaming_session_id", TEXT, "Streaming session; null if only candidates."),
        Column("user_id", TEXT, "The person; null unless certain or strong."),
        Column("valid_from", TIME, "Start of the claim, UTC, inclusive."),
        Column("valid_to", TIME, "End of the claim, UTC, exclusive."),
        Column("source_ip_address", TEXT, "Only calls from this address; null for all others."),
        Column("event_id", TEXT, "Only this event; null for all."),
        Column("method", TEXT, "How the claim was reached."),
        Column("confidence", TEXT, "certain, strong or weak."),
        Column("candidate_user_ids", TEXTS, "Everybody it may have been."),
        Column("candidate_streaming_session_ids", TEXTS, "Their streaming sessions."),
        Column("fleet_name", TEXT, "Fleet."),
        Column("stack_name", TEXT, "Stack."),
        Column("vpc_id", TEXT, "VPC that the address belongs to."),
        Column("evidence", JSON, "What it rests on: event ids, evidence ids, history ids."),
        Column("user_agent_app_id", TEXT, "Only calls with this application id; null for all."),
    ),
)

SESSION_ACTIVITY = Table(
    name="session_activity",
    comment=(
        "Roll-up of management and data events: one row per hour, role session, streaming "
        "session, API, endpoint and result."
    ),
    day_partition="hour_at",
    sort_by=("hour_at",),
    columns=(
        Column("hour_at", TIME, "Start of the hour, UTC."),
        Column("recipient_account_id", TEXT, "Account."),
        Column("aws_region", TEXT, "Region called."),
        Column("role_session_id", TEXT, "Role session; null for calls without one."),
        Column("issuing_role_arn", TEXT, "Role."),
        Column("workload_kind", TEXT, "Kind of workload."),
        Column("workload_name", TEXT, "Workload."),
        Column("fleet_name", TEXT, "Fleet."),
        Column("stack_name", TEXT, "Stack."),
        Column("streaming_session_id", TEXT, "Streaming session."),
        Column("user_id", TEXT, "The person."),
        Column("session_confidence", TEXT, "certain, strong or weak; null if not attributable."),
        Column("attribution_method", TEXT, "How the claim was reached."),
        Column("origin_principal_arn", TEXT, "Where the credentials come from."),
        Column("event_source", TEXT, "Service."),
        Column("event_name", TEXT, "API."),
        Column("vpc_endpoint_id", TEXT, "Endpoint."),
        Column("vpc_endpoint_ownership", TEXT, "own, foreign or unknown."),
        Column("credential_use", TEXT, "inside, outside or unknown."),
        Column("source_ip_address", TEXT, "Caller's address."),
        Column("result", TEXT, "ok, denied or error."),
        Column("event_count", COUNT, "Calls."),
        Column("first_event_at", TIME, "First of them, UTC."),
        Column("last_event_at", TIME, "Last of them, UTC."),
    ),
)

ROLE_SESSION_SIGHTINGS = Table(
    name="role_session_sightings",
    comment="One row per UTC day and place that a role session was used from.",
    day_partition="day_at",
    sort_by=("day_at",),
    columns=(
        Column("day_at", TIME, "Start of the day, UTC."),
        Column("role_session_id", TEXT, "Role session."),
        Column("source_ip_address", TEXT, "Address, or the name of an AWS service."),
        Column("vpc_endpoint_id", TEXT, "Endpoint, if it came through one."),
        Column("vpc_endpoint_account_id", TEXT, "Account of that endpoint, as the event says."),
        Column("aws_region", TEXT, "Region called."),
        Column("invoked_by", TEXT, "Service that called on the credentials' behalf."),
        Column("user_agent_app_id", TEXT, "Application id in the user agent, if one is set."),
        Column("recipient_account_id", TEXT, "Account whose trail shows it."),
        Column("access_key_id", TEXT, "Access key id."),
        Column("user_identity_type", TEXT, "Kind of identity."),
        Column("user_identity_arn", TEXT, "ARN of the identity."),
        Column("user_identity_account_id", TEXT, "Account of the identity."),
        Column("principal_id", TEXT, "Unique id of the identity."),
        Column("issuing_role_arn", TEXT, "Role that issued the credentials."),
        Column("issuing_role_id", TEXT, "Its unique id."),
        Column("issuing_role_account_id", TEXT, "Its account."),
        Column("role_session_name", TEXT, "Name of the role session."),
        Column("credentials_created_at", TIME, "When the credentials were issued, UTC."),
        Column("source_identity", TEXT, "Source identity, if one was set."),
        Column("in_scope_of_issuer_type", TEXT, "Kind of resource they were issued to."),
        Column("in_scope_of_credentials_issued_to", TEXT, "That resource."),
        Column("user_agent", TEXT, "A user agent seen there."),
        Column("is_disputed", FLAG, "Whether one key names several roles there."),
        Column("sighting_event_id", TEXT, "An event that shows it."),
        Column("first_event_at", TIME, "First call of the day there, UTC."),
        Column("last_event_at", TIME, "Last one, UTC."),
        Column("event_count", COUNT, "Calls."),
        Column("denied_count", COUNT, "Of these, denied."),
    ),
)

CREDENTIAL_ISSUES = Table(
    name="credential_issues",
    comment="One row per STS call that issued credentials; both copies of one across accounts.",
    day_partition="day_at",
    sort_by=("day_at",),
    columns=(
        Column("day_at", TIME, "Start of the day, UTC."),
        Column("assume_event_id", TEXT, "The STS event."),
        Column("assume_event_name", TEXT, "AssumeRole, AssumeRoleWithSAML, …"),
        Column("assumed_at", TIME, "When, UTC."),
        Column("recipient_account_id", TEXT, "Account whose trail shows it."),
        Column("shared_event_id", TEXT, "Common id of the copies in several accounts."),
        Column("parent_role_session_id", TEXT, "Role session that called."),
        Column("parent_type", TEXT, "Kind of identity that called."),
        Column("parent_account_id", TEXT, "Account of that identity."),
        Column("parent_principal_arn", TEXT, "Principal that called."),
        Column("invoked_by", TEXT, "Service that called."),
        Column("source_ip_address", TEXT, "Address that it called from."),
        Column("vpc_endpoint_id", TEXT, "Endpoint that it called through."),
        Column("issued_access_key_id", TEXT, "Key that was issued; null where it isn't shown."),
        Column("role_arn", TEXT, "Role that was assumed."),
        Column("role_session_name", TEXT, "Name given to the role session."),
        Column("assumed_role_id", TEXT, "Unique id of the role and the name."),
        Column("source_identity", TEXT, "Source identity, if one was set."),
        Column("role_session_tags", JSON, "Tags passed along."),
    ),
)

SHARED_CALLS = Table(
    name="shared_calls",
    comment="One row per call that several accounts logged, with the role session that made it.",
    day_partition="day_at",
    sort_by=("day_at",),
    columns=(
        Column("day_at", TIME, "Start of the day, UTC."),
        Column("shared_event_id", TEXT, "Common id of the copies."),
        Column("role_session_id", TEXT, "Role session that made the call."),
    ),
)

ROLE_SESSION_NETWORKS = Table(
    name="role_session_networks",
    comment="One row per role session and place, and whether that is its workload's own network.",
    columns=(
        Column("role_session_id", TEXT, "Role session."),
        Column("source_ip_address", TEXT, "Address, or the name of an AWS service."),
        Column("vpc_endpoint_id", TEXT, "Endpoint, if it came through one."),
        Column("credential_use", TEXT, "inside, outside or unknown."),
        Column("first_event_at", TIME, "First call there, UTC."),
        Column("last_event_at", TIME, "Last one, UTC."),
    ),
)

ENDPOINT_OWNERSHIP = Table(
    name="endpoint_ownership",
    comment="One row per VPC endpoint that calls came through, and whose it is.",
    columns=(
        Column("vpc_endpoint_id", TEXT, "Endpoint."),
        Column("vpc_id", TEXT, "Its VPC, if it is ours."),
        Column("service_name", TEXT, "Its service, if it is ours."),
        Column("resource_history_id", TEXT, "Row that shows it to be ours."),
        Column("ownership", TEXT, "own, foreign or unknown."),
    ),
)

FINDINGS = Table(
    name="findings",
    comment=(
        "One row per finding: something in the lake that a rule looks for. Written by "
        "`roletrail findings` after attribution; not one of the tables that attribution publishes."
    ),
    columns=(
        Column("finding_id", TEXT, "Stable id of (rule, account, subject)."),
        Column("rule", TEXT, "Rule that found it; a Sigma rule's id begins with sigma:."),
        Column("title", TEXT, "What the rule looks for."),
        Column("severity", TEXT, "info, low, medium, high or critical."),
        Column("subject", TEXT, "What it is about: credentials, a role, a person and day, …"),
        Column("account_id", TEXT, "Account whose logs show it."),
        Column("region", TEXT, "Region called, if only one was."),
        Column("user_ids", TEXTS, "People whom the evidence is attributed to, certain or strong."),
        Column("candidate_user_ids", TEXTS, "Everybody it may have been where nobody is named."),
        Column("callers", TEXTS, "Who called, where no streaming session did: workloads, people."),
        Column("streaming_session_ids", TEXTS, "Their streaming sessions."),
        Column("fleet_names", TEXTS, "Fleets."),
        Column("first_seen_at", TIME, "First event or observation, UTC; kept from run to run."),
        Column("last_seen_at", TIME, "Last event or observation, UTC."),
        Column("event_count", COUNT, "Events that make it up; null where none do."),
        Column("evidence_event_ids", TEXTS, "The first and last of these events, at most 20."),
        Column("explanation", TEXT, "What was seen, who it was, and what is not proven."),
        Column("remedy", TEXT, "What to do about it."),
        Column("attack_tags", TEXTS, "ATT&CK techniques, as T1078.004."),
        Column("reference_uris", TEXTS, "Where to read on."),
        Column("detail", JSON, "Values that the rule shows, each a list of at most 5."),
        Column("found_at", TIME, "When a run first found it, UTC."),
    ),
)

DERIVED_TABLES = (
    ROLE_SESSION_SIGHTINGS,
    CREDENTIAL_ISSUES,
    SHARED_CALLS,
    ENDPOINT_OWNERSHIP,
    ROLE_SESSION_NETWORKS,
    ROLE_SESSIONS,
    CREDENTIAL_LINEAGE,
    STREAMING_SESSIONS,
    ATTRIBUTIONS,
    SESSION_ACTIVITY,
)

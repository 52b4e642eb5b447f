"""The tables that ingest fills, besides `events`: ledger, rejects and evidence as observed."""

from lake.columns import COUNT, FLAG, JSON, TEXT, TEXTS, TIME, Column, Table
from lake.derived_tables import DERIVED_TABLES, FINDINGS
from lake.events_table import EVENTS
from lake.notices_table import NOTICES

SOURCE_OBJECTS = Table(
    name="source_objects",
    comment="One row per object seen in a source: the ledger of what was read.",
    sort_by=("ingested_at",),
    columns=(
        Column("source_object_id", TEXT, "Stable id of (uri, version)."),
        Column("uri", TEXT, "Where the object is: s3://… or file://…."),
        Column("version", TEXT, "ETag, or size and modification time of a file."),
        Column("kind", TEXT, "What the object was recognised as."),
        Column("account_id", TEXT, "Account in the key; the record's own wins for events."),
        Column("region", TEXT, "Region in the key."),
        Column("delivered_at", TIME, "Delivery time in the file name, UTC."),
        Column("bytes", COUNT, "Size as stored, bytes."),
        Column("records_read", COUNT, "Records found: written + duplicates + rejected."),
        Column("events_written", COUNT, "Records that became rows."),
        Column("duplicates", COUNT, "Records already in the lake."),
        Column("conflicts", COUNT, "Duplicates whose content differs; the first one was kept."),
        Column("rejected", COUNT, "Records that couldn't be taken: `rejected_records`."),
        Column("status", TEXT, "ingested, rejected (nothing could be read) or skipped."),
        Column("status_reason", TEXT, "Why it was rejected or skipped, in words."),
        Column("digest_status", TEXT, "Result of digest verification; null if not verified."),
        Column("batch_id", TEXT, "Batch that committed it."),
        Column("ingested_at", TIME, "When it was read, UTC."),
        Column("oldest_event_at", TIME, "Oldest event in it, duplicates included, UTC."),
        Column("newest_event_at", TIME, "Newest event in it, duplicates included, UTC."),
    ),
)

REJECTED_RECORDS = Table(
    name="rejected_records",
    comment="One row per record, or whole object, that couldn't be taken.",
    columns=(
        Column("source_object_id", TEXT, "Object it was found in."),
        Column("uri", TEXT, "Where that object is."),
        Column("record_index", COUNT, "Position in the object, from 0; null for the whole object."),
        Column("field", TEXT, "Field at fault, if one is."),
        Column("reason", TEXT, "What is wrong with it, in words."),
        Column("raw", TEXT, "Its text, at most 64 KiB, session tokens redacted."),
        Column("batch_id", TEXT, "Batch that rejected it."),
        Column("rejected_at", TIME, "When, UTC."),
    ),
)

STREAMING_SESSION_EVIDENCE = Table(
    name="streaming_session_evidence",
    comment=(
        "One row per sighting of a streaming session: a session report row, a DescribeSessions "
        "snapshot, or an S3 key that names it or its user. As observed; nothing is merged."
    ),
    columns=(
        Column("evidence_id", TEXT, "Stable id of the row."),
        Column("evidence_source", TEXT, "session_report, describe_sessions, home_folder_key, …"),
        Column("observed_at", TIME, "When the sighting was made or the report written, UTC."),
        Column("streaming_session_id", TEXT, "AppStream's id of the streaming session."),
        Column("account_id", TEXT, "Account of the stack and fleet."),
        Column("region", TEXT, "Region of the stack and fleet."),
        Column("user_id", TEXT, "The user, as the report or API names them."),
        Column("user_id_sha256", TEXT, "Hash of the user id, lower-case hex, as S3 keys carry it."),
        Column("authentication_type", TEXT, "CUSTOM, SAML, USERPOOL or AWS_AD."),
        Column("fleet_name", TEXT, "Fleet."),
        Column("stack_name", TEXT, "Stack."),
        Column("started_at", TIME, "Start of the streaming session, UTC."),
        Column("ended_at", TIME, "End, UTC; null while it runs or where it isn't known."),
        Column("eni_private_ip_address", TEXT, "Private address of the instance in the VPC."),
        Column("instance_id", TEXT, "Streaming instance."),
        Column("is_multisession", FLAG, "Whether the fleet shares instances among users."),
        Column("client_ip_addresses", TEXTS, "Addresses that the user streamed from."),
        Column("vpc_endpoint_id", TEXT, "Endpoint that an S3 sighting came through."),
        Column("event_id", TEXT, "CloudTrail event of an S3 sighting."),
        Column("access_key_id", TEXT, "Key that made the S3 call."),
        Column("detail", JSON, "The row or API answer whole."),
        Column("source_object_id", TEXT, "Object it was read from."),
    ),
)

RESOURCE_HISTORY = Table(
    name="resource_history",
    comment=(
        "One row per observed state of a fleet, image builder, app-block builder, stack "
        "association, role, VPC endpoint, subnet, network interface, NAT gateway or Elastic IP."
    ),
    columns=(
        Column("resource_history_id", TEXT, "Stable id of the row."),
        Column("resource_type", TEXT, "fleet, image_builder, app_block_builder, stack_fleet, …"),
        Column("resource_id", TEXT, "Name or id within account and region."),
        Column("account_id", TEXT, "Account that owns it."),
        Column("region", TEXT, "Region it is in."),
        Column("valid_from", TIME, "When it was seen to be so (or created), UTC."),
        Column("valid_to", TIME, "When this state ended, UTC, if the observation says so."),
        Column("change", TEXT, "observed, created, updated, deleted, started, stopped."),
        Column("iam_role_arn", TEXT, "Role that its instances carry."),
        Column("vpc_id", TEXT, "VPC."),
        Column("subnet_ids", TEXTS, "Subnets."),
        Column("security_group_ids", TEXTS, "Security groups."),
        Column("cidr_block", TEXT, "Address range of a subnet."),
        Column("private_ip_address", TEXT, "Private address of an interface or gateway."),
        Column("public_ip_address", TEXT, "Public address of a gateway or Elastic IP."),
        Column("network_interface_id", TEXT, "Network interface."),
        Column("service_name", TEXT, "Service of a VPC endpoint."),
        Column("stack_name", TEXT, "Stack of an association."),
        Column("max_sessions_per_instance", COUNT, "More than 1 for a multi-session fleet."),
        Column("state", JSON, "What the event or API said, whole."),
        Column("evidence_source", TEXT, "cloudtrail, api or aws_cli."),
        Column("event_id", TEXT, "CloudTrail event that says so."),
        Column("source_object_id", TEXT, "Object it was read from."),
        Column("observed_at", TIME, "When roletrail learnt it, UTC; breaks ties."),
        Column("has_default_internet_access", FLAG, "Whether instances have public addresses."),
    ),
)

INGESTED_TABLES = (
    EVENTS,
    REJECTED_RECORDS,
    STREAMING_SESSION_EVIDENCE,
    RESOURCE_HISTORY,
    SOURCE_OBJECTS,
)
TABLES = {table.name: table for table in (*INGESTED_TABLES, *DERIVED_TABLES, FINDINGS, NOTICES)}

-- One row per streaming session, merged from all that was seen of it: the session report first, then
-- DescribeSessions, then session-script log keys. A session that was never reported has no end.
with named as (
    select
        *,
        case evidence_source
            when 'session_report' then 1
            when 'describe_sessions' then 2
            else 3
        end as rank
    from streaming_session_evidence
    where streaming_session_id is not null
        and (
            evidence_source in ('session_report', 'describe_sessions')
            -- Anybody can write a key of that form; only AppStream's own writing counts.
            or (detail ->> '$.is_service_role') = 'true'
        )
),

ordered as (
    select
        *,
        row_number() over (
            partition by streaming_session_id
            order by rank, observed_at desc, evidence_id
        ) as position
    from named
),

merged as (
    select
        streaming_session_id,
        max(user_id) filter (where rank = 1) as reported_user_id,
        max(user_id) as any_user_id,
        max(user_id_sha256) as user_id_sha256,
        max(case when position = 1 then authentication_type end) as authentication_type,
        coalesce(max(case when position = 1 then fleet_name end), max(fleet_name)) as fleet_name,
        coalesce(max(case when position = 1 then stack_name end), max(stack_name)) as stack_name,
        max(case when position = 1 then account_id end) as account_id,
        max(case when position = 1 then region end) as region,
        coalesce(
            max(eni_private_ip_address) filter (where rank = 1),
            max(eni_private_ip_address)
        ) as eni_private_ip_address,
        max(instance_id) as instance_id,
        coalesce(min(started_at) filter (where rank = 1), min(started_at), min(observed_at))
            as started_at,
        max(ended_at) as ended_at,
        max(observed_at) as last_observed_at,
        -- A session script writes its log within the grace around the streaming session, no nearer.
        bool_or(rank < 3 and started_at is not null) as is_start_known,
        max(observed_at) filter (where rank < 3) as last_snapshot_at,
        max(observed_at) filter (where rank = 3) as last_script_log_at,
        bool_or(rank = 1) as is_reported,
        bool_or(is_multisession) as is_multisession,
        list_sort(array_agg(distinct evidence_source)) as evidence_sources,
        list_sort(array_agg(distinct evidence_id) filter (where position <= 3)) as evidence_ids
    from ordered
    group by streaming_session_id
)

select
    merged.*,
    coalesce(merged.reported_user_id, merged.any_user_id, users.user_id) as user_id,
    fleet.iam_role_arn as issuing_role_arn,
    fleet.resource_history_id as role_history_id,
    fleet.subnet_ids,
    fleet.vpc_id,
    coalesce(merged.is_multisession, fleet.is_multisession, false) as shares_instance
from merged
left join known_users as users
    on users.user_id_sha256 = merged.user_id_sha256
    and users.account_id = merged.account_id
left join appstream_resources as fleet
    on fleet.resource_type = 'fleet'
    and fleet.resource_name = merged.fleet_name
    and fleet.account_id = merged.account_id
    and fleet.region = merged.region
    and merged.started_at >= fleet.valid_from
    and merged.started_at < fleet.valid_to

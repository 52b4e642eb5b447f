-- One row per set of credentials (or long-lived key, where it is null) that a person called with in the
-- range, newest first, at most $limit rows.
with used as (
    select
        role_session_id,
        way,
        workload_kind,
        workload_name,
        issuing_role_arn,
        session_confidence,
        array_agg(distinct source_ip_address) as source_ip_addresses,
        array_agg(distinct credential_use) as credential_uses,
        sum(event_count) as event_count,
        coalesce(sum(event_count) filter (where result = 'denied'), 0) as denied_count,
        min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at
    from person_activity
    where person = $person
        and hour_at >= date_trunc('hour', cast($since as timestamptz))
        and hour_at < $until
        and ($account_id is null or recipient_account_id = $account_id)
        and ($region is null or aws_region = $region)
        and ($fleet_name is null or fleet_name = $fleet_name)
    group by
        role_session_id, way, workload_kind, workload_name, issuing_role_arn, session_confidence
)

select
    used.*,
    role_sessions.role_session_name,
    role_sessions.parent_role_session_id
from used
left join role_sessions
    on role_sessions.role_session_id = used.role_session_id
order by used.last_event_at desc, used.role_session_id
limit $limit

-- One row per set of credentials, method and confidence that calls of a streaming session were made
-- with: how many, from when to when, and what is known of the credentials themselves.
with used as (
    select
        role_session_id,
        issuing_role_arn,
        attribution_method,
        session_confidence,
        sum(event_count) as event_count,
        coalesce(sum(event_count) filter (where result = 'denied'), 0) as denied_count,
        array_agg(distinct source_ip_address) as source_ip_addresses,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at
    from session_activity
    where streaming_session_id = $streaming_session_id
        and hour_at >= date_trunc('hour', cast($since as timestamptz))
        and hour_at < $until
    group by role_session_id, issuing_role_arn, attribution_method, session_confidence
)

select
    used.*,
    role_sessions.role_session_name,
    role_sessions.credentials_created_at,
    role_sessions.parent_role_session_id
from used
left join role_sessions
    on role_sessions.role_session_id = used.role_session_id
order by used.first_event_at, used.role_session_id

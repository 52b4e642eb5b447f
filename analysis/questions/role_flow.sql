-- One row per role, fleet, streaming session and service with calls of AppStream instances in the range:
-- how many, and how many denied. Streaming session and person are null where nobody is named. Only calls
-- through the fleets' own roles are in it, most calls first, at most $limit rows.
with calls as (
    select
        issuing_role_arn,
        coalesce(fleet_name, workload_name) as fleet_name,
        case when session_confidence in ('certain', 'strong') then streaming_session_id end
            as streaming_session_id,
        case when session_confidence in ('certain', 'strong') then user_id end as user_id,
        event_source,
        sum(event_count) as event_count,
        coalesce(sum(event_count) filter (where result = 'denied'), 0) as denied_count
    from session_activity
    where workload_kind in (
            'appstream_fleet', 'appstream_image_builder', 'appstream_app_block_builder'
        )
        and issuing_role_arn is not null
        and ($role_arn is null or issuing_role_arn = $role_arn)
        and hour_at >= date_trunc('hour', cast($since as timestamptz))
        and hour_at < $until
        and ($account_id is null or recipient_account_id = $account_id)
        and ($region is null or aws_region = $region)
        and ($fleet_name is null or coalesce(fleet_name, workload_name) = $fleet_name)
        and ($user_id is null or user_id = $user_id)
    group by 1, 2, 3, 4, 5
)

select
    calls.*,
    streaming_sessions.started_at
from calls
left join streaming_sessions
    on streaming_sessions.streaming_session_id = calls.streaming_session_id
order by
    calls.event_count desc, calls.issuing_role_arn, calls.fleet_name, calls.streaming_session_id,
    calls.event_source
limit $limit

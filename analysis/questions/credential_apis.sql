-- One row per API called with a set of credentials: calls by result, and the confidences that they are
-- attributed with ("not attributable" where a claim could be, but none covers them), denied ones first.
-- The bounds are those of the credentials' life. A call that two accounts logged counts once.
with credentials as (
    select
        issuing_role_arn as role_arn,
        workload_kind = 'appstream_fleet'
            or exists (select 1 from attributions where role_session_id = $role_session_id)
            as is_claimable
    from role_sessions
    where role_session_id = $role_session_id
)

select
    event_source,
    event_name,
    array_agg(distinct coalesce(session_confidence, 'not attributable')) filter (
        where session_confidence is not null or (select is_claimable from credentials)
    ) as confidences,
    sum(event_count) as event_count,
    coalesce(sum(event_count) filter (where result = 'ok'), 0) as ok_count,
    coalesce(sum(event_count) filter (where result = 'denied'), 0) as denied_count,
    coalesce(sum(event_count) filter (where result = 'error'), 0) as error_count,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at
from session_activity
where role_session_id = $role_session_id
    and hour_at >= date_trunc('hour', cast($since as timestamptz))
    and hour_at <= $until
    -- The copy that the account of the resource logs names no role.
    and (issuing_role_arn is not null or (select role_arn from credentials) is null)
group by event_source, event_name
order by denied_count desc, event_count desc, event_source, event_name
limit $limit

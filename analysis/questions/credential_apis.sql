-- One row per API called with a set of credentials: calls by result, and the confidences that they are
-- attributed with, denied ones first. The bounds are those of the credentials' life.
select
    event_source,
    event_name,
    array_agg(distinct session_confidence) filter (where session_confidence is not null)
        as confidences,
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
group by event_source, event_name
order by denied_count desc, event_count desc, event_source, event_name
limit $limit

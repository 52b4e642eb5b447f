-- One row per minute, API, result and confidence with a call in a streaming session, newest first, at
-- most $limit rows, with the first of the calls.
select
    date_trunc('minute', event_time) as minute_at,
    event_source,
    event_name,
    result,
    session_confidence,
    count(*) as event_count,
    min(event_time) as first_event_at
from attributed_events
where event_time >= $since
    and event_time < $until
    -- Of temporary keys only these can have made the calls; whatever else was signed with is looked at.
    and ($role_session_ids is null
        or list_contains(cast($role_session_ids as varchar[]), access_key_id)
        or access_key_id is null
        or access_key_id not like 'ASIA%'
        or access_key_id like '%EXAMPLE%'
        or length(access_key_id) < 16)
    and streaming_session_id = $streaming_session_id
    and event_category is distinct from 'NetworkActivity'
    and event_category is distinct from 'Insight'
group by 1, 2, 3, 4, 5
order by minute_at desc, event_name
limit $limit

-- One row per hour with events of a streaming session, newest first: how many, the first and the last of
-- them, and the credentials that they were made with. It says where streaming_session_events and
-- streaming_session_timeline have to look.
select
    hour_at,
    cast(sum(event_count) as bigint) as event_count,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at,
    array_agg(distinct role_session_id) filter (where role_session_id is not null)
        as role_session_ids
from session_activity
where streaming_session_id = $streaming_session_id
    and hour_at >= date_trunc('hour', cast($since as timestamptz))
    and hour_at < $until
    and ($result is null or result = $result)
    and ($event_name is null or event_name = $event_name)
group by hour_at
order by hour_at desc

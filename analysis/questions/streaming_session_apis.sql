-- One row per API called in a streaming session: calls by result and confidence, first and last.
select
    event_source,
    event_name,
    sum(event_count) as event_count,
    coalesce(sum(event_count) filter (where result = 'ok'), 0) as ok_count,
    coalesce(sum(event_count) filter (where result = 'denied'), 0) as denied_count,
    coalesce(sum(event_count) filter (where result = 'error'), 0) as error_count,
    coalesce(sum(event_count) filter (where session_confidence = 'certain'), 0) as certain_count,
    coalesce(sum(event_count) filter (where session_confidence = 'strong'), 0) as strong_count,
    coalesce(sum(event_count) filter (where session_confidence = 'weak'), 0) as weak_count,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at
from session_activity
where streaming_session_id = $streaming_session_id
    and hour_at >= date_trunc('hour', cast($since as timestamptz))
    and hour_at < $until
group by event_source, event_name
order by denied_count desc, event_count desc, event_source, event_name

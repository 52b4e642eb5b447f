-- The one row of a streaming session, with the calls attributed to it by confidence and result, and
-- the first and last of them.
select
    streaming_sessions.*,
    calls.* exclude (streaming_session_id)
from streaming_sessions
left join (
    select
        streaming_session_id,
        sum(event_count) filter (where session_confidence = 'certain') as certain_count,
        sum(event_count) filter (where session_confidence = 'strong') as strong_count,
        sum(event_count) filter (where session_confidence = 'weak') as weak_count,
        sum(event_count) filter (where result = 'error') as error_count,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at
    from session_activity
    where streaming_session_id = $streaming_session_id
    group by streaming_session_id
) as calls
    on calls.streaming_session_id = streaming_sessions.streaming_session_id
where streaming_sessions.streaming_session_id = $streaming_session_id

-- The streaming session of this id: who was on which fleet and instance, from when to when.
select *
from streaming_sessions
where streaming_session_id = $streaming_session_id

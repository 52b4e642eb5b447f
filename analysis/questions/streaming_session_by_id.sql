-- One streaming session.
select *
from streaming_sessions
where streaming_session_id = $streaming_session_id

-- One row per role session and method that is claimed, certain or strong, for a streaming session.
select
    role_session_id,
    method,
    confidence,
    min(valid_from) as valid_from,
    max(valid_to) as valid_to
from attributions
where streaming_session_id = $streaming_session_id
group by role_session_id, method, confidence
order by valid_from, role_session_id, method

-- One row per call by the default identity of a streaming instance, in an account of AWS's own.
select
    'PhotonInstance/' || calls.role_session_name as subject,
    calls.recipient_account_id as account_id,
    calls.aws_region as region,
    calls.event_id,
    calls.event_time,
    calls.role_session_id,
    streaming.user_id as candidate_user_id,
    streaming.streaming_session_id,
    calls.role_session_name as instance_id,
    calls.event_name,
    calls.result,
    calls.source_ip_address
from calls
left join streaming_sessions as streaming
    on streaming.instance_id = calls.role_session_name
    and streaming.started_at <= calls.event_time
    and coalesce(streaming.ended_at, calls.event_time) >= calls.event_time
where regexp_matches(calls.user_identity_arn, ':assumed-role/PhotonInstance/i-')

-- One row per call with temporary credentials later than such credentials live: those of AppStream
-- instances and those of others. Calls without a key of their own are not in it.
select
    calls.role_session_id as subject,
    calls.recipient_account_id as account_id,
    calls.aws_region as region,
    calls.event_id,
    calls.event_time,
    calls.role_session_id,
    holders.user_id as candidate_user_id,
    calls.credentials_created_at,
    calls.source_ip_address,
    calls.event_name,
    calls.error_code,
    role_sessions.workload_name
from calls
inner join role_sessions
    on role_sessions.role_session_id = calls.role_session_id
left join holders
    on holders.role_session_id = calls.role_session_id
where calls.role_session_id like 'ASIA%'
    and calls.invoked_by is null
    and calls.event_time > calls.credentials_created_at + case
        when role_sessions.workload_kind in (
            'appstream_fleet', 'appstream_image_builder', 'appstream_app_block_builder'
        ) then $machine_key_hours
        else $longest_key_hours
    end * interval '1 hour'

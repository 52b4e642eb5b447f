-- One row per call under a role that an AppStream resource carries, by a workload that is no AppStream
-- instance. Calls of workloads that can't be told are not in it.
select
    calls.issuing_role_arn || ' by ' || role_sessions.workload_kind
        || coalesce(' ' || role_sessions.workload_name, '') as subject,
    calls.recipient_account_id as account_id,
    calls.aws_region as region,
    calls.event_id,
    calls.event_time,
    calls.role_session_id,
    calls.issuing_role_arn,
    role_sessions.workload_kind,
    role_sessions.workload_name,
    calls.source_ip_address,
    calls.event_name
from calls
inner join role_sessions
    on role_sessions.role_session_id = calls.role_session_id
where calls.issuing_role_arn in (select issuing_role_arn from machine_roles)
    and role_sessions.workload_kind not like 'appstream_%'
    and role_sessions.workload_kind not in ('unknown', 'aws_service')

-- One row per call made with a workload's credentials from a place outside its network. Places of which
-- that can't be told are not in it.
with outside as (
    select
        networks.role_session_id,
        networks.source_ip_address,
        networks.vpc_endpoint_id,
        role_sessions.workload_kind,
        role_sessions.workload_name
    from role_session_networks as networks
    inner join role_sessions
        on role_sessions.role_session_id = networks.role_session_id
    where networks.credential_use = 'outside'
)

select
    calls.role_session_id || ' at ' || calls.source_ip_address as subject,
    calls.recipient_account_id as account_id,
    calls.aws_region as region,
    calls.event_id,
    calls.event_time,
    calls.role_session_id,
    holders.user_id as candidate_user_id,
    calls.source_ip_address,
    calls.vpc_endpoint_id,
    calls.event_name,
    calls.user_agent,
    outside.workload_kind,
    outside.workload_name
from calls
inner join outside
    on outside.role_session_id = calls.role_session_id
    and outside.source_ip_address = calls.source_ip_address
    and outside.vpc_endpoint_id is not distinct from calls.vpc_endpoint_id
left join holders
    on holders.role_session_id = calls.role_session_id

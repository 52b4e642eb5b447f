-- Who used these credentials, in order of time; one row per claim, one without a person if there is none.
select
    coalesce(claims.valid_from, role_sessions.first_event_at) as valid_from,
    coalesce(claims.valid_to, role_sessions.last_event_at) as valid_to,
    claims.user_id,
    coalesce(claims.candidate_user_ids, []) as candidate_user_ids,
    claims.confidence,
    claims.method,
    claims.streaming_session_id,
    coalesce(claims.fleet_name, role_sessions.fleet_name) as fleet_name,
    claims.stack_name,
    role_sessions.workload_kind,
    role_sessions.workload_name,
    role_sessions.role_session_id,
    role_sessions.origin_principal_arn
from role_sessions
left join attributions as claims
    on claims.role_session_id = role_sessions.role_session_id
    and claims.valid_to > role_sessions.first_event_at
    and claims.valid_from <= role_sessions.last_event_at
where role_sessions.role_session_id = $role_session_id
order by valid_from, claims.source_ip_address nulls last, method

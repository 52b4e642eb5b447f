-- Who was in this streaming session; one row.
select
    started_at as valid_from,
    ended_at as valid_to,
    user_id,
    case when user_id is null then [] else [user_id] end as candidate_user_ids,
    'certain' as confidence,
    array_to_string(evidence_sources, '+') as method,
    streaming_session_id,
    fleet_name,
    stack_name,
    'appstream_fleet' as workload_kind,
    fleet_name as workload_name,
    cast(null as varchar) as role_session_id,
    cast(null as varchar) as origin_principal_arn
from streaming_sessions
where streaming_session_id = $streaming_session_id

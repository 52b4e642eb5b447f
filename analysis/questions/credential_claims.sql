-- One row per claim on a set of credentials, in order of time: whose they were, from when to when, how
-- sure that is and by which method.
select
    valid_from,
    valid_to,
    user_id,
    candidate_user_ids,
    confidence,
    method,
    streaming_session_id,
    fleet_name,
    source_ip_address,
    vpc_id
from attributions
where role_session_id = $role_session_id
order by valid_from, source_ip_address nulls last, method
limit $limit

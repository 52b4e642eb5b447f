-- One row per event of a streaming session, newest first, $limit rows from $offset on. $result and
-- $event_name narrow it down. The record itself is not in it: see event_record.
select
    event_id,
    recipient_account_id,
    event_time,
    event_source,
    event_name,
    result,
    error_code,
    aws_region,
    source_ip_address,
    vpc_endpoint_id,
    vpc_endpoint_ownership,
    access_key_id,
    session_confidence,
    attribution_method,
    user_agent
from attributed_events
where event_time >= $since
    and event_time < $until
    -- Of temporary keys only these can have made the calls; whatever else was signed with is looked at.
    and ($role_session_ids is null
        or list_contains(cast($role_session_ids as varchar[]), access_key_id)
        or access_key_id is null
        or access_key_id not like 'ASIA%'
        or access_key_id like '%EXAMPLE%'
        or length(access_key_id) < 16)
    and streaming_session_id = $streaming_session_id
    and event_category is distinct from 'NetworkActivity'
    and event_category is distinct from 'Insight'
    and ($result is null or result = $result)
    and ($event_name is null or event_name = $event_name)
order by event_time desc, event_id
limit $limit
offset $offset

-- One row per event of an API in the range, newest first, $limit rows from $offset on; $result narrows it
-- down. The caller is the person, or else the workload. The record itself is not in it: see event_record.
select
    event_id,
    recipient_account_id,
    event_time,
    event_source,
    event_name,
    result,
    error_code,
    coalesce(user_id, workload_name) as caller,
    session_confidence,
    attribution_method,
    aws_region,
    source_ip_address,
    vpc_endpoint_id,
    access_key_id,
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
    and event_source = $event_source
    and event_name = $event_name
    and event_category is distinct from 'NetworkActivity'
    and event_category is distinct from 'Insight'
    and ($account_id is null or recipient_account_id = $account_id)
    and ($region is null or aws_region = $region)
    and ($fleet_name is null or fleet_name = $fleet_name)
    and ($user_id is null or user_id = $user_id)
    and ($result is null or result = $result)
order by event_time desc, event_id
limit $limit
offset $offset

-- One row per caller of an API in the range: a person in a streaming session, or else a workload, with
-- calls by result and confidence, most calls first, at most $limit rows.
select
    user_id,
    streaming_session_id,
    session_confidence,
    workload_kind,
    workload_name,
    fleet_name,
    count(distinct role_session_id) as role_session_count,
    array_agg(distinct source_ip_address) as source_ip_addresses,
    array_agg(distinct vpc_endpoint_id) filter (where vpc_endpoint_id is not null)
        as vpc_endpoint_ids,
    sum(event_count) as event_count,
    coalesce(sum(event_count) filter (where result = 'ok'), 0) as ok_count,
    coalesce(sum(event_count) filter (where result = 'denied'), 0) as denied_count,
    coalesce(sum(event_count) filter (where result = 'error'), 0) as error_count,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at
from session_activity
where event_source = $event_source
    and event_name = $event_name
    and hour_at >= date_trunc('hour', cast($since as timestamptz))
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($region is null or aws_region = $region)
    and ($fleet_name is null or fleet_name = $fleet_name)
    and ($user_id is null or user_id = $user_id)
group by 1, 2, 3, 4, 5, 6
order by event_count desc, last_event_at desc, user_id, workload_name
limit $limit

-- One row per VPC endpoint, API and error of the network activity events in the range: calls that an
-- endpoint's policy refused, most first, at most $limit rows. Only trails that log network activity
-- have any.
select
    vpc_endpoint_id,
    vpc_endpoint_account_id,
    event_source,
    event_name,
    error_code,
    array_agg(distinct source_ip_address) as source_ip_addresses,
    array_agg(distinct role_session_id) filter (where role_session_id is not null)
        as role_session_ids,
    array_agg(distinct user_id) filter (where user_id is not null) as user_ids,
    count(*) as event_count,
    min(event_time) as first_event_at,
    max(event_time) as last_event_at
from attributed_events
where event_category = 'NetworkActivity'
    and error_code is not null
    and event_time >= $since
    and event_time < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($region is null or aws_region = $region)
    and ($fleet_name is null or coalesce(fleet_name, workload_name) = $fleet_name)
    and ($user_id is null or user_id = $user_id)
group by vpc_endpoint_id, vpc_endpoint_account_id, event_source, event_name, error_code
order by event_count desc, vpc_endpoint_id, event_source, event_name
limit $limit

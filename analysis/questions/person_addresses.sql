-- One row per address, VPC endpoint and way that a person's calls came from in the range, most calls
-- first, at most $limit rows.
select
    source_ip_address,
    vpc_endpoint_id,
    vpc_endpoint_ownership,
    credential_use,
    way,
    array_agg(distinct event_source) as event_sources,
    sum(event_count) as event_count,
    coalesce(sum(event_count) filter (where result = 'denied'), 0) as denied_count,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at
from person_activity
where person = $person
    and hour_at >= date_trunc('hour', cast($since as timestamptz))
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($region is null or aws_region = $region)
    and ($fleet_name is null or fleet_name = $fleet_name)
group by source_ip_address, vpc_endpoint_id, vpc_endpoint_ownership, credential_use, way
order by event_count desc, source_ip_address, vpc_endpoint_id
limit $limit

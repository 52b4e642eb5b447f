-- One row per VPC endpoint and address that calls of a streaming session came from. The endpoint is
-- null for calls that took another way: NAT, the internet, or an AWS service.
select
    vpc_endpoint_id,
    vpc_endpoint_ownership,
    source_ip_address,
    sum(event_count) as event_count,
    coalesce(sum(event_count) filter (where result = 'denied'), 0) as denied_count,
    array_agg(distinct event_source) as event_sources,
    array_agg(distinct session_confidence) as confidences,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at
from session_activity
where streaming_session_id = $streaming_session_id
    and hour_at >= date_trunc('hour', cast($since as timestamptz))
    and hour_at < $until
group by vpc_endpoint_id, vpc_endpoint_ownership, source_ip_address
order by event_count desc, vpc_endpoint_id, source_ip_address

-- One row per hour, role session, streaming session, API, endpoint and result, of management and data
-- events. Network-activity events repeat calls and are left out, insights are no calls.
select
    date_trunc('hour', event_time) as hour_at,
    recipient_account_id,
    aws_region,
    role_session_id,
    issuing_role_arn,
    workload_kind,
    workload_name,
    fleet_name,
    stack_name,
    streaming_session_id,
    user_id,
    session_confidence,
    attribution_method,
    origin_principal_arn,
    event_source,
    event_name,
    vpc_endpoint_id,
    vpc_endpoint_ownership,
    credential_use,
    source_ip_address,
    result,
    count(*) as event_count,
    min(event_time) as first_event_at,
    max(event_time) as last_event_at
from attributed_events
where event_time >= $since
    and event_time < $until
    and event_category is distinct from 'NetworkActivity'
    and event_category is distinct from 'Insight'
group by
    date_trunc('hour', event_time), recipient_account_id, aws_region, role_session_id,
    issuing_role_arn, workload_kind, workload_name, fleet_name, stack_name, streaming_session_id,
    user_id, session_confidence, attribution_method, origin_principal_arn, event_source,
    event_name, vpc_endpoint_id, vpc_endpoint_ownership, credential_use, source_ip_address, result

-- One row per fleet or builder, service and address whose calls in the range came past the VPC endpoints,
-- though its own VPC has one for that service: most calls first, at most $limit rows. Calls that an AWS
-- service made on the caller's behalf are not in it.
with endpoints as (
    select
        resources.resource_name as fleet_name,
        endpoints.region,
        split_part(endpoints.service_name, '.', 4) as service,
        array_agg(distinct endpoints.vpc_endpoint_id) as vpc_endpoint_ids
    from known_vpc_endpoints as endpoints
    inner join (
        select distinct
            resource_name,
            vpc_id
        from appstream_resources
    ) as resources
        on resources.vpc_id = endpoints.vpc_id
    group by 1, 2, 3
),

calls as (
    select
        workload_kind,
        coalesce(fleet_name, workload_name) as fleet_name,
        aws_region as region,
        event_source,
        source_ip_address,
        credential_use,
        count(distinct role_session_id) as role_session_count,
        count(distinct streaming_session_id) as streaming_session_count,
        array_agg(distinct user_id) filter (where user_id is not null) as user_ids,
        sum(event_count) as event_count,
        coalesce(sum(event_count) filter (where result = 'denied'), 0) as denied_count,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at
    from session_activity
    where vpc_endpoint_id is null
        and workload_kind in (
            'appstream_fleet', 'appstream_image_builder', 'appstream_app_block_builder'
        )
        and source_ip_address not like '%.amazonaws.com'
        and source_ip_address <> 'AWS Internal'
        and hour_at >= date_trunc('hour', cast($since as timestamptz))
        and hour_at < $until
        and ($account_id is null or recipient_account_id = $account_id)
        and ($region is null or aws_region = $region)
        and ($fleet_name is null or coalesce(fleet_name, workload_name) = $fleet_name)
        and ($user_id is null or user_id = $user_id)
    group by 1, 2, 3, 4, 5, 6
)

select
    calls.*,
    endpoints.vpc_endpoint_ids
from calls
inner join endpoints
    on endpoints.fleet_name = calls.fleet_name
    and endpoints.region = calls.region
    and endpoints.service = replace(calls.event_source, '.amazonaws.com', '')
order by calls.event_count desc, calls.fleet_name, calls.event_source, calls.source_ip_address
limit $limit

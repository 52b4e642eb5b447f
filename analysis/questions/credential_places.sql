-- One row per address and VPC endpoint that a set of credentials was used from, whether that is the
-- network of its workload (inside, outside, unknown), and how many calls came from there. A call that two
-- accounts logged counts once.
with credentials as (
    select issuing_role_arn as role_arn
    from role_sessions
    where role_session_id = $role_session_id
),

calls as (
    select
        source_ip_address,
        vpc_endpoint_id,
        sum(event_count) as event_count,
        coalesce(sum(event_count) filter (where result = 'denied'), 0) as denied_count,
        array_agg(distinct event_source) as event_sources
    from session_activity
    where role_session_id = $role_session_id
        and hour_at >= date_trunc('hour', cast($since as timestamptz))
        and hour_at <= $until
        -- The copy that the account of the resource logs names no role.
        and (issuing_role_arn is not null or (select role_arn from credentials) is null)
    group by source_ip_address, vpc_endpoint_id
)

select
    places.source_ip_address,
    places.vpc_endpoint_id,
    endpoints.ownership as vpc_endpoint_ownership,
    endpoints.vpc_id,
    places.credential_use,
    places.first_event_at,
    places.last_event_at,
    coalesce(calls.event_count, 0) as event_count,
    coalesce(calls.denied_count, 0) as denied_count,
    calls.event_sources
from role_session_networks as places
left join endpoint_ownership as endpoints
    on endpoints.vpc_endpoint_id = places.vpc_endpoint_id
left join calls
    on calls.source_ip_address is not distinct from places.source_ip_address
    and calls.vpc_endpoint_id is not distinct from places.vpc_endpoint_id
where places.role_session_id = $role_session_id
order by places.first_event_at, places.source_ip_address, places.vpc_endpoint_id
limit $limit

-- One row per VPC endpoint: whose it is, its VPC and service, and the calls through it in the range. One
-- of your own without a call in the range is in it, too.
with calls as (
    select
        vpc_endpoint_id,
        min(vpc_endpoint_ownership) as ownership,
        count(distinct streaming_session_id) as streaming_session_count,
        count(distinct user_id) as person_count,
        array_agg(distinct workload_kind) as workload_kinds,
        array_agg(distinct coalesce(fleet_name, ''))
            filter (where fleet_name is not null) as fleet_names,
        array_agg(distinct event_source) as event_sources,
        sum(event_count) as event_count,
        coalesce(sum(event_count) filter (where result = 'denied'), 0) as denied_count,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at
    from session_activity
    where vpc_endpoint_id is not null
        and hour_at >= date_trunc('hour', cast($since as timestamptz))
        and hour_at < $until
        and ($account_id is null or recipient_account_id = $account_id)
        and ($region is null or aws_region = $region)
        and ($fleet_name is null or coalesce(fleet_name, workload_name) = $fleet_name)
        and ($user_id is null or user_id = $user_id)
    group by vpc_endpoint_id
),

known as (
    select
        vpc_endpoint_id,
        vpc_id,
        service_name,
        account_id,
        region
    from known_vpc_endpoints
    where ($account_id is null or account_id = $account_id)
        and ($region is null or region = $region)
        and $fleet_name is null
        and $user_id is null
    union
    select
        vpc_endpoint_id,
        vpc_id,
        service_name,
        account_id,
        region
    from known_vpc_endpoints
    where vpc_endpoint_id in (select vpc_endpoint_id from calls)
)

select
    coalesce(calls.vpc_endpoint_id, known.vpc_endpoint_id) as vpc_endpoint_id,
    coalesce(calls.ownership, 'own') as ownership,
    known.vpc_id,
    known.service_name,
    known.account_id,
    coalesce(calls.streaming_session_count, 0) as streaming_session_count,
    coalesce(calls.person_count, 0) as person_count,
    calls.workload_kinds,
    calls.fleet_names,
    calls.event_sources,
    coalesce(calls.event_count, 0) as event_count,
    coalesce(calls.denied_count, 0) as denied_count,
    calls.first_event_at,
    calls.last_event_at
from calls
full join known
    on known.vpc_endpoint_id = calls.vpc_endpoint_id
order by event_count desc, vpc_endpoint_id
limit $limit

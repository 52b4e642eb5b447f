-- Who was on this address at this time: the streaming sessions that held it then as a private address,
-- each in its VPC, and the role sessions whose use from it spans that time, with the surest claim.
with places as (
    select
        role_session_id,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at
    from role_session_networks
    where source_ip_address = $address
    group by role_session_id
),

claims as (
    select
        *,
        row_number() over (
            partition by role_session_id
            order by
                case when source_ip_address is null then 1 else 0 end,
                case confidence when 'certain' then 1 when 'strong' then 2 else 3 end,
                attribution_id
        ) as position
    from attributions
    where (source_ip_address is null or source_ip_address = $address)
        and event_id is null
        and user_agent_app_id is null
        and valid_from <= $at
        and valid_to > $at
)

select
    started_at as valid_from,
    ended_at as valid_to,
    user_id,
    case when user_id is null then [] else [user_id] end as candidate_user_ids,
    'certain' as confidence,
    'streaming_session_in_' || coalesce(vpc_id, 'an_unknown_vpc') as method,
    streaming_session_id,
    fleet_name,
    stack_name,
    'appstream_fleet' as workload_kind,
    fleet_name as workload_name,
    cast(null as varchar) as role_session_id,
    cast(null as varchar) as origin_principal_arn
from streaming_sessions
where eni_private_ip_address = $address
    and started_at <= $at
    and (ended_at is null or ended_at > $at)

union all

select
    places.first_event_at as valid_from,
    places.last_event_at as valid_to,
    claims.user_id,
    coalesce(claims.candidate_user_ids, []) as candidate_user_ids,
    claims.confidence,
    coalesce(claims.method, 'used_from_this_address') as method,
    claims.streaming_session_id,
    coalesce(claims.fleet_name, role_sessions.fleet_name) as fleet_name,
    claims.stack_name,
    role_sessions.workload_kind,
    role_sessions.workload_name,
    role_sessions.role_session_id,
    role_sessions.origin_principal_arn
from places
inner join role_sessions
    on role_sessions.role_session_id = places.role_session_id
left join claims
    on claims.role_session_id = places.role_session_id
    and claims.position = 1
where places.first_event_at <= $at
    and places.last_event_at >= $at

order by valid_from, streaming_session_id, role_session_id, method

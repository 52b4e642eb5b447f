-- One row per call with a machine's credentials around a time when they were in use at two places that
-- one machine can't be at: two private addresses, or one within its network and one outside.
with places as (
    select
        networks.role_session_id,
        networks.source_ip_address,
        networks.vpc_endpoint_id,
        networks.first_event_at,
        networks.last_event_at,
        case
            when networks.credential_use = 'outside' then 'outside ' || networks.source_ip_address
            when ownership.ownership = 'own' then 'inside ' || networks.source_ip_address
            -- A gateway's address can belong to the same machine as the private one.
            when networks.credential_use = 'inside' then 'inside'
        end as network
    from role_session_networks as networks
    inner join role_sessions
        on role_sessions.role_session_id = networks.role_session_id
    left join endpoint_ownership as ownership
        on ownership.vpc_endpoint_id = networks.vpc_endpoint_id
    where role_sessions.workload_kind in (
        'appstream_fleet', 'appstream_image_builder', 'appstream_app_block_builder',
        'ec2_instance', 'ecs_task'
    )
),

pairs as (
    select
        one.role_session_id,
        greatest(min(one.first_event_at), min(other.first_event_at))
            - $minutes * interval '1 minute' as since,
        least(max(one.last_event_at), max(other.last_event_at))
            + $minutes * interval '1 minute' as until
    from places as one
    inner join places as other
        on other.role_session_id = one.role_session_id
        and other.network > one.network
        and other.network not like one.network || ' %'
        and other.first_event_at <= one.last_event_at + $minutes * interval '1 minute'
        and one.first_event_at <= other.last_event_at + $minutes * interval '1 minute'
    group by one.role_session_id, one.network, other.network
)

select distinct
    calls.role_session_id as subject,
    calls.recipient_account_id as account_id,
    calls.aws_region as region,
    calls.event_id,
    calls.event_time,
    calls.role_session_id,
    holders.user_id as candidate_user_id,
    calls.source_ip_address,
    calls.event_name
from calls
inner join pairs
    on pairs.role_session_id = calls.role_session_id
    and calls.event_time >= pairs.since
    and calls.event_time <= pairs.until
left join holders
    on holders.role_session_id = calls.role_session_id
where calls.invoked_by is null

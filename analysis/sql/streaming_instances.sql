-- One row per streaming session and the instance it ran on, with the time that the instance can have
-- held its address. An instance of a single-session fleet ends with its one streaming session; one of a
-- multi-session fleet serves several. A running session ends, at the latest, when the next instance
-- takes its address, when its network interface is deleted, or four days after its start, AppStream's
-- longest.
with addressed as (
    select
        *,
        coalesce(region, '') as region_key,
        coalesce(vpc_id, '') as vpc_key,
        case
            when not shares_instance then streaming_session_id
            else coalesce(instance_id, fleet_name || '@' || eni_private_ip_address)
        end as streaming_instance_id
    from streaming_session_sightings
    where eni_private_ip_address is not null
        and started_at is not null
        and account_id is not null
),

-- The youngest interface that held the address when the streaming session started is the instance's.
interfaced as (
    select
        addressed.streaming_session_id,
        max(interfaces.created_at) filter (where interfaces.is_creation_seen)
            as interface_created_at,
        min(interfaces.deleted_at) as interface_deleted_at,
        min(interfaces.resource_history_id) as interface_history_id
    from addressed
    inner join network_interface_lives as interfaces
        on interfaces.private_ip_address = addressed.eni_private_ip_address
        and interfaces.account_id = addressed.account_id
        and (addressed.vpc_key = '' or interfaces.vpc_id = addressed.vpc_key)
        and interfaces.created_at <= addressed.started_at
        and interfaces.deleted_at > addressed.started_at
    group by addressed.streaming_session_id
),

starts as (
    select
        streaming_instance_id,
        eni_private_ip_address,
        account_id,
        region_key,
        vpc_key,
        min(started_at) as first_started_at
    from addressed
    group by all
),

next_starts as (
    select
        *,
        lead(first_started_at) over (
            partition by account_id, region_key, vpc_key, eni_private_ip_address
            order by first_started_at, streaming_instance_id
        ) as next_started_at
    from starts
),

ended as (
    select
        addressed.*,
        starts.first_started_at,
        starts.next_started_at,
        interfaced.interface_created_at,
        interfaced.interface_deleted_at,
        interfaced.interface_history_id,
        coalesce(
            addressed.ended_at,
            greatest(
                addressed.started_at,
                least(
                    addressed.started_at + interval 4 day,
                    coalesce(starts.next_started_at, timestamptz '9999-01-01 00:00:00+00'),
                    coalesce(
                        interfaced.interface_deleted_at, timestamptz '9999-01-01 00:00:00+00'
                    )
                )
            )
        ) as ends_at
    from addressed
    inner join next_starts as starts
        on starts.streaming_instance_id = addressed.streaming_instance_id
        and starts.eni_private_ip_address = addressed.eni_private_ip_address
        and starts.account_id = addressed.account_id
        and starts.region_key = addressed.region_key
        and starts.vpc_key = addressed.vpc_key
    left join interfaced
        on interfaced.streaming_session_id = addressed.streaming_session_id
),

instances as (
    select
        streaming_instance_id,
        eni_private_ip_address,
        account_id,
        region_key,
        vpc_key,
        first_started_at,
        next_started_at,
        max(ends_at) as last_ends_at,
        max(interface_created_at) as interface_created_at,
        max(interface_deleted_at) as interface_deleted_at,
        -- Where no end is known, only the last sign of the streaming session is.
        max(coalesce(ended_at, greatest(last_observed_at, started_at))) as known_until
    from ended
    group by
        streaming_instance_id, eni_private_ip_address, account_id, region_key, vpc_key,
        first_started_at, next_started_at
),

neighbours as (
    select
        *,
        max(known_until) over (
            partition by account_id, region_key, vpc_key, eni_private_ip_address
            order by first_started_at, streaming_instance_id
            rows between unbounded preceding and 1 preceding
        ) as previous_known_until
    from instances
)

select
    ended.* exclude (next_started_at, interface_created_at, interface_deleted_at),
    neighbours.last_ends_at,
    greatest(
        coalesce(neighbours.previous_known_until, timestamptz '1970-01-01 00:00:00+00'),
        coalesce(neighbours.interface_created_at, timestamptz '1970-01-01 00:00:00+00')
    ) as occupied_from,
    greatest(
        neighbours.last_ends_at,
        least(
            coalesce(neighbours.next_started_at, timestamptz '9999-01-01 00:00:00+00'),
            coalesce(neighbours.interface_deleted_at, timestamptz '9999-01-01 00:00:00+00')
        )
    ) as occupied_to
from ended
inner join neighbours
    on neighbours.streaming_instance_id = ended.streaming_instance_id
    and neighbours.eni_private_ip_address = ended.eni_private_ip_address
    and neighbours.account_id = ended.account_id
    and neighbours.region_key = ended.region_key
    and neighbours.vpc_key = ended.vpc_key

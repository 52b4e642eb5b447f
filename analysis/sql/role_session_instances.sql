-- One row per role session and the streaming instance that its credentials were seen on: same private
-- address, same VPC where both are known, a fleet that carries the issuing role where that is known, and
-- a time that fits: AppStream gives an instance its credentials while it lives, and an instance holds
-- its address from its own start to its end. A fit that the times contradict is kept only where there
-- is no better one, and says so.
with lives as (
    select
        streaming_instance_id,
        eni_private_ip_address,
        account_id,
        region,
        vpc_id,
        fleet_name,
        min(issuing_role_arn) as issuing_role_arn,
        bool_and(issuing_role_arn is not null) as is_role_known,
        min(role_history_id) as role_history_id,
        min(interface_history_id) as interface_history_id,
        min(first_started_at) as first_started_at,
        max(last_ends_at) as last_ends_at,
        max(occupied_from) as occupied_from,
        min(occupied_to) as occupied_to
    from streaming_instances
    group by all
),

fits as (
    select
        addresses.role_session_id,
        addresses.eni_private_ip_address,
        addresses.first_event_at,
        addresses.last_event_at,
        addresses.event_count,
        addresses.sighting_event_id,
        lives.streaming_instance_id,
        lives.fleet_name,
        lives.role_history_id,
        lives.interface_history_id,
        coalesce(lives.vpc_id, addresses.vpc_id) as vpc_id,
        addresses.is_own_network and coalesce(lives.vpc_id = addresses.vpc_id, false)
            as is_network_confirmed,
        lives.is_role_known as is_role_confirmed,
        addresses.first_event_at >= lives.occupied_from - to_seconds($clock_skew_seconds)
            and coalesce(
                addresses.credentials_created_at
                    >= lives.occupied_from - to_seconds($clock_skew_seconds),
                true
            ) as is_start_consistent,
        addresses.last_event_at
                <= lives.occupied_to + to_seconds($grace_after_seconds + $clock_skew_seconds)
            and coalesce(
                addresses.credentials_created_at
                    <= lives.last_ends_at + to_seconds($clock_skew_seconds),
                true
            ) as is_end_consistent,
        greatest(
            lives.first_started_at - addresses.last_event_at,
            addresses.first_event_at - lives.last_ends_at,
            interval 0 second
        ) as distance
    from role_session_addresses as addresses
    inner join lives
        on lives.eni_private_ip_address = addresses.eni_private_ip_address
        and lives.account_id = addresses.account_id
        and (
            lives.vpc_id = addresses.vpc_id
            or (
                (lives.vpc_id is null or addresses.vpc_id is null)
                and coalesce(lives.region = addresses.region, true)
            )
        )
        and (
            lives.issuing_role_arn is null or lives.issuing_role_arn = addresses.issuing_role_arn
        )
    inner join role_session_lives
        on role_session_lives.role_session_id = addresses.role_session_id
        and role_session_lives.last_event_at
            >= lives.first_started_at - to_seconds($grace_before_seconds)
        and role_session_lives.first_event_at
            <= lives.last_ends_at + to_seconds($grace_after_seconds)
        and not role_session_lives.is_disputed
        -- Where the fleet's role is not known, the address alone would claim whatever else calls from
        -- it: the agent of AppStream, or other machines in another VPC.
        and (
            lives.issuing_role_arn is not null
            or (
                role_session_lives.role_session_name = $machine_role_session_name
                and not contains(role_session_lives.issuing_role_arn, ':role/service-role/')
            )
        )
),

judged as (
    select
        *,
        is_start_consistent and is_end_consistent as is_time_consistent
    from fits
),

ranked as (
    select
        *,
        rank() over (
            partition by role_session_id, eni_private_ip_address
            order by case when is_time_consistent then 0 else 1 end, distance
        ) as position
    from judged
    where is_time_consistent
        or distance = interval 0 second
),

chosen as (
    select
        role_session_id,
        eni_private_ip_address,
        streaming_instance_id,
        fleet_name,
        vpc_id,
        min(role_history_id) as role_history_id,
        min(interface_history_id) as interface_history_id,
        bool_and(is_start_consistent) as is_start_consistent,
        bool_and(is_time_consistent) as is_time_consistent,
        bool_or(is_network_confirmed) as is_network_confirmed,
        bool_and(is_role_confirmed) as is_role_confirmed,
        min(sighting_event_id) as sighting_event_id
    from ranked
    where position = 1
    group by all
)

select
    *,
    count(*) over (partition by role_session_id, eni_private_ip_address) as instances_at_address,
    count(*) over (partition by role_session_id) as instances_of_role_session
from chosen

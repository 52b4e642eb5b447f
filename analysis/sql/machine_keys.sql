-- One row per machine and role session that was seen at its private address, with the time that the
-- credentials were made. Machines that no interface and no streaming session stand for are idle ones,
-- known by their address alone.
with placed as (
    select
        addresses.role_session_id,
        addresses.eni_private_ip_address,
        addresses.vpc_id,
        addresses.sighting_event_id,
        addresses.first_event_at,
        lives.issuing_role_arn,
        lives.role_session_name,
        epoch(lives.credentials_created_at) as created_at
    from role_session_addresses as addresses
    inner join role_session_lives as lives
        on lives.role_session_id = addresses.role_session_id
    inner join role_session_carriers as carriers
        on carriers.role_session_id = addresses.role_session_id
    where lives.credentials_created_at is not null
        and not lives.is_disputed
),

on_machines as (
    select
        machines.machine_id,
        placed.issuing_role_arn,
        placed.role_session_name,
        placed.role_session_id,
        placed.created_at,
        placed.sighting_event_id,
        epoch(machines.interface_created_at) as interface_created_at
    from placed
    inner join streaming_machines as machines
        on machines.issuing_role_arn = placed.issuing_role_arn
        and machines.eni_private_ip_address = placed.eni_private_ip_address
        and coalesce(machines.vpc_id = placed.vpc_id, true)
        and machines.alive_from - to_seconds($clock_skew_seconds) <= placed.first_event_at
        and machines.alive_to + to_seconds($grace_after_seconds) >= placed.first_event_at
),

idle as (
    select
        'address@' || placed.eni_private_ip_address || '@' || coalesce(placed.vpc_id, '')
            as machine_id,
        placed.issuing_role_arn,
        placed.role_session_name,
        placed.role_session_id,
        placed.created_at,
        placed.sighting_event_id,
        cast(null as double) as interface_created_at
    from placed
    left join on_machines
        on on_machines.role_session_id = placed.role_session_id
        and on_machines.sighting_event_id = placed.sighting_event_id
    where on_machines.role_session_id is null
)

select
    machine_id,
    issuing_role_arn,
    role_session_name,
    role_session_id,
    created_at,
    min(sighting_event_id) as sighting_event_id,
    min(interface_created_at) as interface_created_at
from (
    select * from on_machines
    union all
    select * from idle
) as keys
group by machine_id, issuing_role_arn, role_session_name, role_session_id, created_at

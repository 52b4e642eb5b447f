-- One row per machine and role session that was seen at its private address, with the time that the
-- credentials were made. Machines that no interface and no streaming session stand for are idle ones,
-- known by their address alone.
select
    coalesce(machines.machine_id, 'address@' || addresses.eni_private_ip_address
        || '@' || coalesce(addresses.vpc_id, '')) as machine_id,
    lives.issuing_role_arn,
    lives.role_session_name,
    addresses.role_session_id,
    epoch(lives.credentials_created_at) as created_at,
    min(addresses.sighting_event_id) as sighting_event_id,
    min(epoch(machines.interface_created_at)) as interface_created_at
from role_session_addresses as addresses
inner join role_session_lives as lives
    on lives.role_session_id = addresses.role_session_id
inner join role_session_carriers as carriers
    on carriers.role_session_id = addresses.role_session_id
left join streaming_machines as machines
    on machines.issuing_role_arn = lives.issuing_role_arn
    and machines.eni_private_ip_address = addresses.eni_private_ip_address
    and coalesce(machines.vpc_id = addresses.vpc_id, true)
    and machines.alive_from - to_seconds($clock_skew_seconds) <= addresses.first_event_at
    and machines.alive_to + to_seconds($grace_after_seconds) >= addresses.first_event_at
where lives.credentials_created_at is not null
    and not lives.is_disputed
group by
    coalesce(machines.machine_id, 'address@' || addresses.eni_private_ip_address
        || '@' || coalesce(addresses.vpc_id, '')),
    lives.issuing_role_arn, lives.role_session_name, addresses.role_session_id,
    lives.credentials_created_at

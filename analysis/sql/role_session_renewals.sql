-- One row per role session that was never seen at a private address, and the one streaming instance
-- whose credentials it renews: same role, and created when that instance, and no other, was due for new
-- ones. An instance that is known to have had fresh credentials then was not due.
with placed as (
    select
        instances.role_session_id,
        instances.streaming_instance_id,
        instances.eni_private_ip_address,
        instances.fleet_name,
        instances.vpc_id,
        instances.role_history_id,
        instances.interface_history_id,
        instances.sighting_event_id,
        instances.is_network_confirmed and instances.is_role_confirmed as is_confirmed,
        lives.issuing_role_arn,
        lives.role_session_name,
        lives.credentials_created_at
    from role_session_instances as instances
    inner join role_session_lives as lives
        on lives.role_session_id = instances.role_session_id
    where instances.is_time_consistent
        and instances.instances_of_role_session = 1
        and lives.credentials_created_at is not null
),

unplaced as (
    select
        lives.role_session_id,
        lives.issuing_role_arn,
        lives.role_session_name,
        lives.credentials_created_at,
        lives.first_event_at,
        lives.last_event_at,
        carriers.fleet_names
    from role_session_lives as lives
    inner join role_session_carriers as carriers
        on carriers.role_session_id = lives.role_session_id
    where not carriers.is_seen_on_instance
        and not lives.is_disputed
        and lives.credentials_created_at is not null
        and lives.role_session_id not in (select role_session_id from role_session_addresses)
),

-- Idle instances renew too: keys at an address that no streaming session held stand for them.
idle as (
    select
        addresses.role_session_id,
        'idle@' || coalesce(addresses.vpc_id, '') || '@' || addresses.eni_private_ip_address
            as streaming_instance_id,
        lives.issuing_role_arn,
        lives.role_session_name,
        lives.credentials_created_at
    from role_session_addresses as addresses
    inner join role_session_lives as lives
        on lives.role_session_id = addresses.role_session_id
    inner join role_session_carriers as carriers
        on carriers.role_session_id = addresses.role_session_id
    where not carriers.is_seen_on_instance
        and lives.credentials_created_at is not null
),

known as (
    select
        streaming_instance_id, issuing_role_arn, role_session_name, credentials_created_at,
        fleet_name, false as is_idle
    from placed

    union all

    select
        streaming_instance_id, issuing_role_arn, role_session_name, credentials_created_at,
        null as fleet_name, true as is_idle
    from idle
),

spaced as (
    select
        unplaced.role_session_id,
        known.streaming_instance_id,
        known.is_idle,
        unplaced.first_event_at,
        unplaced.last_event_at,
        abs(epoch(unplaced.credentials_created_at) - epoch(known.credentials_created_at))
            as distance_seconds,
        rhythm.period_seconds,
        rhythm.tolerance_seconds
    from unplaced
    inner join known
        on known.issuing_role_arn = unplaced.issuing_role_arn
        and known.role_session_name = unplaced.role_session_name
        and (known.is_idle or list_contains(unplaced.fleet_names, known.fleet_name))
    cross join renewal_rhythm as rhythm
    where abs(epoch(unplaced.credentials_created_at) - epoch(known.credentials_created_at))
        <= 12 * rhythm.period_seconds
),

-- Only the nearest key of an instance tells: errors add up with every renewal in between.
nearest as (
    select
        role_session_id,
        streaming_instance_id,
        is_idle,
        first_event_at,
        last_event_at,
        period_seconds,
        tolerance_seconds,
        min(distance_seconds) as distance_seconds
    from spaced
    group by
        role_session_id, streaming_instance_id, is_idle, first_event_at, last_event_at,
        period_seconds, tolerance_seconds
),

due as (
    select
        role_session_id,
        streaming_instance_id,
        is_idle,
        first_event_at,
        last_event_at,
        round(distance_seconds / period_seconds) as renewals_between,
        abs(distance_seconds - round(distance_seconds / period_seconds) * period_seconds)
            as residual_seconds,
        tolerance_seconds
    from nearest
    where distance_seconds > period_seconds / 2
),

fitting as (
    select
        role_session_id,
        streaming_instance_id,
        is_idle,
        first_event_at,
        last_event_at,
        residual_seconds <= tolerance_seconds * sqrt(renewals_between) as is_close,
        count(*) over (partition by role_session_id) as fit_count
    from due
    where residual_seconds <= 3 * tolerance_seconds * sqrt(renewals_between)
),

links as (
    select
        fitting.role_session_id,
        unplaced.credentials_created_at,
        placed.streaming_instance_id,
        placed.eni_private_ip_address,
        min(placed.fleet_name) as fleet_name,
        min(placed.vpc_id) as vpc_id,
        min(placed.role_history_id) as role_history_id,
        min(placed.interface_history_id) as interface_history_id,
        min(placed.sighting_event_id) as sighting_event_id,
        bool_and(placed.is_confirmed) as is_confirmed
    from fitting
    inner join unplaced
        on unplaced.role_session_id = fitting.role_session_id
    inner join placed
        on placed.streaming_instance_id = fitting.streaming_instance_id
    where fitting.fit_count = 1
        and fitting.is_close
        and not fitting.is_idle
    group by
        fitting.role_session_id, unplaced.credentials_created_at, placed.streaming_instance_id,
        placed.eni_private_ip_address
)

select
    links.* exclude (credentials_created_at),
    coalesce(
        min(abs(epoch(links.credentials_created_at) - epoch(others.credentials_created_at)))
            > max(rhythm.period_seconds) / 2,
        true
    ) as is_only_one_due
from links
cross join renewal_rhythm as rhythm
left join links as others
    on others.streaming_instance_id = links.streaming_instance_id
    and others.role_session_id != links.role_session_id
group by all

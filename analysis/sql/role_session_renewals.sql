-- One row per role session that was never seen at a private address, and the one streaming instance whose
-- credentials it renews: same role, made while that instance lived, and when it, and no other machine with
-- that role, was due for new ones. A machine that had fresh ones just then was not due. Network
-- interfaces show which machines there were; where they are not all known, the link is in doubt unless
-- keys are renewed by the clock.
with unplaced as (
    select
        lives.role_session_id,
        lives.issuing_role_arn,
        lives.role_session_name,
        lives.credentials_created_at,
        epoch(lives.credentials_created_at) as created_at,
        lives.last_event_at
    from role_session_lives as lives
    inner join role_session_carriers as carriers
        on carriers.role_session_id = lives.role_session_id
    where not carriers.is_seen_on_instance
        and not lives.is_disputed
        and lives.credentials_created_at is not null
        and lives.role_session_id not in (select role_session_id from role_session_addresses)
),

machines as (
    select issuing_role_arn, machine_id, alive_from, alive_to
    from streaming_machines

    union all

    -- An idle machine without an interface is known from its own keys alone, for about their life.
    select
        issuing_role_arn,
        machine_id,
        to_timestamp(min(created_at)) - interval 1 hour,
        to_timestamp(max(created_at)) + interval 6 hour
    from machine_keys
    where machine_id like 'address@%'
    group by issuing_role_arn, machine_id
),

pairs as (
    select
        unplaced.role_session_id,
        unplaced.created_at,
        machines.issuing_role_arn,
        machines.machine_id,
        epoch(machines.alive_from) as alive_from
    from unplaced
    inner join machines
        on machines.issuing_role_arn = unplaced.issuing_role_arn
        and machines.alive_from - to_seconds($clock_skew_seconds) <= unplaced.credentials_created_at
        and machines.alive_to + to_seconds($grace_after_seconds) >= unplaced.last_event_at
),

nearest as (
    select
        pairs.role_session_id,
        pairs.created_at,
        pairs.issuing_role_arn,
        pairs.machine_id,
        pairs.alive_from,
        min(abs(pairs.created_at - keys.created_at)) as distance
    from pairs
    left join machine_keys as keys
        on keys.machine_id = pairs.machine_id
        and keys.issuing_role_arn = pairs.issuing_role_arn
    group by all
),

renewed as (
    select
        nearest.*,
        greatest(round(distance * 2 / (rhythm.shortest_seconds + rhythm.longest_seconds)), 1)
            as renewals,
        rhythm.shortest_seconds,
        rhythm.longest_seconds,
        rhythm.shortest_wait_seconds,
        rhythm.longest_wait_seconds,
        created_at - alive_from as wait
    from nearest
    cross join renewal_rhythm as rhythm
),

due as (
    select
        *,
        case
            -- Between a key that was seen and this one lie one renewal or more, each within bounds.
            when distance is not null then
                greatest(ceil((distance - $clock_skew_seconds) / longest_seconds), 1)
                    <= floor((distance + $clock_skew_seconds) / shortest_seconds)
            -- A machine of which no key was seen got its first soon after its interface.
            when shortest_wait_seconds is not null then
                greatest(
                    ceil((wait - longest_wait_seconds - $clock_skew_seconds) / longest_seconds), 0
                )
                    <= floor((wait - shortest_wait_seconds + $clock_skew_seconds) / shortest_seconds)
            else true
        end as is_due,
        -- So regular a rhythm that a stranger's key would hardly fall into it.
        coalesce(
            distance is not null
            and (renewals * (longest_seconds - shortest_seconds) + 2 * $clock_skew_seconds) * 50
                <= shortest_seconds,
            false
        ) as is_tight
    from renewed
),

only_ones as (
    select
        role_session_id,
        issuing_role_arn,
        min(machine_id) as machine_id,
        min(created_at) as created_at,
        bool_and(is_tight) as is_tight,
        bool_and(distance is not null) as is_anchored
    from due
    where is_due
    group by role_session_id, issuing_role_arn
    having count(*) = 1
),

-- Instances without an interface's life show that there may be other machines that nothing shows.
enumerated as (
    select
        issuing_role_arn,
        bool_and(interface_created_at is not null) as is_complete
    from streaming_machines
    group by issuing_role_arn
)

select
    only_ones.role_session_id,
    machines.streaming_instance_id,
    machines.eni_private_ip_address,
    machines.fleet_name,
    machines.vpc_id,
    machines.role_history_id,
    machines.interface_history_id,
    coalesce(
        (
            select min(keys.sighting_event_id)
            from machine_keys as keys
            where keys.machine_id = machines.machine_id
                and keys.issuing_role_arn = machines.issuing_role_arn
        ),
        machines.created_by_event_id
    ) as sighting_event_id,
    enumerated.is_complete or only_ones.is_tight as is_confirmed,
    not exists (
        select 1
        from only_ones as others
        cross join renewal_rhythm as rhythm
        where others.machine_id = only_ones.machine_id
            and others.role_session_id != only_ones.role_session_id
            and abs(others.created_at - only_ones.created_at) < rhythm.shortest_seconds / 2
    ) as is_only_one_due
from only_ones
inner join streaming_machines as machines
    on machines.machine_id = only_ones.machine_id
    and machines.issuing_role_arn = only_ones.issuing_role_arn
inner join enumerated
    on enumerated.issuing_role_arn = only_ones.issuing_role_arn
where machines.streaming_instance_id is not null
    and (enumerated.is_complete or only_ones.is_anchored)

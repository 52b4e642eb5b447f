-- One row per API that a fleet, or another workload by its kind, called for the first time in the range:
-- nothing older in the lake shows it. Newest first, at most $limit rows.
with uses as (
    select
        workload_kind,
        coalesce(fleet_name, case when workload_kind = 'appstream_fleet' then workload_name end)
            as fleet_name,
        event_source,
        event_name,
        user_id,
        streaming_session_id,
        session_confidence,
        result,
        role_session_id,
        first_event_at
    from session_activity
    where ($account_id is null or recipient_account_id = $account_id)
        and ($region is null or aws_region = $region)
        and (not coalesce($only_fleets, false) or workload_kind = 'appstream_fleet')
),

first_uses as (
    select
        workload_kind,
        fleet_name,
        event_source,
        event_name,
        min(first_event_at) as first_used_at
    from uses
    group by workload_kind, fleet_name, event_source, event_name
    having min(first_event_at) >= $since
        and min(first_event_at) < $until
),

-- Several calls can be of the same second.
numbered as (
    select
        first_uses.*,
        uses.user_id,
        uses.streaming_session_id,
        uses.session_confidence,
        uses.result,
        row_number() over (
            partition by
                first_uses.workload_kind, first_uses.fleet_name, first_uses.event_source,
                first_uses.event_name
            order by uses.role_session_id, uses.result
        ) as place
    from first_uses
    inner join uses
        on uses.first_event_at = first_uses.first_used_at
        and uses.workload_kind is not distinct from first_uses.workload_kind
        and uses.fleet_name is not distinct from first_uses.fleet_name
        and uses.event_source is not distinct from first_uses.event_source
        and uses.event_name is not distinct from first_uses.event_name
)

select * exclude (place)
from numbered
where place = 1
    and ($fleet_name is null or fleet_name = $fleet_name)
    and ($user_id is null or user_id = $user_id)
order by first_used_at desc, event_source, event_name
limit $limit

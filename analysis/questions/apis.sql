-- One row per API called in the range: calls by result, from how many streaming sessions, people and
-- sets of credentials, and when the lake has its first use. Most calls first, at most $limit rows.
with first_uses as (
    select
        event_source,
        event_name,
        min(first_event_at) as first_used_at
    from session_activity
    group by event_source, event_name
),

called as (
    select
        event_source,
        event_name,
        count(distinct streaming_session_id) as streaming_session_count,
        count(distinct user_id) as person_count,
        count(distinct role_session_id) as role_session_count,
        array_agg(distinct workload_kind) as workload_kinds,
        sum(event_count) as event_count,
        coalesce(sum(event_count) filter (where result = 'ok'), 0) as ok_count,
        coalesce(sum(event_count) filter (where result = 'denied'), 0) as denied_count,
        coalesce(sum(event_count) filter (where result = 'error'), 0) as error_count,
        max(last_event_at) as last_event_at
    from session_activity
    where hour_at >= date_trunc('hour', cast($since as timestamptz))
        and hour_at < $until
        and ($account_id is null or recipient_account_id = $account_id)
        and ($region is null or aws_region = $region)
        and ($fleet_name is null or fleet_name = $fleet_name)
        and ($user_id is null or user_id = $user_id)
        and ($event_source is null or event_source = $event_source)
        and ($search is null
            or position(lower($search) in lower(event_name)) > 0
            or position(lower($search) in event_source) > 0)
        and (not coalesce($only_fleets, false) or workload_kind = 'appstream_fleet')
    group by event_source, event_name
)

select
    called.*,
    first_uses.first_used_at
from called
inner join first_uses
    on first_uses.event_source is not distinct from called.event_source
    and first_uses.event_name is not distinct from called.event_name
order by called.event_count desc, called.event_source, called.event_name
limit $limit

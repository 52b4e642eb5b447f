-- One row per AppStream fleet, confidence and method: how many of the fleet's calls within the range
-- are attributed that way, and their share of that fleet's calls. Confidence and method are null where
-- nothing can be said.
with calls as (
    select * from session_activity
    where $person is null

    union all

    select * exclude (person, way) from person_activity
    where person = $person
)

select
    coalesce(fleet_name, workload_name) as fleet_name,
    session_confidence,
    attribution_method,
    count(distinct role_session_id) as role_session_count,
    cast(sum(event_count) as bigint) as event_count,
    round(
        sum(event_count)
        / sum(sum(event_count)) over (partition by coalesce(fleet_name, workload_name)),
        4
    ) as share
from calls
where workload_kind = 'appstream_fleet'
    and hour_at >= $since
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($fleet_name is null
        or coalesce(fleet_name, case when workload_kind = 'appstream_fleet' then workload_name end)
            = $fleet_name)
group by coalesce(fleet_name, workload_name), session_confidence, attribution_method
order by
    fleet_name nulls last,
    case session_confidence when 'certain' then 1 when 'strong' then 2 when 'weak' then 3 else 4 end,
    event_count desc,
    attribution_method

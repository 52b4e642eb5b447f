-- One row per AppStream fleet with a call of its instances in the range, most calls first: streaming
-- sessions and people named, roles, and calls by result and confidence. The last row may be null: calls
-- of which several fleets can be the source.
with calls as (
    select * from session_activity
    where $person is null

    union all

    select * exclude (person, way) from person_activity
    where person = $person
)

select
    coalesce(fleet_name, workload_name) as fleet_name,
    count(distinct streaming_session_id) as streaming_session_count,
    count(distinct user_id) as person_count,
    count(distinct role_session_id) as role_session_count,
    coalesce(
        list_sort(array_agg(distinct issuing_role_arn) filter (where issuing_role_arn is not null)), []
    ) as issuing_role_arns,
    count(distinct (event_source, event_name)) as api_count,
    cast(sum(event_count) as bigint) as event_count,
    cast(sum(case when result = 'ok' then event_count else 0 end) as bigint) as ok_count,
    cast(sum(case when result = 'denied' then event_count else 0 end) as bigint) as denied_count,
    cast(sum(case when result = 'error' then event_count else 0 end) as bigint) as error_count,
    cast(sum(case when session_confidence = 'certain' then event_count else 0 end) as bigint)
        as certain_count,
    cast(sum(case when session_confidence = 'strong' then event_count else 0 end) as bigint)
        as strong_count,
    cast(sum(case when session_confidence = 'weak' then event_count else 0 end) as bigint)
        as weak_count,
    cast(sum(case when session_confidence is null then event_count else 0 end) as bigint)
        as nobody_count,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at
from calls
where workload_kind = 'appstream_fleet'
    and hour_at >= $since
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($fleet_name is null
        or coalesce(fleet_name, case when workload_kind = 'appstream_fleet' then workload_name end)
            = $fleet_name)
group by coalesce(fleet_name, workload_name)
order by coalesce(fleet_name, workload_name) is null, event_count desc, fleet_name

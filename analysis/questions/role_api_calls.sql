-- One row per role and API that was called with it within the range: calls by result, from how many
-- streaming sessions and people, the first and the last.
with calls as (
    select * from session_activity
    where $person is null

    union all

    select * exclude (person, way) from person_activity
    where person = $person
)

select
    issuing_role_arn,
    event_source,
    event_name,
    count(distinct streaming_session_id) as streaming_session_count,
    count(distinct user_id) as person_count,
    cast(sum(event_count) as bigint) as event_count,
    cast(sum(case when result = 'ok' then event_count else 0 end) as bigint) as ok_count,
    cast(sum(case when result = 'denied' then event_count else 0 end) as bigint) as denied_count,
    cast(sum(case when result = 'error' then event_count else 0 end) as bigint) as error_count,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at
from calls
where issuing_role_arn is not null
    and hour_at >= $since
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($fleet_name is null
        or coalesce(fleet_name, case when workload_kind = 'appstream_fleet' then workload_name end)
            = $fleet_name)
group by issuing_role_arn, event_source, event_name
order by issuing_role_arn, denied_count desc, event_count desc, event_source, event_name

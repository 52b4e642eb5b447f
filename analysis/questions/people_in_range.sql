-- One row per person with a call in the range, most calls first: by which ways they came, in how many
-- streaming sessions, and how AWS answered.
select
    person,
    list_sort(array_agg(distinct way)) as ways,
    count(distinct streaming_session_id) as streaming_session_count,
    count(distinct role_session_id) as role_session_count,
    count(distinct (event_source, event_name)) as api_count,
    list_sort(array_agg(distinct event_source)) as event_sources,
    cast(sum(event_count) as bigint) as event_count,
    cast(sum(case when result = 'ok' then event_count else 0 end) as bigint) as ok_count,
    cast(sum(case when result = 'denied' then event_count else 0 end) as bigint) as denied_count,
    cast(sum(case when result = 'error' then event_count else 0 end) as bigint) as error_count,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at
from person_activity
where person is not null
    and ($person is null or person = $person)
    and hour_at >= $since
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($fleet_name is null
        or coalesce(fleet_name, case when workload_kind = 'appstream_fleet' then workload_name end)
            = $fleet_name)
group by person
order by event_count desc, person

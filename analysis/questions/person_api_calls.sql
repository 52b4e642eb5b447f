-- One row per person, way and API that they called by it within the range: calls by result and
-- confidence, the first and the last. Confidence is null for direct sign-in: the event itself names who
-- it was.
select
    person,
    way,
    event_source,
    event_name,
    cast(sum(event_count) as bigint) as event_count,
    cast(sum(case when result = 'ok' then event_count else 0 end) as bigint) as ok_count,
    cast(sum(case when result = 'denied' then event_count else 0 end) as bigint) as denied_count,
    cast(sum(case when result = 'error' then event_count else 0 end) as bigint) as error_count,
    cast(sum(case when session_confidence = 'certain' then event_count else 0 end) as bigint)
        as certain_count,
    cast(sum(case when session_confidence = 'strong' then event_count else 0 end) as bigint)
        as strong_count,
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
group by person, way, event_source, event_name
order by person, denied_count desc, event_count desc, way, event_source, event_name

-- One row per person with a call in the range: by which ways they came, in how many streaming sessions,
-- what they called and how often, most calls first, at most $limit rows.
select
    person,
    array_agg(distinct way) as ways,
    count(distinct streaming_session_id) as streaming_session_count,
    count(distinct role_session_id) as role_session_count,
    array_agg(distinct event_source) as event_sources,
    sum(event_count) as event_count,
    coalesce(sum(event_count) filter (where result = 'ok'), 0) as ok_count,
    coalesce(sum(event_count) filter (where result = 'denied'), 0) as denied_count,
    coalesce(sum(event_count) filter (where result = 'error'), 0) as error_count,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at
from person_activity
where hour_at >= date_trunc('hour', cast($since as timestamptz))
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($region is null or aws_region = $region)
    and ($fleet_name is null or fleet_name = $fleet_name)
    and ($person is null or person = $person)
    and ($search is null or position(
        translate(lower($search), '-_', '') in translate(lower(person), '-_', '')
    ) > 0)
    and person is not null
group by person
order by event_count desc, person
limit $limit

-- One row per API that a person called in the range: calls by result, ways and confidences, denied ones
-- first.
select
    event_source,
    event_name,
    array_agg(distinct way) as ways,
    array_agg(distinct session_confidence) filter (where session_confidence is not null)
        as confidences,
    sum(event_count) as event_count,
    coalesce(sum(event_count) filter (where result = 'ok'), 0) as ok_count,
    coalesce(sum(event_count) filter (where result = 'denied'), 0) as denied_count,
    coalesce(sum(event_count) filter (where result = 'error'), 0) as error_count,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at
from person_activity
where person = $person
    and hour_at >= date_trunc('hour', cast($since as timestamptz))
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($region is null or aws_region = $region)
    and ($fleet_name is null or fleet_name = $fleet_name)
group by event_source, event_name
order by denied_count desc, event_count desc, event_source, event_name
limit $limit

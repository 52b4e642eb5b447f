-- One row per hour with events of an API in the range, newest first: how many, the first and the last of
-- them, and the credentials that they were made with. It says where api_events has to look.
select
    hour_at,
    cast(sum(event_count) as bigint) as event_count,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at,
    array_agg(distinct role_session_id) filter (where role_session_id is not null)
        as role_session_ids
from session_activity
where event_source = $event_source
    and event_name = $event_name
    and hour_at >= date_trunc('hour', cast($since as timestamptz))
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($region is null or aws_region = $region)
    and ($fleet_name is null or fleet_name = $fleet_name)
    and ($user_id is null or user_id = $user_id)
    and ($result is null or result = $result)
group by hour_at
order by hour_at desc

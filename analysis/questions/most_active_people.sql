-- One row per person with a call in the range: streaming sessions, calls and denied calls attributed
-- to them, most calls first, at most $limit rows.
select
    user_id,
    count(distinct streaming_session_id) as streaming_session_count,
    sum(event_count) as event_count,
    coalesce(sum(event_count) filter (where result = 'denied'), 0) as denied_count,
    max(last_event_at) as last_event_at
from session_activity
where user_id is not null
    and streaming_session_id is not null
    and hour_at >= date_trunc('hour', cast($since as timestamptz))
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($region is null or aws_region = $region)
    and ($fleet_name is null or fleet_name = $fleet_name)
    and ($user_id is null or user_id = $user_id)
group by user_id
order by event_count desc, user_id
limit $limit

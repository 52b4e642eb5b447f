-- One row: the streaming sessions that were live at some time in the range, and how many still run.
select
    count(*) as streaming_session_count,
    count(*) filter (where ended_at is null) as running_count
from streaming_sessions
where started_at < $until
    and (ended_at is null or ended_at >= $since)
    and ($account_id is null or account_id = $account_id)
    and ($region is null or region = $region)
    and ($fleet_name is null or fleet_name = $fleet_name)
    and ($user_id is null or user_id = $user_id)

-- One row per fleet and confidence: how many calls behind that fleet can be said to be one person's.
-- Calls of other workloads are not in it; confidence is null where the calls are not attributable.
select
    coalesce(fleet_name, workload_name) as fleet_name,
    session_confidence,
    sum(event_count) as event_count
from session_activity
where workload_kind = 'appstream_fleet'
    and hour_at >= date_trunc('hour', cast($since as timestamptz))
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($region is null or aws_region = $region)
    and ($fleet_name is null or fleet_name = $fleet_name)
    and ($user_id is null or user_id = $user_id)
group by 1, 2
order by 1, 2

-- One row per stretch of time ($bucket: hour, day, week or month), workload kind and result: how many
-- calls there were. Stretches without a call have no row.
select
    date_trunc($bucket, hour_at) as bucket_at,
    workload_kind,
    result,
    sum(event_count) as event_count
from session_activity
where hour_at >= date_trunc('hour', cast($since as timestamptz))
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($region is null or aws_region = $region)
    and ($fleet_name is null or fleet_name = $fleet_name)
    and ($user_id is null or user_id = $user_id)
group by 1, 2, 3
order by 1, 2, 3

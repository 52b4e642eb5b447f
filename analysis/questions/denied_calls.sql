-- One row per API and caller (person in a streaming session, or else workload) with denied calls in
-- the range, most denials first, at most $limit rows.
select
    event_source,
    event_name,
    workload_kind,
    workload_name,
    user_id,
    streaming_session_id,
    session_confidence,
    sum(event_count) as denied_count,
    max(last_event_at) as last_event_at
from session_activity
where result = 'denied'
    and hour_at >= date_trunc('hour', cast($since as timestamptz))
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($region is null or aws_region = $region)
    and ($fleet_name is null or fleet_name = $fleet_name)
    and ($user_id is null or user_id = $user_id)
group by all
order by denied_count desc, last_event_at desc, event_name
limit $limit

-- One row per stretch of time ($bucket: hour, day or month), service, way and result with calls of a
-- person, newest first, at most $limit rows, with the first of the calls.
select
    date_trunc($bucket, hour_at) as bucket_at,
    event_source,
    way,
    result,
    sum(event_count) as event_count,
    min(first_event_at) as first_event_at
from person_activity
where person = $person
    and hour_at >= date_trunc('hour', cast($since as timestamptz))
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($region is null or aws_region = $region)
    and ($fleet_name is null or fleet_name = $fleet_name)
group by 1, 2, 3, 4
order by bucket_at desc, event_source, way, result
limit $limit

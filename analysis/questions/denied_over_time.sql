-- One row per stretch of time ($bucket: hour, day or month) and kind of workload: how many of its calls
-- were denied. Stretches without a denied call have no row.
with calls as (
    select * from session_activity
    where $person is null

    union all

    select * exclude (person, way) from person_activity
    where person = $person
)

select
    date_trunc($bucket, hour_at) as bucket_at,
    workload_kind,
    cast(sum(event_count) as bigint) as event_count
from calls
where result = 'denied'
    and hour_at >= $since
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($fleet_name is null
        or coalesce(fleet_name, case when workload_kind = 'appstream_fleet' then workload_name end)
            = $fleet_name)
group by date_trunc($bucket, hour_at), workload_kind
order by bucket_at, workload_kind

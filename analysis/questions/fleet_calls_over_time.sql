-- One row per stretch of time ($bucket: hour, day or month) and confidence: how many calls were made
-- behind AppStream fleets. Confidence is null where nobody can be named; stretches without a call have
-- no row.
with calls as (
    select * from session_activity
    where $person is null

    union all

    select * exclude (person, way) from person_activity
    where person = $person
)

select
    date_trunc($bucket, hour_at) as bucket_at,
    session_confidence,
    cast(sum(event_count) as bigint) as event_count
from calls
where workload_kind = 'appstream_fleet'
    and hour_at >= $since
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($fleet_name is null
        or coalesce(fleet_name, case when workload_kind = 'appstream_fleet' then workload_name end)
            = $fleet_name)
group by date_trunc($bucket, hour_at), session_confidence
order by bucket_at, session_confidence

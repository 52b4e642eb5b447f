-- One row per silence of an account and region that its own rhythm and the others' files speak
-- against, within the last $days days of delivery (7 by default). One of nulls: of all at once. A
-- region that is quiet by habit, and the newest hour, which isn't over, are not in it.
with log_files as (
    select
        account_id,
        region,
        delivered_at
    from source_objects
    where kind = 'cloudtrail'
        and account_id is not null
        and region is not null
        -- A name can say anything, but nothing is delivered after it was read.
        and extract(epoch from delivered_at) - extract(epoch from ingested_at) < 86400
),

span as (
    select
        date_trunc('hour', max(delivered_at)) as ended_at,
        date_trunc('hour', max(delivered_at))
            - coalesce(cast($days as bigint), 7) * interval '24 hours' as started_at
    from log_files
),

-- A day more, for the rhythm before the first gap.
counted as (
    select
        account_id,
        region,
        date_trunc('hour', delivered_at) as hour_at,
        count(*) as file_count
    from log_files
    where delivered_at >= (select started_at - interval '24 hours' from span)
    group by account_id, region, date_trunc('hour', delivered_at)
),

counted_everywhere as (
    select
        hour_at,
        cast(sum(file_count) as bigint) as file_count
    from counted
    group by hour_at
),

every_count as (
    select account_id, region, hour_at, file_count from counted
    union all
    select null, null, hour_at, file_count from counted_everywhere
),

places as (
    select
        account_id,
        region,
        min(hour_at) as first_hour_at
    from every_count
    group by account_id, region
),

hours as (
    select unnest(generate_series(
        (select min(hour_at) from counted_everywhere),
        (select ended_at from span),
        interval '1 hour'
    )) as hour_at
),

place_hours as (
    select
        places.account_id,
        places.region,
        hours.hour_at,
        coalesce(every_count.file_count, 0) as file_count,
        coalesce(counted_everywhere.file_count, 0) as everywhere_count
    from places
    inner join hours on hours.hour_at >= places.first_hour_at
    left join every_count
        on every_count.account_id is not distinct from places.account_id
        and every_count.region is not distinct from places.region
        and every_count.hour_at = hours.hour_at
    left join counted_everywhere on counted_everywhere.hour_at = hours.hour_at
    -- A file may yet come in the newest hour.
    where every_count.file_count > 0 or hours.hour_at < (select ended_at from span)
),

rhythm as (
    select
        *,
        last_value(case when file_count > 0 then hour_at end ignore nulls) over earlier
            as heard_before_at,
        first_value(case when file_count > 0 then hour_at end ignore nulls) over later
            as heard_after_at,
        coalesce(lag(file_count, 24) over place, lead(file_count, 24) over place, 1) > 0
            as is_busy_at_this_time,
        count(*) over day_until as hours_until,
        count(case when file_count > 0 then 1 end) over day_until as busy_hours_until,
        sum(file_count) over day_until as files_until,
        count(*) over day_from as hours_from,
        count(case when file_count > 0 then 1 end) over day_from as busy_hours_from,
        sum(file_count) over day_from as files_from
    from place_hours
    window
        place as (partition by account_id, region order by hour_at),
        earlier as (
            partition by account_id, region order by hour_at
            rows between unbounded preceding and current row
        ),
        later as (
            partition by account_id, region order by hour_at
            rows between current row and unbounded following
        ),
        day_until as (
            partition by account_id, region order by hour_at
            rows between 23 preceding and current row
        ),
        day_from as (
            partition by account_id, region order by hour_at
            rows between current row and 23 following
        )
),

-- An hour counts if others had files in it, and if this place isn't silent at that time of day
-- anyway: a day earlier it had files (a day later, where it wasn't known yet), or that hour is part of
-- the same silence.
silences as (
    select
        account_id,
        region,
        heard_before_at,
        heard_after_at,
        min(hour_at) as first_hour_at,
        max(hour_at) as last_hour_at,
        count(*) as missing_hours,
        cast(sum(everywhere_count) as bigint) as files_elsewhere
    from rhythm
    where file_count = 0
        and (account_id is null or everywhere_count > 0)
        and (
            is_busy_at_this_time
            or hour_at - interval '24 hours' > heard_before_at
            or hour_at + interval '24 hours' < heard_after_at
        )
    group by account_id, region, heard_before_at, heard_after_at
),

measured as (
    select
        silences.*,
        before.hours_until,
        before.busy_hours_until,
        before.files_until,
        coalesce(after.hours_from, 0) as hours_from,
        coalesce(after.busy_hours_from, 0) as busy_hours_from,
        coalesce(after.files_from, 0) as files_from
    from silences
    inner join rhythm as before
        on before.account_id is not distinct from silences.account_id
        and before.region is not distinct from silences.region
        and before.hour_at = silences.heard_before_at
    left join rhythm as after
        on after.account_id is not distinct from silences.account_id
        and after.region is not distinct from silences.region
        and after.hour_at = silences.heard_after_at
),

expected as (
    select
        *,
        missing_hours * (files_until + files_from) / (hours_until + hours_from) as files_expected
    from measured
    where hours_until + hours_from >= 24
        and busy_hours_until >= 0.8 * hours_until
        and busy_hours_from >= 0.8 * hours_from
)

select
    expected.account_id,
    expected.region,
    expected.first_hour_at,
    expected.last_hour_at,
    expected.missing_hours,
    cast(round(expected.files_expected) as bigint) as files_expected,
    expected.files_elsewhere,
    expected.heard_after_at is null as is_open
from expected
cross join span
where expected.files_expected >= 10
    and expected.last_hour_at >= span.started_at
order by expected.first_hour_at desc, expected.account_id nulls first, expected.region

-- One row per account and region: how long the oldest event of a log file waited for its delivery, in
-- seconds, over the files of the last $days days of delivery (7 by default). Names of files tell the
-- minute. Files that were taken in before the ledger kept times of events are not in it.
with log_files as (
    select
        account_id,
        region,
        delivered_at,
        oldest_event_at
    from source_objects
    where kind = 'cloudtrail'
        and account_id is not null
        and region is not null
        -- A name can say anything, but nothing is delivered after it was read.
        and extract(epoch from delivered_at) - extract(epoch from ingested_at) < 86400
),

waits as (
    select
        account_id,
        region,
        greatest(extract(epoch from delivered_at) - extract(epoch from oldest_event_at), 0)
            as waited_seconds
    from log_files
    where oldest_event_at is not null
        and delivered_at > (
            select max(delivered_at) - coalesce(cast($days as bigint), 7) * interval '24 hours'
            from log_files
        )
),

ranked as (
    select
        *,
        row_number() over (partition by account_id, region order by waited_seconds) as wait_rank,
        count(*) over (partition by account_id, region) as wait_count
    from waits
)

select
    account_id,
    region,
    count(*) as file_count,
    cast(min(case when wait_rank >= 0.5 * wait_count then waited_seconds end) as bigint)
        as median_seconds,
    cast(min(case when wait_rank >= 0.95 * wait_count then waited_seconds end) as bigint)
        as p95_seconds,
    cast(min(case when wait_rank >= 0.99 * wait_count then waited_seconds end) as bigint)
        as p99_seconds,
    cast(max(waited_seconds) as bigint) as max_seconds
from ranked
group by account_id, region
order by account_id, region

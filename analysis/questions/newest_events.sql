-- One row per account and region that log files are of: the events taken in, the newest of them, and
-- the newest log file. Files that say neither account nor region share a row of nulls.
with log_files as (
    select
        account_id,
        region,
        cast(sum(events_written) as bigint) as event_count,
        max(newest_event_at) as newest_event_at,
        -- A name can say anything, but nothing is delivered after it was read.
        max(
            case
                when extract(epoch from delivered_at) - extract(epoch from ingested_at) < 86400
                then delivered_at
            end
        ) as newest_file_at
    from source_objects
    where (kind like 'cloudtrail%' and kind <> 'cloudtrail_digest')
        or kind in ('lookup_events', 'eventbridge')
    group by account_id, region
),

calls as (
    select
        recipient_account_id as account_id,
        aws_region as region,
        max(last_event_at) as newest_event_at
    from session_activity
    group by recipient_account_id, aws_region
)

select
    log_files.account_id,
    log_files.region,
    log_files.event_count,
    greatest(
        coalesce(log_files.newest_event_at, calls.newest_event_at),
        coalesce(calls.newest_event_at, log_files.newest_event_at)
    ) as newest_event_at,
    log_files.newest_file_at
from log_files
left join calls
    on calls.account_id = log_files.account_id
    and calls.region = log_files.region
order by log_files.account_id nulls last, log_files.region

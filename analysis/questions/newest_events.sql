-- One row per account and region: how many events there are, from when to when, and the newest log
-- file delivered. A region without an event but with a file is in it; one without either is not.
with event_times as (
    select
        recipient_account_id as account_id,
        aws_region as region,
        count(*) as event_count,
        min(event_time) as oldest_event_at,
        max(event_time) as newest_event_at
    from events
    group by recipient_account_id, aws_region
),

log_files as (
    select
        account_id,
        region,
        max(delivered_at) as newest_file_at
    from source_objects
    where delivered_at is not null
    group by account_id, region
)

select
    coalesce(event_times.account_id, log_files.account_id) as account_id,
    coalesce(event_times.region, log_files.region) as region,
    coalesce(event_times.event_count, 0) as event_count,
    event_times.oldest_event_at,
    event_times.newest_event_at,
    log_files.newest_file_at
from event_times
full join log_files
    on log_files.account_id = event_times.account_id
    and log_files.region = event_times.region
order by account_id, region

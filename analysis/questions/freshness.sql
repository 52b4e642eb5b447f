-- One row per account and region: the newest event, the newest log file that was delivered, and how
-- many calls there are. Calls are those of the roll-up; a quiet region has old events and is healthy.
with calls as (
    select
        recipient_account_id as account_id,
        aws_region as region,
        min(first_event_at) as oldest_event_at,
        max(last_event_at) as newest_event_at,
        sum(event_count) as event_count
    from session_activity
    group by recipient_account_id, aws_region
),

files as (
    select
        account_id,
        region,
        max(delivered_at) as newest_file_at
    from source_objects
    where kind like 'cloudtrail%'
        and status = 'ingested'
        and account_id is not null
    group by account_id, region
)

select
    coalesce(calls.account_id, files.account_id) as account_id,
    coalesce(calls.region, files.region) as region,
    calls.oldest_event_at,
    calls.newest_event_at,
    files.newest_file_at,
    coalesce(calls.event_count, 0) as event_count
from calls
full join files
    on files.account_id = calls.account_id
    and files.region = calls.region
where ($account_id is null or coalesce(calls.account_id, files.account_id) = $account_id)
    and ($region is null or coalesce(calls.region, files.region) = $region)
order by newest_event_at desc nulls last, account_id, region

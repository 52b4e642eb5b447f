-- One row per account, region and result of digest verification: the log files with events of the
-- range, and how many events were taken from them. A file at the edge can have events outside the
-- range; files taken in before the times of their events were kept are not in it.
select
    account_id,
    region,
    coalesce(digest_status, 'not verified') as digest_status,
    count(*) as object_count,
    cast(sum(events_written) as bigint) as event_count,
    min(oldest_event_at) as oldest_event_at,
    max(newest_event_at) as newest_event_at
from source_objects
where kind like 'cloudtrail%'
    and status = 'ingested'
    and oldest_event_at < $until
    and newest_event_at >= $since
    and ($account_id is null or account_id = $account_id)
group by account_id, region, coalesce(digest_status, 'not verified')
order by account_id nulls last, region nulls last, event_count desc, digest_status

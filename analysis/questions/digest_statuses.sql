-- One row per result of digest verification, with the log files of that result and their events.
-- Digests, reports and inventory are not in it, nor log files that nothing was taken of.
select
    coalesce(digest_status, 'not verified') as digest_status,
    count(*) as object_count,
    cast(sum(events_written) as bigint) as event_count
from source_objects
where kind like 'cloudtrail%' and status = 'ingested'
group by coalesce(digest_status, 'not verified')
order by event_count desc, digest_status

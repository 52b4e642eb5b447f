-- One row per account and region: how many events rest on log files that CloudTrail's digests verify,
-- on files that they say are altered or name nowhere (failed), and on files of which nothing is proven.
select
    account_id,
    region,
    cast(sum(events_written) as bigint) as event_count,
    cast(sum(case when digest_status = 'verified' then events_written else 0 end) as bigint)
        as verified_count,
    cast(sum(
        case when digest_status in ('altered', 'missing', 'unsigned') then events_written else 0 end
    ) as bigint) as failed_count,
    cast(sum(
        case
            when digest_status in ('verified', 'altered', 'missing', 'unsigned') then 0
            else events_written
        end
    ) as bigint) as unverified_count
from source_objects
where kind like 'cloudtrail%' and status = 'ingested'
group by account_id, region
order by account_id nulls last, region

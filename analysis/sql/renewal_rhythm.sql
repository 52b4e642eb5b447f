-- One row: how AppStream renews the credentials of an instance here, in seconds. The shortest and longest
-- time between neighbouring keys of one instance, an hour if too few are known (AWS documents an hour
-- today and documented six in 2022); and how long after its network interface an instance gets its first.
with gaps as (
    select
        created_at - lag(created_at) over (
            partition by machine_id, issuing_role_arn
            order by created_at
        ) as gap_seconds
    from machine_keys
),

minutes as (
    select
        round(gap_seconds / 60) as gap_minutes,
        count(*) as gap_count
    from gaps
    where gap_seconds between 600 and 25200
    group by round(gap_seconds / 60)
),

-- Where a key in between was not seen, a gap is twice as long; the shorter ones tell.
shortest as (
    select min(gap_minutes) as gap_minutes
    from minutes
    where gap_count * 20 >= (select sum(gap_count) from minutes)
),

neighbouring as (
    select
        min(gaps.gap_seconds) as shortest_seconds,
        max(gaps.gap_seconds) as longest_seconds,
        count(*) as gap_count
    from gaps
    inner join shortest
        on gaps.gap_seconds between shortest.gap_minutes * 54 and shortest.gap_minutes * 78
),

firsts as (
    select min(created_at) - min(interface_created_at) as wait_seconds
    from machine_keys
    where interface_created_at is not null
    group by machine_id, issuing_role_arn
),

waits as (
    select
        min(wait_seconds) as shortest_wait_seconds,
        max(wait_seconds) as longest_wait_seconds,
        count(*) as wait_count
    from firsts
    where wait_seconds between 0 and 600
)

select
    case when gap_count >= 5 then shortest_seconds else 3600 end as shortest_seconds,
    case when gap_count >= 5 then longest_seconds else 3600 end as longest_seconds,
    case when wait_count >= 5 then shortest_wait_seconds end as shortest_wait_seconds,
    case when wait_count >= 5 then longest_wait_seconds end as longest_wait_seconds
from neighbouring
cross join waits

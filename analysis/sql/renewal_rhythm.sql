-- One row: how AppStream renews the credentials of an instance here. The period is the commonest time
-- between neighbouring keys of one instance, to the minute, an hour if too few are known; the tolerance
-- says how far renewals stray from it. AWS documents an hour today and documented six in 2022.
with placed as (
    select
        instances.streaming_instance_id,
        epoch(lives.credentials_created_at) as created_at
    from role_session_instances as instances
    inner join role_session_lives as lives
        on lives.role_session_id = instances.role_session_id
    where instances.is_time_consistent
        and instances.instances_of_role_session = 1
        and lives.credentials_created_at is not null
),

gaps as (
    select
        created_at - lag(created_at) over (
            partition by streaming_instance_id
            order by created_at
        ) as gap_seconds
    from placed
),

minutes as (
    select
        round(gap_seconds / 60) * 60 as gap_seconds,
        count(*) as gap_count
    from gaps
    where gap_seconds between 600 and 25200
    group by round(gap_seconds / 60) * 60
),

commonest as (
    select gap_seconds, gap_count
    from minutes
    order by gap_count desc, gap_seconds
    limit 1
),

period as (
    select coalesce(
        (
            select avg(gaps.gap_seconds)
            from gaps
            inner join commonest
                on abs(gaps.gap_seconds - commonest.gap_seconds) <= 60
            where commonest.gap_count >= 3
        ),
        3600
    ) as period_seconds
)

select
    period.period_seconds,
    least(
        greatest(
            coalesce(
                3 * (
                    select avg(abs(gaps.gap_seconds - period.period_seconds))
                    from gaps
                    where abs(gaps.gap_seconds - period.period_seconds)
                        <= period.period_seconds / 20
                ),
                0
            ),
            5
        ),
        period.period_seconds / 30
    ) as tolerance_seconds
from period

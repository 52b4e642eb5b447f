-- One row per read of an object, secret or parameter by a person on a day on which they read far more
-- different ones than on their own earlier days.
with reads as (
    select
        user_id,
        recipient_account_id,
        aws_region,
        event_id,
        event_time,
        cast(event_time as date) as day,
        event_name,
        role_session_id,
        coalesce(
            (request_parameters ->> '$.bucketName') || '/' || (request_parameters ->> '$.key'),
            request_parameters ->> '$.secretId',
            request_parameters ->> '$.name',
            request_parameters
        ) as target
    from attributed_events
    where event_source in (
            's3.amazonaws.com', 'secretsmanager.amazonaws.com', 'ssm.amazonaws.com'
        )
        and event_name in (
            'GetObject', 'GetSecretValue', 'BatchGetSecretValue', 'GetParameter', 'GetParameters',
            'GetParametersByPath'
        )
        and event_category is distinct from 'NetworkActivity'
        and error_code is null
        and user_id is not null
),

days as (
    select
        user_id,
        day,
        count(distinct target) as distinct_targets
    from reads
    group by user_id, day
),

compared as (
    select
        *,
        count(*) over earlier_days as earlier_day_count,
        max(distinct_targets) over earlier_days as most_before
    from days
    window earlier_days as (
        partition by user_id order by day
        rows between unbounded preceding and 1 preceding
    )
),

broad as (
    select *
    from compared
    where earlier_day_count >= $baseline_days
        and distinct_targets >= $fewest_targets
        and distinct_targets >= $times_more * most_before
)

select
    reads.user_id || ' ' || strftime(reads.day, '%Y-%m-%d') as subject,
    reads.recipient_account_id as account_id,
    reads.aws_region as region,
    reads.event_id,
    reads.event_time,
    reads.role_session_id,
    reads.user_id,
    reads.event_name,
    broad.distinct_targets,
    broad.most_before
from reads
inner join broad
    on broad.user_id = reads.user_id
    and broad.day = reads.day

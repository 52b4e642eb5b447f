-- One row per denied call of a caller who had many of them within an hour, on several APIs; or very many
-- on few.
with denied as (
    select
        *,
        date_trunc('hour', event_time) as hour_at,
        coalesce(role_session_id, user_identity_arn, principal_id) as caller
    from calls
    where result = 'denied'
        and invoked_by is null
),

bursts as (
    select caller, hour_at
    from denied
    where caller is not null
    group by caller, hour_at
    having count(*) >= $many_denials
        or (
            count(*) >= $some_denials
            and count(distinct event_source || event_name) >= $different_apis
        )
)

select
    denied.caller || ' ' || strftime(denied.hour_at, '%Y-%m-%dT%H') as subject,
    denied.recipient_account_id as account_id,
    denied.aws_region as region,
    denied.event_id,
    denied.event_time,
    denied.role_session_id,
    denied.source_ip_address,
    denied.event_source,
    denied.event_name
from denied
inner join bursts
    on bursts.caller = denied.caller
    and bursts.hour_at = denied.hour_at

-- One row per call with which a fleet, or an AppStream role whose fleet isn't known, first used a service,
-- in the hour of that first use. The days in which the lake learns what is usual are not in it.
with activity as (
    select
        *,
        coalesce(fleet_name, issuing_role_arn) as carrier,
        event_source as used
    from session_activity
    where workload_kind = 'appstream_fleet'
        and credential_use != 'outside'
),

known as (
    select
        carrier,
        min(first_event_at) as known_since,
        count(distinct cast(hour_at as date)) as active_days
    from activity
    group by carrier
),

first_uses as (
    select
        carrier,
        used,
        '' as kept_apart,
        min(first_event_at) as first_used_at
    from activity
    group by carrier, used, kept_apart
),

days_before as (
    select
        first_uses.carrier,
        first_uses.used,
        first_uses.kept_apart,
        first_uses.first_used_at,
        count(distinct cast(activity.hour_at as date)) as active_days
    from first_uses
    inner join activity
        on activity.carrier = first_uses.carrier
        and activity.hour_at < date_trunc('hour', first_uses.first_used_at)
    group by
        first_uses.carrier, first_uses.used, first_uses.kept_apart, first_uses.first_used_at
),

news as (
    select days_before.*
    from days_before
    inner join known
        on known.carrier = days_before.carrier
    where days_before.first_used_at >= known.known_since + $baseline_days * interval '1 day'
        and days_before.active_days >= $active_days
)

select
    news.carrier || ' ' || news.used as subject,
    calls.recipient_account_id as account_id,
    calls.aws_region as region,
    calls.event_id,
    calls.event_time,
    calls.role_session_id,
    activity.fleet_name,
    activity.carrier,
    activity.used,
    calls.event_name,
    calls.source_ip_address
from news
inner join activity
    on activity.carrier = news.carrier
    and activity.used = news.used
    and activity.hour_at = date_trunc('hour', news.first_used_at)
inner join calls
    on calls.role_session_id = activity.role_session_id
    and calls.event_source = activity.event_source
    and calls.event_name = activity.event_name
    and calls.aws_region = activity.aws_region
    and calls.source_ip_address = activity.source_ip_address
    and calls.event_time >= activity.first_event_at
    and calls.event_time <= activity.last_event_at

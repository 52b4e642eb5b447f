-- One row: how many events the lake holds, how many calls the roll-up knows, and from when to when
-- there are calls or streaming sessions. The times are null until attribution has run.
with ends as (
    select
        min(hour_at) as first_hour_at,
        max(hour_at) as last_hour_at
    from session_activity
),

-- The first call is in the first hour, and the last one in the last: no other is looked at.
covered as (
    select
        min(first_event_at) as oldest_at,
        null as newest_at,
        null as newest_event_at
    from session_activity
    where hour_at = (select first_hour_at from ends)
    union all
    select
        null as oldest_at,
        max(last_event_at) as newest_at,
        max(last_event_at) as newest_event_at
    from session_activity
    where hour_at = (select last_hour_at from ends)
    union all
    select
        min(started_at) as oldest_at,
        max(coalesce(ended_at, started_at)) as newest_at,
        null as newest_event_at
    from streaming_sessions
)

select
    (select count(*) from events) as event_count,
    (select coalesce(sum(event_count), 0) from session_activity) as rolled_up_count,
    min(oldest_at) as oldest_at,
    max(newest_at) as newest_at,
    max(newest_event_at) as newest_event_at
from covered

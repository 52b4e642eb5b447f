-- One row: how many events the lake holds, how many of them the roll-up knows, and from when to when
-- there are calls or streaming sessions. The times are null until attribution has run.
with covered as (
    select
        sum(event_count) as rolled_up_count,
        min(first_event_at) as oldest_at,
        max(last_event_at) as newest_at,
        max(last_event_at) as newest_event_at
    from session_activity
    union all
    select
        null as rolled_up_count,
        min(started_at) as oldest_at,
        max(coalesce(ended_at, started_at)) as newest_at,
        null as newest_event_at
    from streaming_sessions
)

select
    (select count(*) from events) as event_count,
    coalesce(sum(rolled_up_count), 0) as rolled_up_count,
    min(oldest_at) as oldest_at,
    max(newest_at) as newest_at,
    max(newest_event_at) as newest_event_at
from covered

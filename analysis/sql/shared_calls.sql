-- One row per call that two accounts logged, with the role session that made it. The copy of the account
-- that owns the resource names the caller's account only; `sharedEventID` ties it to the caller's own.
select
    date_trunc('day', event_time) as day_at,
    shared_event_id,
    min(role_session_id) as role_session_id
from role_session_events
where event_time >= $since
    and event_time < $until
    and shared_event_id is not null
    and role_session_id is not null
group by date_trunc('day', event_time), shared_event_id
having count(distinct role_session_id) = 1

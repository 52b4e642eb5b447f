-- The one row of an event, every column of it, found by account, id and time: the time spares reading
-- other days.
select *
from attributed_events
where event_time = $event_time
    and event_id = $event_id
    and recipient_account_id = $account_id

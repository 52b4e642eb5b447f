-- The one row of an event, every column of it. The bounds are those of where it was found: they spare
-- reading other days.
select *
from attributed_events
where event_time >= $since
    and event_time < $until
    and event_id = $event_id
order by recipient_account_id
limit 1

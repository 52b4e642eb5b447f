-- The event of this id, attributed; one row per account that received it.
select *
from attributed_events
where event_id = $event_id
order by recipient_account_id

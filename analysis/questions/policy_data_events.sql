-- One row per service with data events in the range. A service that is not in it either was not called
-- or has its data events off in the trail.
select
    event_source,
    count(*) as event_count
from events
where event_category = 'Data'
    and event_time >= $since
    and event_time < $until
    and ($account_id is null or recipient_account_id = $account_id)
group by event_source
order by event_source

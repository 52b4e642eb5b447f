-- One row: the events that a question with this account and region looks at, the accounts they belong
-- to, and how many role sessions and streaming sessions attribution has found in the whole lake.
select
    count(*) as event_count,
    count(distinct recipient_account_id) as account_count,
    min(event_time) as oldest_event_at,
    max(event_time) as newest_event_at,
    (select count(*) from role_sessions) as role_session_count,
    (select count(*) from streaming_sessions) as streaming_session_count
from events
where ($account_id is null or recipient_account_id = $account_id)
    and ($region is null or aws_region = $region)

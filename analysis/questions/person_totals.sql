-- One row per way that a person came by in the range (streaming session, chained role, AppStream acting
-- for them, or direct sign-in): calls by result, credentials and addresses.
select
    way,
    count(distinct streaming_session_id) as streaming_session_count,
    count(distinct role_session_id) as role_session_count,
    count(distinct source_ip_address) as address_count,
    sum(event_count) as event_count,
    coalesce(sum(event_count) filter (where result = 'ok'), 0) as ok_count,
    coalesce(sum(event_count) filter (where result = 'denied'), 0) as denied_count,
    coalesce(sum(event_count) filter (where result = 'error'), 0) as error_count,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at
from person_activity
where person = $person
    and hour_at >= date_trunc('hour', cast($since as timestamptz))
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($region is null or aws_region = $region)
    and ($fleet_name is null or fleet_name = $fleet_name)
group by way
order by event_count desc, way

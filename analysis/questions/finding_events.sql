-- One row per event that a finding rests on, in order of time: $event_ids between its first and its last,
-- $since and $until, both inclusive.
select
    event_id,
    event_time,
    event_source,
    event_name,
    result,
    user_id,
    session_confidence,
    streaming_session_id,
    workload_kind,
    workload_name,
    source_ip_address,
    vpc_endpoint_id,
    role_session_id
from attributed_events
where event_time >= $since
    and event_time <= $until
    and list_contains($event_ids, event_id)
order by event_time, event_id
limit 100

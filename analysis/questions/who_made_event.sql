-- Who was behind the event of this id; one row per account that logged it.
select
    event_time as valid_from,
    event_time as valid_to,
    user_id,
    candidate_user_ids,
    session_confidence as confidence,
    attribution_method as method,
    streaming_session_id,
    fleet_name,
    stack_name,
    workload_kind,
    workload_name,
    role_session_id,
    origin_principal_arn
from attributed_events
where event_id = $event_id
order by recipient_account_id

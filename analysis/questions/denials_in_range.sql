-- One row per API and caller whose calls were denied within the range, most denials first: the person
-- and streaming session where they are known, else the workload, and the role.
with calls as (
    select * from session_activity
    where $person is null

    union all

    select * exclude (person, way) from person_activity
    where person = $person
)

select
    event_source,
    event_name,
    recipient_account_id,
    workload_kind,
    workload_name,
    fleet_name,
    user_id,
    streaming_session_id,
    session_confidence,
    issuing_role_arn,
    cast(sum(event_count) as bigint) as event_count,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at
from calls
where result = 'denied'
    and hour_at >= $since
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($fleet_name is null
        or coalesce(fleet_name, case when workload_kind = 'appstream_fleet' then workload_name end)
            = $fleet_name)
group by
    event_source, event_name, recipient_account_id, workload_kind, workload_name, fleet_name,
    user_id, streaming_session_id, session_confidence, issuing_role_arn
order by
    event_count desc, last_event_at desc, event_source, event_name, recipient_account_id,
    workload_kind, workload_name, fleet_name, user_id, streaming_session_id, session_confidence,
    issuing_role_arn

-- One row per event of a person in the range, newest first, $limit rows from $offset on; $result and
-- $event_name narrow it down. The record itself is not in it: see event_record.
with theirs as (
    select
        role_session_id,
        workload_kind,
        workload_name,
        streaming_session_id,
        min(hour_at) as first_hour_at,
        max(hour_at) + interval '1 hour' as end_hour_at
    from person_activity
    where person = $person
        and hour_at >= date_trunc('hour', cast($since as timestamptz))
        and hour_at < $until
        and ($account_id is null or recipient_account_id = $account_id)
        and ($region is null or aws_region = $region)
        and ($fleet_name is null or fleet_name = $fleet_name)
        and ($result is null or result = $result)
        and ($event_name is null or event_name = $event_name)
    group by role_session_id, workload_kind, workload_name, streaming_session_id
)

select
    events.event_id,
    events.recipient_account_id,
    events.event_time,
    events.event_source,
    events.event_name,
    events.result,
    events.error_code,
    events.aws_region,
    events.source_ip_address,
    events.vpc_endpoint_id,
    events.access_key_id,
    events.workload_kind,
    events.issuing_role_arn,
    events.session_confidence,
    events.attribution_method,
    events.user_agent
from attributed_events as events
where events.event_time >= $since
    and events.event_time < $until
    -- Of temporary keys only these can have made the calls; whatever else was signed with is looked at.
    and ($role_session_ids is null
        or list_contains(cast($role_session_ids as varchar[]), events.access_key_id)
        or events.access_key_id is null
        or events.access_key_id not like 'ASIA%'
        or events.access_key_id like '%EXAMPLE%'
        or length(events.access_key_id) < 16)
    and events.event_category is distinct from 'NetworkActivity'
    and events.event_category is distinct from 'Insight'
    and ($account_id is null or events.recipient_account_id = $account_id)
    and ($region is null or events.aws_region = $region)
    and ($result is null or events.result = $result)
    and ($event_name is null or events.event_name = $event_name)
    and exists (
        select 1
        from theirs
        where theirs.role_session_id is not distinct from events.role_session_id
            and theirs.workload_kind is not distinct from events.workload_kind
            and theirs.workload_name is not distinct from events.workload_name
            and theirs.streaming_session_id is not distinct from events.streaming_session_id
            and events.event_time >= theirs.first_hour_at
            and events.event_time < theirs.end_hour_at
    )
order by events.event_time desc, events.event_id
limit $limit
offset $offset

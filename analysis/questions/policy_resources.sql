-- One row per API and set of resources and parameters of the same calls as policy_calls, for the APIs in
-- $apis (`source name`) and one role set; denied calls are not in it.
select
    events.event_source,
    events.event_name,
    events.aws_region,
    events.recipient_account_id,
    events.invoked_by,
    events.request_parameters,
    events.resources,
    count(*) as event_count
from attributed_events as events
left join role_sessions
    on role_sessions.role_session_id = events.role_session_id
where events.event_time >= $since
    and events.event_time < $until
    and events.result <> 'denied'
    and events.event_category is distinct from 'NetworkActivity'
    and events.event_category is distinct from 'Insight'
    and list_contains($apis, events.event_source || ' ' || events.event_name)
    and ($account_id is null or events.recipient_account_id = $account_id)
    and ($region is null or events.aws_region = $region)
    and ($role_arn is null
        or coalesce(events.issuing_role_arn, role_sessions.issuing_role_arn) = $role_arn)
    and ($role_arn is not null or events.workload_kind in (
        'appstream_fleet', 'appstream_image_builder', 'appstream_app_block_builder'
    ))
    and ($fleet_name is null or events.fleet_name = $fleet_name)
    and ($user_id is null or events.user_id = $user_id)
    and ($streaming_session_id is null or events.streaming_session_id = $streaming_session_id)
group by all

-- One row per role, API, result and way of a role's, fleet's, person's or streaming session's calls in the
-- range, by whole hours. Of a fleet, person or streaming session, `is_machine_role` marks what went
-- through the fleet's own role; the rest are roles assumed from it, and AppStream itself.
select
    coalesce(activity.issuing_role_arn, role_sessions.issuing_role_arn) as issuing_role_arn,
    activity.workload_kind in (
        'appstream_fleet', 'appstream_image_builder', 'appstream_app_block_builder'
    ) as is_machine_role,
    activity.event_source,
    activity.event_name,
    activity.result,
    activity.vpc_endpoint_id,
    activity.vpc_endpoint_ownership,
    sum(activity.event_count) as event_count,
    min(activity.first_event_at) as first_event_at,
    max(activity.last_event_at) as last_event_at
from session_activity as activity
left join role_sessions
    on role_sessions.role_session_id = activity.role_session_id
where ($since is null or activity.hour_at >= $since)
    and ($until is null or activity.hour_at < $until)
    and ($account_id is null or activity.recipient_account_id = $account_id)
    and ($region is null or activity.aws_region = $region)
    and ($role_arn is null
        or coalesce(activity.issuing_role_arn, role_sessions.issuing_role_arn) = $role_arn)
    and ($fleet_name is null or activity.fleet_name = $fleet_name)
    and ($user_id is null or activity.user_id = $user_id)
    and ($streaming_session_id is null
        or activity.streaming_session_id = $streaming_session_id)
group by all
order by issuing_role_arn, event_source, event_name, result, vpc_endpoint_id

-- One row per call with the credentials of a single-user instance after that instance was gone; where its
-- end wasn't seen, after the time that it may take to go. Shared instances outlive their people and are
-- not in it.
with streamed as (
    select
        attributions.role_session_id,
        max(role_sessions.eni_private_ip_address) as eni_private_ip_address,
        max(role_sessions.vpc_id) as vpc_id,
        min(streaming.started_at) as started_at,
        max(streaming.ended_at) as ended_at,
        max(streaming.streaming_session_id) as streaming_session_id,
        max(streaming.fleet_name) as fleet_name
    from attributions
    inner join streaming_sessions as streaming
        on streaming.streaming_session_id = attributions.streaming_session_id
    inner join role_sessions
        on role_sessions.role_session_id = attributions.role_session_id
    where attributions.event_id is null
        and role_sessions.workload_kind = 'appstream_fleet'
    group by attributions.role_session_id
    having bool_and(streaming.ended_at is not null)
        and not bool_or(coalesce(streaming.is_multisession, false))
),

gone as (
    select
        streamed.role_session_id,
        streamed.streaming_session_id,
        streamed.fleet_name,
        streamed.ended_at,
        coalesce(
            min(interfaces.deleted_at) + $clock_seconds * interval '1 second',
            streamed.ended_at + $leaving_minutes * interval '1 minute'
        ) as gone_at
    from streamed
    left join network_interface_lives as interfaces
        on interfaces.private_ip_address = streamed.eni_private_ip_address
        and interfaces.vpc_id = streamed.vpc_id
        and interfaces.created_at <= streamed.started_at
        and interfaces.deleted_at >= streamed.ended_at
        and interfaces.deleted_at < timestamptz '9999-01-01 00:00:00+00'
    group by
        streamed.role_session_id, streamed.streaming_session_id, streamed.fleet_name,
        streamed.ended_at
)

select
    calls.role_session_id as subject,
    calls.recipient_account_id as account_id,
    calls.aws_region as region,
    calls.event_id,
    calls.event_time,
    calls.role_session_id,
    holders.user_id as candidate_user_id,
    gone.streaming_session_id,
    gone.fleet_name,
    gone.ended_at as streaming_session_ended_at,
    calls.source_ip_address,
    calls.event_name
from calls
inner join gone
    on gone.role_session_id = calls.role_session_id
    and calls.event_time > gone.gone_at
left join holders
    on holders.role_session_id = calls.role_session_id
where calls.invoked_by is null

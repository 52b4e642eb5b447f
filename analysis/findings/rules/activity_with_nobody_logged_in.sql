-- One row per call of an instance of known address while nobody streamed on it, of an API that idle
-- instances of the fleet don't call as a rule. Days without a session report yet are not in it, since
-- they can't say who was there.
with reported as (
    select account_id, region, max(ended_at) as reported_until
    from streaming_sessions
    where list_contains(evidence_sources, 'session_report')
    group by account_id, region
),

idle as (
    select
        activity.*,
        activity.recipient_account_id as account_id,
        coalesce(activity.fleet_name, activity.issuing_role_arn) as carrier
    from session_activity as activity
    inner join role_sessions
        on role_sessions.role_session_id = activity.role_session_id
    where activity.workload_kind = 'appstream_fleet'
        and activity.session_confidence is null
        and activity.credential_use = 'inside'
        and role_sessions.eni_private_ip_address is not null
        and activity.source_ip_address = role_sessions.eni_private_ip_address
),

habits as (
    select carrier, event_source, event_name
    from idle
    group by carrier, event_source, event_name
    having count(distinct role_session_id) >= $habit_role_sessions
),

learnt as (
    select carrier
    from idle
    group by carrier
    having count(distinct role_session_id) >= $known_role_sessions
),

unusual as (
    select distinct
        idle.role_session_id,
        idle.source_ip_address,
        idle.event_source,
        idle.event_name,
        idle.first_event_at,
        idle.last_event_at,
        idle.fleet_name
    from idle
    inner join reported
        on reported.account_id = idle.account_id
        and idle.last_event_at < reported.reported_until
    inner join learnt
        on learnt.carrier = idle.carrier
    left join habits
        on habits.carrier = idle.carrier
        and habits.event_source = idle.event_source
        and habits.event_name = idle.event_name
    where habits.event_name is null
)

select
    calls.role_session_id as subject,
    calls.recipient_account_id as account_id,
    calls.aws_region as region,
    calls.event_id,
    calls.event_time,
    calls.role_session_id,
    unusual.fleet_name,
    calls.source_ip_address,
    calls.event_source,
    calls.event_name
from unusual
inner join attributed_events as calls
    on calls.role_session_id = unusual.role_session_id
    and calls.source_ip_address = unusual.source_ip_address
    and calls.event_source = unusual.event_source
    and calls.event_name = unusual.event_name
    and calls.event_time >= unusual.first_event_at
    and calls.event_time <= unusual.last_event_at
where calls.session_confidence is null
    and calls.event_category is distinct from 'NetworkActivity'

-- One row per AppStream streaming session, merged from all that was seen of it, with the calls that are
-- attributed to it as certain or strong. Sessions without an address are in it, with no calls.
--
-- What earlier runs counted stays, with what the days rolled up anew take away and add.
with counts as (
    select streaming_session_id, api_count, denied_count
    from main.streaming_sessions

    union all

    select
        streaming_session_id,
        event_count as api_count,
        case when result = 'denied' then event_count else 0 end as denied_count
    from session_activity_changes
    where streaming_session_id is not null
),

activity as (
    select
        streaming_session_id,
        cast(sum(api_count) as bigint) as api_count,
        cast(sum(denied_count) as bigint) as denied_count
    from counts
    group by streaming_session_id
)

select
    sightings.streaming_session_id,
    coalesce(sightings.user_id, users.user_id) as user_id,
    sightings.user_id_sha256,
    sightings.authentication_type,
    sightings.fleet_name,
    sightings.stack_name,
    sightings.account_id,
    sightings.region,
    sightings.vpc_id,
    sightings.eni_private_ip_address,
    sightings.instance_id,
    sightings.started_at,
    sightings.ended_at,
    sightings.shares_instance as is_multisession,
    sightings.issuing_role_arn,
    sightings.evidence_sources,
    coalesce(activity.api_count, 0) as api_count,
    coalesce(activity.denied_count, 0) as denied_count
from streaming_session_sightings as sightings
left join known_users as users
    on users.user_id_sha256 = sightings.user_id_sha256
    and users.account_id = sightings.account_id
left join activity
    on activity.streaming_session_id = sightings.streaming_session_id
where sightings.started_at is not null

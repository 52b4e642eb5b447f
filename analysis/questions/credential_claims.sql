-- One row per claim on a set of credentials, in order of time: whose they were, from when to when, how
-- sure that is and by which method. Calls that a claim could be on, but none covers, have a row for each
-- address and network: "not attributable", from the first to the last of them, and how many. The bounds are
-- those of the credentials' life.
with credentials as (
    select
        issuing_role_arn as role_arn,
        workload_kind = 'appstream_fleet'
            or exists (select 1 from attributions where role_session_id = $role_session_id)
            as is_claimable
    from role_sessions
    where role_session_id = $role_session_id
),

claims as (
    select
        valid_from,
        valid_to,
        user_id,
        candidate_user_ids,
        confidence,
        method,
        streaming_session_id,
        fleet_name,
        source_ip_address,
        vpc_id,
        cast(null as varchar) as credential_use,
        cast(null as bigint) as unclaimed_count
    from attributions
    where role_session_id = $role_session_id
),

unclaimed as (
    select
        min(first_event_at) as valid_from,
        max(last_event_at) as valid_to,
        null as user_id,
        cast([] as varchar[]) as candidate_user_ids,
        'not attributable' as confidence,
        null as method,
        null as streaming_session_id,
        min(fleet_name) as fleet_name,
        source_ip_address,
        null as vpc_id,
        credential_use,
        cast(sum(event_count) as bigint) as unclaimed_count
    from session_activity
    where role_session_id = $role_session_id
        and hour_at >= date_trunc('hour', cast($since as timestamptz))
        and hour_at <= $until
        and session_confidence is null
        and (select is_claimable from credentials)
        -- The copy that the account of the resource logs names no role.
        and (issuing_role_arn is not null or (select role_arn from credentials) is null)
    group by source_ip_address, credential_use
),

told as (
    select * from claims
    union all
    select * from unclaimed
)

select *
from told
order by valid_from, source_ip_address nulls last, method
limit $limit

-- One row per set of temporary credentials used in the range, with who they were and how they were used,
-- most recent use first, at most $limit rows. Long-lived keys and calls without credentials are not in it.
-- A call that two accounts logged counts once. "not attributable" is among the confidences where others of
-- the calls, or none though they are a fleet's, are claimed for somebody.
with activity as not materialized (
    select
        role_session_id,
        workload_kind,
        -- The copy that the account of the resource logs names no role.
        issuing_role_arn is not null as is_callers_own,
        user_id,
        session_confidence,
        source_ip_address,
        vpc_endpoint_id,
        credential_use,
        result,
        event_count,
        first_event_at,
        last_event_at
    from session_activity
    where role_session_id is not null
        and hour_at >= date_trunc('hour', cast($since as timestamptz))
        and hour_at < $until
        and ($account_id is null or recipient_account_id = $account_id)
        and ($region is null or aws_region = $region)
        and ($fleet_name is null or coalesce(fleet_name, workload_name) = $fleet_name)
        and ($user_id is null or user_id = $user_id)
),

used as (
    select
        role_session_id,
        coalesce(sum(event_count) filter (where is_callers_own), sum(event_count)) as event_count,
        coalesce(
            sum(case when result = 'denied' then event_count else 0 end)
                filter (where is_callers_own),
            sum(event_count) filter (where result = 'denied'),
            0
        ) as denied_count,
        coalesce(
            sum(case when credential_use = 'outside' then event_count else 0 end)
                filter (where is_callers_own),
            sum(event_count) filter (where credential_use = 'outside'),
            0
        ) as outside_count,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at,
        bool_or(
            $search is not null
            and position(
                translate(lower($search), '-_', '') in translate(lower(concat_ws(
                    ' ', user_id, source_ip_address, vpc_endpoint_id
                )), '-_', '')
            ) > 0
        ) as has_what_is_searched_for
    from activity
    group by role_session_id
),

shown as (
    select
        used.* exclude (has_what_is_searched_for),
        role_sessions.issuing_role_arn,
        role_sessions.role_session_name,
        role_sessions.workload_kind,
        role_sessions.workload_name,
        role_sessions.fleet_name,
        role_sessions.credentials_created_at,
        role_sessions.parent_role_session_id,
        role_sessions.origin_principal_arn
    from used
    inner join role_sessions
        on role_sessions.role_session_id = used.role_session_id
    where ($search is null
            or used.has_what_is_searched_for
            or position(
                translate(lower($search), '-_', '') in translate(lower(concat_ws(
                    ' ', used.role_session_id, role_sessions.issuing_role_arn,
                    role_sessions.role_session_name, role_sessions.workload_name,
                    role_sessions.fleet_name, role_sessions.origin_principal_arn
                )), '-_', '')
            ) > 0)
        and (not coalesce($only_outside, false) or used.outside_count > 0)
        and (not coalesce($only_chained, false)
            or role_sessions.parent_role_session_id is not null)
        and (not coalesce($only_denied, false) or used.denied_count > 0)
    order by used.last_event_at desc, used.role_session_id
    limit $limit
),

places as (
    select
        role_session_id,
        array_agg(distinct user_id) filter (where user_id is not null) as people,
        array_agg(distinct session_confidence) filter (where session_confidence is not null)
            as claimed_confidences,
        bool_or(session_confidence is null) as has_unclaimed_calls,
        bool_or(workload_kind = 'appstream_fleet') as is_of_fleet,
        array_agg(distinct source_ip_address) as source_ip_addresses,
        array_agg(distinct vpc_endpoint_id) filter (where vpc_endpoint_id is not null)
            as vpc_endpoint_ids,
        array_agg(distinct credential_use) as credential_uses
    from activity
    where role_session_id in (select role_session_id from shown)
    group by role_session_id
)

select
    shown.*,
    places.* exclude (role_session_id, claimed_confidences, has_unclaimed_calls, is_of_fleet),
    case
        when places.has_unclaimed_calls
            and (places.is_of_fleet or places.claimed_confidences is not null)
            then list_append(coalesce(places.claimed_confidences, []), 'not attributable')
        else places.claimed_confidences
    end as confidences
from shown
inner join places
    on places.role_session_id = shown.role_session_id
order by shown.last_event_at desc, shown.role_session_id

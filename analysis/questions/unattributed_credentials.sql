-- One row per set of credentials behind an AppStream fleet whose calls in the range can't be said to
-- be one streaming session's: how many calls, why, and who it may have been. Most calls first, at most
-- $limit rows.
with calls as not materialized (
    select
        role_session_id,
        issuing_role_arn,
        coalesce(fleet_name, workload_name) as fleet_name,
        recipient_account_id as account_id,
        session_confidence,
        attribution_method,
        result,
        event_source,
        source_ip_address,
        vpc_endpoint_id,
        event_count,
        first_event_at,
        last_event_at
    from session_activity
    where workload_kind = 'appstream_fleet'
        and (session_confidence is null or session_confidence = 'weak')
        and ($confidence is null or coalesce(session_confidence, 'not attributable') = $confidence)
        and hour_at >= date_trunc('hour', cast($since as timestamptz))
        and hour_at < $until
        and ($account_id is null or recipient_account_id = $account_id)
        and ($region is null or aws_region = $region)
        and ($fleet_name is null or coalesce(fleet_name, workload_name) = $fleet_name)
        and ($user_id is null or user_id = $user_id)
),

unattributed as (
    select
        role_session_id,
        issuing_role_arn,
        fleet_name,
        account_id,
        session_confidence,
        attribution_method,
        sum(event_count) as event_count,
        coalesce(sum(event_count) filter (where result = 'denied'), 0) as denied_count,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at
    from calls
    group by 1, 2, 3, 4, 5, 6
    order by event_count desc, last_event_at desc, role_session_id
    limit $limit
),

places as (
    select
        role_session_id,
        issuing_role_arn,
        fleet_name,
        account_id,
        session_confidence,
        attribution_method,
        array_agg(distinct event_source) as event_sources,
        array_agg(distinct source_ip_address) as source_ip_addresses,
        array_agg(distinct vpc_endpoint_id) filter (where vpc_endpoint_id is not null)
            as vpc_endpoint_ids
    from calls
    where role_session_id is null
        or role_session_id in (select role_session_id from unattributed)
    group by 1, 2, 3, 4, 5, 6
),

candidates as (
    select
        role_session_id,
        array_agg(distinct candidate) as candidate_user_ids
    from (
        select
            role_session_id,
            unnest(candidate_user_ids) as candidate
        from attributions
        where confidence = 'weak'
            and role_session_id in (select role_session_id from unattributed)
    ) as named
    group by role_session_id
)

select
    unattributed.role_session_id,
    unattributed.issuing_role_arn,
    unattributed.fleet_name,
    unattributed.account_id,
    unattributed.session_confidence,
    unattributed.attribution_method,
    unattributed.event_count,
    unattributed.denied_count,
    places.event_sources,
    places.source_ip_addresses,
    places.vpc_endpoint_ids,
    unattributed.first_event_at,
    unattributed.last_event_at,
    candidates.candidate_user_ids
from unattributed
inner join places
    on places.role_session_id is not distinct from unattributed.role_session_id
    and places.issuing_role_arn is not distinct from unattributed.issuing_role_arn
    and places.fleet_name is not distinct from unattributed.fleet_name
    and places.account_id is not distinct from unattributed.account_id
    and places.session_confidence is not distinct from unattributed.session_confidence
    and places.attribution_method is not distinct from unattributed.attribution_method
left join candidates
    on candidates.role_session_id = unattributed.role_session_id
    and unattributed.session_confidence = 'weak'
order by unattributed.event_count desc, unattributed.last_event_at desc, unattributed.role_session_id

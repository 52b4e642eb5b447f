-- One row per role that AppStream resources carry or carried: which ones, and what was called through it
-- in the range. A role that several resources carry is shared: AWS advises one for each.
with carried as (
    select
        iam_role_arn as issuing_role_arn,
        array_agg(distinct resource_type || ' ' || resource_id) as carriers,
        count(distinct (resource_type, account_id, region, resource_id)) as carrier_count,
        min(valid_from) as first_seen_at
    from resource_history
    where resource_type in ('fleet', 'image_builder', 'app_block_builder')
        and iam_role_arn is not null
    group by iam_role_arn
),

calls as (
    select
        issuing_role_arn,
        count(distinct streaming_session_id) as streaming_session_count,
        count(distinct user_id) as person_count,
        array_agg(distinct event_source) as event_sources,
        sum(event_count) as event_count,
        coalesce(sum(event_count) filter (where result = 'denied'), 0) as denied_count,
        max(last_event_at) as last_event_at
    from session_activity
    where hour_at >= date_trunc('hour', cast($since as timestamptz))
        and hour_at < $until
        and ($account_id is null or recipient_account_id = $account_id)
        and ($region is null or aws_region = $region)
        and ($fleet_name is null or coalesce(fleet_name, workload_name) = $fleet_name)
        and ($user_id is null or user_id = $user_id)
        and issuing_role_arn is not null
        and workload_kind in (
            'appstream_fleet', 'appstream_image_builder', 'appstream_app_block_builder'
        )
    group by issuing_role_arn
)

select
    coalesce(carried.issuing_role_arn, calls.issuing_role_arn) as issuing_role_arn,
    carried.carriers,
    coalesce(carried.carrier_count, 0) as carrier_count,
    coalesce(calls.streaming_session_count, 0) as streaming_session_count,
    coalesce(calls.person_count, 0) as person_count,
    calls.event_sources,
    coalesce(calls.event_count, 0) as event_count,
    coalesce(calls.denied_count, 0) as denied_count,
    calls.last_event_at
from carried
full join calls
    on calls.issuing_role_arn = carried.issuing_role_arn
where ($fleet_name is null
        or calls.event_count > 0
        or list_contains(carried.carriers, 'fleet ' || $fleet_name))
    and ($account_id is null
        or coalesce(carried.issuing_role_arn, calls.issuing_role_arn)
            like '%:' || $account_id || ':%')
order by carrier_count desc, event_count desc, issuing_role_arn
limit $limit

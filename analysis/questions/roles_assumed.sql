-- One row per role that was assumed, in one step or several, from a role that AppStream carries, and role
-- it was assumed from: how often, by how many people, and what was called with it in the range.
with recursive carried as (
    select iam_role_arn as issuing_role_arn
    from resource_history
    where resource_type in ('fleet', 'image_builder', 'app_block_builder')
        and iam_role_arn is not null

    union

    select issuing_role_arn
    from role_sessions
    where workload_kind in (
            'appstream_fleet', 'appstream_image_builder', 'appstream_app_block_builder'
        )
        and issuing_role_arn is not null
),

chained as (
    select
        children.role_session_id,
        children.issuing_role_arn,
        parents.issuing_role_arn as assumed_from_role_arn,
        parents.issuing_role_arn as carried_role_arn,
        1 as step
    from role_sessions as children
    inner join role_sessions as parents
        on parents.role_session_id = children.parent_role_session_id
    where parents.issuing_role_arn in (select issuing_role_arn from carried)

    union

    select
        children.role_session_id,
        children.issuing_role_arn,
        chained.issuing_role_arn as assumed_from_role_arn,
        chained.carried_role_arn,
        chained.step + 1
    from role_sessions as children
    inner join chained
        on chained.role_session_id = children.parent_role_session_id
    where chained.step < 20
),

links as (
    select
        role_session_id,
        issuing_role_arn,
        assumed_from_role_arn
    from chained
    where issuing_role_arn is not null
        and ($role_arn is null
            or $role_arn in (issuing_role_arn, assumed_from_role_arn, carried_role_arn))
    group by all
)

select
    links.issuing_role_arn,
    links.assumed_from_role_arn,
    count(distinct links.role_session_id) as role_session_count,
    count(distinct session_activity.user_id) as person_count,
    array_agg(distinct session_activity.user_id)
        filter (where session_activity.user_id is not null) as user_ids,
    array_agg(distinct session_activity.event_source) as event_sources,
    sum(session_activity.event_count) as event_count,
    coalesce(sum(session_activity.event_count) filter (where session_activity.result = 'denied'), 0)
        as denied_count,
    max(session_activity.last_event_at) as last_event_at
from session_activity
inner join links
    on links.role_session_id = session_activity.role_session_id
where session_activity.hour_at >= date_trunc('hour', cast($since as timestamptz))
    and session_activity.hour_at < $until
    and ($account_id is null or session_activity.recipient_account_id = $account_id)
    and ($region is null or session_activity.aws_region = $region)
    and ($fleet_name is null or session_activity.fleet_name = $fleet_name)
    and ($user_id is null or session_activity.user_id = $user_id)
group by links.issuing_role_arn, links.assumed_from_role_arn
order by event_count desc, links.issuing_role_arn, links.assumed_from_role_arn
limit $limit

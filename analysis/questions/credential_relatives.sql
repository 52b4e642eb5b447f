-- One row per set of credentials in a family: the one that is asked for, those that it was issued from
-- up to the first, and those issued with it, down to $limit rows. What is known of each stands beside it.
with recursive up as (
    select
        parent_role_session_id,
        child_role_session_id,
        0 as step
    from credential_lineage
    where child_role_session_id = $role_session_id

    union

    select
        parents.parent_role_session_id,
        parents.child_role_session_id,
        up.step + 1
    from credential_lineage as parents
    inner join up
        on parents.child_role_session_id = up.parent_role_session_id
    where up.step < 20
),

down as (
    select
        child_role_session_id,
        0 as step
    from credential_lineage
    where parent_role_session_id = $role_session_id

    union

    select
        children.child_role_session_id,
        down.step + 1
    from credential_lineage as children
    inner join down
        on children.parent_role_session_id = down.child_role_session_id
    where down.step < 20
),

family as (
    select $role_session_id as role_session_id
    union
    select parent_role_session_id from up where parent_role_session_id is not null
    union
    select child_role_session_id from down
),

claims as (
    select
        role_session_id,
        array_agg(distinct user_id) as user_ids,
        case when bool_and(confidence = 'certain') then 'certain' else 'strong' end as confidence
    from attributions
    where user_id is not null
        and role_session_id in (select role_session_id from family)
    group by role_session_id
)

select
    role_sessions.role_session_id,
    role_sessions.issuing_role_arn,
    role_sessions.role_session_name,
    role_sessions.workload_kind,
    role_sessions.workload_name,
    role_sessions.origin_principal_arn,
    role_sessions.event_count,
    role_sessions.denied_count,
    role_sessions.first_event_at,
    claims.user_ids,
    claims.confidence
from family
inner join role_sessions
    on role_sessions.role_session_id = family.role_session_id
left join claims
    on claims.role_session_id = family.role_session_id
order by role_sessions.first_event_at, role_sessions.role_session_id
limit $limit

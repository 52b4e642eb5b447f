-- The chain of issues that leads to a role session, its first issue first, then what it issued itself.
with recursive up as (
    select *, 0 as step
    from credential_lineage
    where child_role_session_id = $role_session_id

    union

    select parents.*, up.step + 1
    from credential_lineage as parents
    inner join up
        on parents.child_role_session_id = up.parent_role_session_id
    where up.step < 20
),

down as (
    select *, 0 as step
    from credential_lineage
    where parent_role_session_id = $role_session_id

    union

    select children.*, down.step + 1
    from credential_lineage as children
    inner join down
        on children.parent_role_session_id = down.child_role_session_id
    where down.step < 20
)

select
    links.depth,
    links.assumed_at,
    links.assume_event_name,
    links.parent_role_session_id,
    links.parent_principal_arn,
    links.child_role_session_id,
    role_sessions.issuing_role_arn,
    role_sessions.role_session_name,
    links.assume_event_id,
    links.method
from (
    select * exclude (step) from up
    union
    select * exclude (step) from down
) as links
left join role_sessions
    on role_sessions.role_session_id = links.child_role_session_id
order by links.depth, links.assumed_at, links.child_role_session_id

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
    depth,
    assumed_at,
    assume_event_name,
    parent_role_session_id,
    parent_principal_arn,
    child_role_session_id,
    role_sessions.issuing_role_arn,
    role_sessions.role_session_name,
    assume_event_id,
    method
from (
    select * from up
    union
    select * from down
) as links
left join role_sessions
    on role_sessions.role_session_id = links.child_role_session_id
order by depth, assumed_at, child_role_session_id

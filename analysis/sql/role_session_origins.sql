-- One row per role session with the start of its chain: the role session that nobody in these logs
-- issued from another, and who called STS for that one.
with tops as (
    select
        child_role_session_id,
        ancestor_role_session_id,
        depth,
        row_number() over (
            partition by child_role_session_id
            order by depth desc, ancestor_role_session_id
        ) as position
    from lineage_links
)

select
    facts.role_session_id,
    coalesce(tops.ancestor_role_session_id, facts.role_session_id) as origin_role_session_id,
    coalesce(tops.depth, 0) as chain_depth,
    coalesce(
        issues.parent_principal_arn,
        top_facts.user_identity_arn,
        top_facts.in_scope_of_credentials_issued_to,
        facts.user_identity_arn
    ) as origin_principal_arn
from role_session_facts as facts
left join tops
    on tops.child_role_session_id = facts.role_session_id
    and tops.position = 1
left join role_session_issues as issues
    on issues.role_session_id = coalesce(tops.ancestor_role_session_id, facts.role_session_id)
left join role_session_facts as top_facts
    on top_facts.role_session_id = tops.ancestor_role_session_id

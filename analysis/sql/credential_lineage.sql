-- One row per link from the credentials that called STS to the ones that it issued.
-- A first issue, by a person or a service, has no parent role session.
select
    issues.parent_role_session_id,
    issues.parent_principal_arn,
    issues.role_session_id as child_role_session_id,
    issues.assume_event_id,
    issues.assume_event_name,
    issues.assumed_at,
    origins.chain_depth + 1 as depth,
    issues.method
from role_session_issues as issues
inner join role_session_origins as origins
    on origins.role_session_id = issues.role_session_id

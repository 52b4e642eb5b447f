-- One row per role and role session name that its AppStream instances use: the configured name, and
-- every name that was seen on a streaming instance. Roles for which neither was seen are not in it.
select distinct issuing_role_arn, role_session_name
from role_session_lives
where issuing_role_arn is not null
    and (
        role_session_name = $machine_role_session_name
        or role_session_id in (select role_session_id from role_session_instances)
    )

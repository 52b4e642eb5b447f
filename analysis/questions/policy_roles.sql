-- One row per role that has been used and is meant by an ARN or a name.
select distinct issuing_role_arn
from role_sessions
where issuing_role_arn = $role
    or ends_with(issuing_role_arn, '/' || $role)
order by issuing_role_arn

-- The set of temporary credentials of this id: whose role, by which workload, issued from which others.
select *
from role_sessions
where role_session_id = $role_session_id

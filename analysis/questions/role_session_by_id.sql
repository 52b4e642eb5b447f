-- One set of temporary credentials.
select *
from role_sessions
where role_session_id = $role_session_id

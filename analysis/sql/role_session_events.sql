-- All events, each with the id of the role session that signed it and its result.
-- The id is the access key id. Keys from documentation and blanked keys name nobody: such calls get a
-- hash of who they say they are, and calls without temporary credentials get none.
select
    *,
    case
        when access_key_id like 'AKIA%' then null
        when user_identity_type in (
            'IAMUser', 'Root', 'AWSAccount', 'AWSService', 'SAMLUser', 'WebIdentityUser', 'Unknown',
            'Directory', 'IdentityCenterUser'
        ) and (access_key_id is null or access_key_id not like 'ASIA%') then null
        when length(access_key_id) >= 16 and access_key_id not like '%EXAMPLE%' then access_key_id
        when issuing_role_arn is null and role_session_name is null and access_key_id is null
            then null
        else 'unkeyed-' || md5(
            coalesce(user_identity_account_id, '') || '|'
            || coalesce(issuing_role_id, principal_id, user_identity_arn, '') || '|'
            || coalesce(issuing_role_arn, '') || '|'
            || coalesce(role_session_name, '') || '|'
            || coalesce(cast(credentials_created_at as varchar), '') || '|'
            || coalesce(access_key_id, '')
        )
    end as role_session_id,
    case
        when error_code is null then 'ok'
        when regexp_matches(
            error_code,
            '^(Client\.)?(AccessDenied(Exception)?|UnauthorizedOperation|Forbidden'
            || '|AuthorizationError.*|UnauthorizedAccess|VpceAccessDenied'
            || '|NotAuthorized(Exception)?)$'
        ) then 'denied'
        else 'error'
    end as result,
    case
        when contains(user_agent, 'app/')
            then nullif(regexp_extract(user_agent, '(?:^|[ \[])app/([A-Za-z0-9_.-]+)', 1), '')
    end as user_agent_app_id
from events

-- One row per STS call that issued credentials, with who called it and what it issued.
-- A call across accounts is logged in both; both rows are here, with one shared_event_id.
select
    date_trunc('day', event_time) as day_at,
    event_id as assume_event_id,
    event_name as assume_event_name,
    event_time as assumed_at,
    recipient_account_id,
    shared_event_id,
    role_session_id as parent_role_session_id,
    user_identity_type as parent_type,
    user_identity_account_id as parent_account_id,
    coalesce(
        user_identity_arn,
        case
            when user_identity_type in ('SAMLUser', 'WebIdentityUser')
                then coalesce(identity_provider || '/', '') || coalesce(user_name, principal_id)
        end,
        invoked_by,
        user_name,
        principal_id
    ) as parent_principal_arn,
    invoked_by,
    source_ip_address,
    vpc_endpoint_id,
    issued_access_key_id,
    coalesce(
        request_parameters ->> '$.roleArn',
        request_parameters ->> '$.RoleArn',
        request_parameters ->> '$.targetPrincipal'
    ) as role_arn,
    coalesce(
        request_parameters ->> '$.roleSessionName',
        request_parameters ->> '$.RoleSessionName',
        request_parameters ->> '$.name'
    ) as role_session_name,
    coalesce(
        response_elements ->> '$.assumedRoleUser.assumedRoleId',
        response_elements ->> '$.AssumedRoleUser.AssumedRoleId'
    ) as assumed_role_id,
    coalesce(
        request_parameters ->> '$.sourceIdentity',
        response_elements ->> '$.sourceIdentity',
        source_identity
    ) as source_identity,
    coalesce(request_parameters ->> '$.tags', request_parameters ->> '$.principalTags')
        as role_session_tags
from role_session_events
where event_time >= $since
    and event_time < $until
    and event_source = 'sts.amazonaws.com'
    and error_code is null
    and (
        issued_access_key_id is not null
        or event_name in ('AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity')
    )
